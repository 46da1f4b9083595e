"""Take the stack's AuditOperatorRole: the commands can do what it allows, and nothing else."""

import logging
from dataclasses import replace
from functools import partial
from typing import Any

import botocore.session
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from operations.connect.aws import Aws, AwsRefused, said_plainly

_SESSION_NAME = "operations-audit"  # stands in CloudTrail beside who took the role


class _Assumed(CredentialProvider):
    """Hands botocore the credentials of the role. They renew themselves: `tail` runs for hours."""

    METHOD = "assume-role"

    def __init__(self, credentials: Any) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> Any:
        return self._credentials


def assume(aws: Aws, role_arn: str) -> Aws:
    """Return the same place, asked as the role. Raises `AwsRefused` if it may not be taken."""
    with said_plainly():
        session = aws.session()
        mine = session.get_credentials()
    if mine is None:
        # As for every other command: this raises what says how to log in.
        with said_plainly():
            aws.client("sts").get_caller_identity()
    fetcher = AssumeRoleCredentialFetcher(
        partial(_sts, session, aws.endpoint_url),
        mine,
        role_arn,
        extra_args={"RoleSessionName": _SESSION_NAME},
    )
    credentials = DeferredRefreshableCredentials(
        method=_Assumed.METHOD, refresh_using=fetcher.fetch_credentials
    )
    # What it would warn of, with a traceback, is raised too.
    logging.getLogger("botocore.credentials").setLevel(logging.CRITICAL)
    try:
        with said_plainly():
            fetcher.fetch_credentials()  # now, and not at the first question
    except AwsRefused as refused:
        if not refused.is_denied:
            raise
        raise AwsRefused(
            f"You may not take the role {role_arn} (AccessDenied). These commands work as this "
            "role only. Ask whoever gives out permissions in this AWS account for sts:AssumeRole "
            "on it.",
            refused.code,
        ) from refused
    assumed = botocore.session.get_session()
    assumed.register_component(
        "credential_provider", CredentialResolver(providers=[_Assumed(credentials)])
    )
    return replace(aws, region=session.region_name, profile=None, assumed=assumed)


def _sts(session: Any, endpoint_url: str | None, service: str, **credentials: Any) -> Any:
    return session.client(service, endpoint_url=endpoint_url, **credentials)
