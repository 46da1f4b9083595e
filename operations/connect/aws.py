"""boto3 clients for whoever runs a command, and what their errors mean for that person."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import click
from botocore import exceptions
from botocore.config import Config

_INSTANCE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSTANCE_ARN = re.compile(
    rf"arn:[a-z-]+:connect:([a-z0-9-]+):\d{{12}}:instance/({_INSTANCE_ID.pattern})"
)

_ATTEMPTS = 8
"""Of one request, unless AWS_MAX_ATTEMPTS is set: Connect takes only a few a second."""

_REFUSED, _FAULTED = 400, 500  # HTTP's: from here on the caller is at fault, and the server

_LOG_IN = "Log in (for example `aws sso login`), or name a profile with --profile."
_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
_NOT_LOGGED_IN = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException"}
_NO_CREDENTIALS = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.TokenRetrievalError,
    exceptions.UnauthorizedSSOTokenError,
    exceptions.SSOTokenLoadError,
    exceptions.NoAuthTokenError,
)


class AwsRefused(click.ClickException):
    """AWS did not do what was asked. The message says why, and what to do.

    `code`: AWS's name of the error, such as AccessDeniedException; empty if nothing was answered.
    `is_definite`: AWS answered that it did not do it. A fault of AWS's own leaves that open.
    """

    def __init__(self, message: str, code: str = "", *, is_definite: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.is_definite = is_definite

    @property
    def is_denied(self) -> bool:
        return self.code in _DENIED


@dataclass(frozen=True, slots=True)
class Aws:
    """Where clients go. What is None is as the environment has it, as for the AWS CLI."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    assumed: Any = field(default=None, compare=False, repr=False)
    """A botocore session with the credentials of an assumed role, instead of the person's own."""

    def session(self) -> Any:
        """Return the boto3 session. Raises `ProfileNotFound`."""
        if self.assumed is not None:
            return boto3.Session(botocore_session=self.assumed, region_name=self.region)
        return boto3.Session(profile_name=self.profile, region_name=self.region)

    def client(self, service: str, *, attempts: int | None = None) -> Any:
        """Return a boto3 client. Raises `AwsRefused` without a region or for an unknown profile.

        `attempts`: of one request, where a repeat of what has taken effect would do harm.
        """
        retries: Any = {"total_max_attempts": attempts} if attempts else _retries()
        try:
            with said_plainly():
                return self.session().client(
                    service, endpoint_url=self.endpoint_url, config=Config(retries=retries)
                )
        except ValueError as error:
            raise AwsRefused(f"{error}. Check --endpoint-url.") from error


@dataclass(frozen=True, slots=True)
class InstanceName:
    """An instance as it was named: by its id, or by an ARN, which tells the region too."""

    id: str
    region: str | None = None


def named_instance(text: str) -> InstanceName:
    """Read an instance's ARN or id. Raises `click.UsageError` for anything else."""
    if _INSTANCE_ID.fullmatch(text):
        return InstanceName(text)
    match = _INSTANCE_ARN.fullmatch(text)
    if match is None:
        raise click.UsageError(
            f"{text!r} is neither the ARN nor the id of a Connect instance: both are on the "
            "instance's page in the AWS console."
        )
    return InstanceName(match[2], match[1])


def region_of(instance: InstanceName, region: str | None) -> str | None:
    """Return the region to ask. Raises `click.UsageError` if --region says another than the ARN."""
    if region and instance.region and region != instance.region:
        raise click.UsageError(
            f"--region is {region}, and the instance is in {instance.region}: leave --region away, "
            "or name the instance that you mean."
        )
    return instance.region or region


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn every error of botocore into an `AwsRefused`."""
    try:
        yield
    except exceptions.ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise AwsRefused(
            _explained(error),
            error.response["Error"]["Code"],
            is_definite=_REFUSED <= status < _FAULTED,
        ) from error
    except exceptions.BotoCoreError as error:
        raise AwsRefused(_unanswered(error)) from error


def _retries() -> Any:
    """Return botocore's adaptive retries: they slow down when they are throttled."""
    if os.environ.get("AWS_MAX_ATTEMPTS"):
        return {"mode": "adaptive"}
    return {"mode": "adaptive", "total_max_attempts": _ATTEMPTS}


def _explained(error: exceptions.ClientError) -> str:
    operation, answer = error.operation_name, dict[str, Any](error.response)
    code, message = answer["Error"]["Code"], answer["Error"].get("Message", "")
    if code in _DENIED:
        return (
            f"You may not call {operation} (AccessDenied): ask whoever gives out permissions in "
            f"this AWS account for it. AWS says: {message}"
        )
    if code in _NOT_LOGGED_IN:
        return f"AWS does not accept your credentials ({code}). {_LOG_IN}"
    if code in _THROTTLED:
        return (
            f"AWS throttled {operation}, and still did after several attempts: something else "
            "keeps asking Connect too often. Wait a minute, then run this again."
        )
    if code == "ResourceNotFoundException":
        return (
            f"{operation} found nothing by that name: {message} Check --instance and --region: an "
            "instance is known in its own region and account only."
        )
    if code == "InvalidContactFlowException":
        problems = [str(one.get("message")) for one in answer.get("problems", [])]
        return "\n  ".join(["Connect refuses the flow:", *(problems or [message])])
    return f"{operation} was refused ({code}): {message}"


def _unanswered(error: exceptions.BotoCoreError) -> str:
    if isinstance(error, _NO_CREDENTIALS):
        return f"There are no AWS credentials that can be used ({error}). {_LOG_IN}"
    if isinstance(error, exceptions.ProfileNotFound):
        return f"{error}. `aws configure list-profiles` tells which there are."
    if isinstance(error, exceptions.NoRegionError):
        return "Say in which region: with --region, or by giving the instance's ARN."
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return (
            f"AWS could not be reached: {error} Check the network, --region (Connect is not in "
            "every one) and --endpoint-url."
        )
    return str(error)
