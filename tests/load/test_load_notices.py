"""What is not as it should be is counted. Here functions, executions and events are made up."""

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from operations import load, load_crowd
from operations.load_crowd import Crowd, Outcome
from operations.ops import SECURED


@dataclass
class MadeUp:
    """Lambda, Step Functions and an audit consumer that do as they are told."""

    pins: list[str] = field(default_factory=lambda: [f"{n:04d}" for n in range(1000)])
    wrong: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By function, what it answers instead of what it should."""
    breaks: frozenset[str] = frozenset()
    """Functions that end with an exception."""
    status: str = "SUCCEEDED"
    tells: tuple[str, ...] = SECURED
    holders: dict[str, tuple[str, str]] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    told: int = 0

    # --- Lambda
    def invoke(self, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        given = json.loads(Payload)["Details"]
        contact = given["ContactData"]["ContactId"]
        answer = self._answer(FunctionName, contact, given["Parameters"])
        answer |= self.wrong.get(FunctionName, {})
        error = {"FunctionError": "Unhandled"} if FunctionName in self.breaks else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **error}

    def _answer(self, function: str, contact: str, given: dict[str, str]) -> dict[str, str]:
        if function == "AddAgent":
            self.begun.append(contact)
            pin = self.pins.pop(0)
            self.holders[pin] = (given["AgentName"], contact)
            return {"Result": "OK", "PIN": pin, "TransferId": contact}
        if function == "GetAgent":
            agent, transfer = self.holders[given["PIN"]]
            return {"Result": "OK", "AgentName": agent, "TransferId": transfer}
        return {"Result": "OK"}

    # --- Step Functions
    def client(self, _: str) -> "MadeUp":
        return self

    def get_paginator(self, _: str) -> "MadeUp":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"executions": [{"name": one, "status": self.status} for one in self.begun]}]

    # --- the stage
    def take_events(self) -> list[dict[str, Any]]:
        new, self.told = self.begun[self.told :], len(self.begun)
        return [
            {"detail-type": kind, "detail": {"metadata": {"transferId": one}}}
            for one in new
            for kind in self.tells
        ]

    @property
    def instance_arn(self) -> str:
        return "arn:aws:connect:eu-west-2:123456789012:instance/1"

    @property
    def stack(self) -> Any:
        outputs = {f"{step}FunctionArn": step for step in load_crowd.STEPS}
        return SimpleNamespace(outputs={**outputs, "SecureTransferStateMachineArn": "machine"})


def played(made_up: MadeUp, transfers: int = 3, at_once: int = 1) -> Outcome:
    with (
        mock.patch.object(load_crowd, "_client", return_value=made_up),
        mock.patch.object(load_crowd, "_AT_REST_SECONDS", 0.05),
        mock.patch.object(load_crowd, "_TELLING_SECONDS", 0.05),
    ):
        return Crowd(made_up, made_up).play(transfers, at_once)  # type: ignore[arg-type]


def test_a_load_as_it_should_be_is_good() -> None:
    outcome = played(MadeUp())

    assert outcome.is_good
    assert load.verdict(outcome).startswith("3 SUCCEEDED; 3 told of in full; 0 faults")


@pytest.mark.parametrize(
    ("made_up", "faults"),
    [
        pytest.param(
            MadeUp(wrong={"AddAgent": {"Result": "ERROR", "Reason": "PinTooLate"}}),
            {"AddAgent: PinTooLate": 3},
            id="no PIN",
        ),
        pytest.param(
            MadeUp(
                wrong={"AddAgent": {"errorType": "PlatformFault"}}, breaks=frozenset({"AddAgent"})
            ),
            {"AddAgent: PlatformFault": 3},
            id="an exception",
        ),
        pytest.param(
            MadeUp(wrong={"GetAgent": {"AgentName": "agent7"}}),
            {"GetAgent rang another agent, or none": 3},
            id="another agent",
        ),
        pytest.param(
            MadeUp(wrong={"GetAgent": {"TransferId": "transfer-7"}}),
            {"GetAgent rang another agent, or none": 3},
            id="another transfer",
        ),
        pytest.param(
            MadeUp(wrong={"AgentJoined": {"Result": "ERROR", "Reason": "WrongAgent"}}),
            {"AgentJoined: WrongAgent": 3},
            id="not joined",
        ),
    ],
)
def test_a_wrong_answer_is_counted(made_up: MadeUp, faults: dict[str, int]) -> None:
    outcome = played(made_up)

    assert outcome.faults == faults
    assert not outcome.is_good


def test_a_pin_that_two_live_transfers_share_is_counted() -> None:
    both = load_crowd.Played(Outcome(2))
    with both.live("0027", "transfer-1"), both.live("0027", "transfer-2"):
        pass
    with both.live("0027", "transfer-3"):
        pass

    assert both.outcome.faults == {"two live transfers share a PIN": 1}
    assert both.outcome.most_live == 1


def test_an_execution_that_does_not_end_is_stuck() -> None:
    outcome = played(MadeUp(status="RUNNING"))

    assert outcome.statuses == Counter(RUNNING=3)
    assert not outcome.is_good


def test_a_transfer_that_has_not_told_everything_is_missed() -> None:
    outcome = played(MadeUp(tells=SECURED[:-1]))

    assert outcome.audited == 0
    assert not outcome.is_good


def test_a_steady_rate_tells_of_each_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up, minutes = MadeUp(), []
    waits: list[float] = []
    monkeypatch.setattr(load_crowd.time, "sleep", waits.append)
    with mock.patch.object(load_crowd, "_client", return_value=made_up):
        crowd = Crowd(made_up, made_up)  # type: ignore[arg-type]
        outcome = crowd.play_steadily(0.5, 2, lambda minute: minutes.append(minute.transfers))

    assert minutes == [30, 30]
    assert outcome.is_good
    assert len(outcome.took["AgentJoined"]) == 60
    assert 57 < max(waits) <= 58  # the last of a minute's thirty begins in its 58th second


def test_percentiles_of_none_of_one_and_of_many() -> None:
    assert load.percentiles([]) == ["-"] * 4
    assert load.percentiles([0.2]) == ["200 ms"] * 4
    assert load.percentiles([n / 1000 for n in range(1, 100)]) == [
        "50 ms",
        "90 ms",
        "99 ms",
        "99 ms",
    ]
