"""Amazon Connect, as far as a Lambda block goes: the event it sends, its limit and its repeats."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from simulator.aws import LocalAws
from simulator.errors import SimulatorError
from simulator.template import REGION

LIMIT_SECONDS = 8.0
"""A Lambda block's most, for all tries together."""

TRIES = 4
"""The invocation and up to 3 repeats, after a throttle or an error."""

MOST_BYTES = 32 * 1024
"""Of a function's answer."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One leg of a conversation. Contacts of one conversation share `initial_contact_id`."""

    contact_id: str
    initial_contact_id: str
    previous_contact_id: str | None
    initiation_method: str
    customer_number: str
    dialled_number: str

    @classmethod
    def inbound(cls, customer_number: str, dialled_number: str) -> "Contact":
        """Somebody calls a number of the instance: a conversation begins."""
        contact_id = str(uuid.uuid4())
        return cls(contact_id, contact_id, None, "INBOUND", customer_number, dialled_number)

    def transferred(self) -> "Contact":
        """Return the contact that a click on a quick connect makes."""
        return Contact(
            str(uuid.uuid4()),
            self.initial_contact_id,
            self.contact_id,
            "TRANSFER",
            self.customer_number,
            self.dialled_number,
        )


_AN_INSTANCE = "5ec0de00-0000-4000-8000-000000000001"


class LambdaBlockFailed(Exception):
    """The Lambda block leaves by its Error branch."""


class Connect:
    """One Connect instance."""

    def __init__(self, aws: LocalAws, instance_id: str = _AN_INSTANCE) -> None:
        self._aws = aws
        self.instance_arn = f"arn:aws:connect:{REGION}:{aws.account}:instance/{instance_id}"

    def event(self, contact: Contact, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the event that a Lambda block sends."""
        return {
            "Name": "ContactFlowEvent",
            "Details": {
                "Parameters": dict(parameters),
                "ContactData": {
                    "Attributes": {},
                    "Channel": "VOICE",
                    "ContactId": contact.contact_id,
                    "InitialContactId": contact.initial_contact_id,
                    "PreviousContactId": contact.previous_contact_id or contact.contact_id,
                    "InitiationMethod": contact.initiation_method,
                    "InstanceARN": self.instance_arn,
                    "CustomerEndpoint": _endpoint(contact.customer_number),
                    "SystemEndpoint": _endpoint(contact.dialled_number),
                    "CustomerId": None,
                    "Description": None,
                    "LanguageCode": "en-GB",
                    "MediaStreams": {"Customer": {"Audio": None}},
                    "Name": None,
                    "Queue": None,
                    "References": {},
                    "SegmentAttributes": {},
                    "Tags": {},
                },
            },
        }

    def invoke(
        self, function_arn: str, contact: Contact, parameters: Mapping[str, Any]
    ) -> dict[str, str]:
        """Invoke a function as a flow does, and return its answer (`$.External`).

        Raises `LambdaBlockFailed` when the tries or the time are used up, or when the answer is
        not a STRING_MAP; `SimulatorError` when the function does not let this instance in.
        """
        self._must_be_let_in(function_arn)
        payload = json.dumps(self.event(contact, parameters))
        end = time.monotonic() + LIMIT_SECONDS
        failures = []
        for _ in range(TRIES):
            body, failure = self._try(function_arn, payload)
            if time.monotonic() > end:
                raise LambdaBlockFailed(f"The function took longer than {LIMIT_SECONDS:.0f} s.")
            if failure is None:
                return _string_map(body)
            failures.append(failure)
        raise LambdaBlockFailed(f"The function failed {TRIES} times: {failures[-1]}")

    def _try(self, function_arn: str, payload: str) -> tuple[bytes, str | None]:
        """Return what the function answered, and what was wrong with it."""
        try:
            answer = self._aws.client("lambda").invoke(FunctionName=function_arn, Payload=payload)
        except ClientError as error:
            return b"", error.response["Error"]["Code"]
        body = answer["Payload"].read()
        failed = "FunctionError" in answer
        return body, json.loads(body).get("errorMessage", "unknown") if failed else None

    def _must_be_let_in(self, function_arn: str) -> None:
        permissions = self._aws.functions.function(function_arn).permissions
        if not any(
            permission.principal == "connect.amazonaws.com"
            and permission.source_arn == self.instance_arn
            and permission.source_account == self._aws.account
            for permission in permissions
        ):
            raise SimulatorError(
                f"{function_arn} does not permit {self.instance_arn} to invoke it: "
                "deploy with ConnectInstanceArn."
            )


def _endpoint(number: str) -> dict[str, str]:
    return {"Address": number, "Type": "TELEPHONE_NUMBER"}


def _string_map(body: bytes) -> dict[str, str]:
    if len(body) > MOST_BYTES:
        raise LambdaBlockFailed(f"The answer has {len(body)} bytes, more than {MOST_BYTES}.")
    answer = json.loads(body)
    flat = isinstance(answer, dict) and all(isinstance(value, str) for value in answer.values())
    if not flat:
        raise LambdaBlockFailed("The answer is not a flat map of strings (STRING_MAP).")
    return dict(answer)
