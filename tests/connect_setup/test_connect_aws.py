"""What AWS's errors mean, for people."""

import pytest
from botocore import exceptions

from operations.connect.aws import Aws, AwsRefused, said_plainly


def client_error(code: str, **others: object) -> exceptions.ClientError:
    answer = {"Error": {"Code": code, "Message": "It is so."}, **others}
    return exceptions.ClientError(answer, "ListQueues")  # type: ignore[arg-type]


def said(error: Exception) -> AwsRefused:
    with pytest.raises(AwsRefused) as caught, said_plainly():
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "You may not call ListQueues (AccessDenied): ask whoever"),
        ("AccessDenied", "AWS says: It is so."),
        ("ExpiredTokenException", "AWS does not accept your credentials (ExpiredTokenException)"),
        ("UnrecognizedClientException", "`aws sso login`"),
        ("ThrottlingException", "AWS throttled ListQueues"),
        ("ResourceNotFoundException", "Check --instance and --region"),
        ("ServiceQuotaExceededException", "ListQueues was refused (ServiceQuotaExceededException)"),
    ],
)
def test_an_answer_that_is_an_error_says_what_to_do(code: str, words: str) -> None:
    refused = said(client_error(code))
    assert words in refused.message
    assert refused.code == code


def test_every_problem_of_a_flow_is_told() -> None:
    problems = [{"message": "One."}, {"message": "Two."}]
    refused = said(client_error("InvalidContactFlowException", problems=problems))
    assert refused.message == "Connect refuses the flow:\n  One.\n  Two."
    without = said(client_error("InvalidContactFlowException"))
    assert without.message == "Connect refuses the flow:\n  It is so."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.NoCredentialsError(), "There are no AWS credentials that can be used"),
        (exceptions.UnauthorizedSSOTokenError(), "`aws sso login`"),
        (exceptions.ProfileNotFound(profile="nobody"), "(nobody) could not be found"),
        (exceptions.NoRegionError(), "Say in which region"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "AWS could not be reached"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), "AWS could not be reached"),
        (exceptions.ConnectionClosedError(endpoint_url="https://x"), "AWS could not be reached"),
        (exceptions.InvalidRegionError(region_name="eu west"), "eu west"),
    ],
)
def test_what_is_no_answer_says_what_to_do_and_has_no_code(error: Exception, words: str) -> None:
    refused = said(error)
    assert words in refused.message
    assert refused.code == ""


def test_what_is_not_awss_goes_through() -> None:
    with pytest.raises(ZeroDivisionError), said_plainly():
        raise ZeroDivisionError


@pytest.mark.parametrize(("wanted", "attempts"), [("", 8), ("2", 2)])
def test_requests_are_repeated_ever_more_slowly(
    wanted: str, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", wanted)
    if not wanted:
        monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    retries = Aws("eu-west-2").client("connect").meta.config.retries
    assert retries == {"mode": "adaptive", "total_max_attempts": attempts}
