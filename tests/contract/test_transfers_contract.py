from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from secure_transfer.domain.transfer import CARDHOLDER_LEFT, Status, Transfer, timestamp
from tests.contract.stores import TransferStore
from tests.fakes import (
    LONG_TOKEN,
    NOW,
    NOW_EPOCH,
    NOW_TEXT,
    a_transfer,
    an_answered_transfer,
    at_once,
)

LATER = NOW + timedelta(seconds=7)
LATER_TEXT = timestamp(LATER)

CLOSED = [Status.ANSWERED, Status.JOINED, Status.TIMED_OUT, Status.ABANDONED, Status.FAILED]


def test_transfer_is_found_with_all_that_is_known_of_it(
    transfers: TransferStore, new_id: str
) -> None:
    transfer = an_answered_transfer(
        new_id, status=Status.FAILED, joined_at=NOW_TEXT, reason="PinTooLate", attempt=3
    )
    transfers.seed(transfer)

    assert transfers.port.find(new_id) == transfer


def test_transfer_is_found_without_what_is_not_known_of_it(
    transfers: TransferStore, new_id: str
) -> None:
    transfer = a_transfer(new_id, execution_arn=None, attempt=0, pin=None, loop_token=None)
    transfers.seed(transfer)

    assert transfers.port.find(new_id) == transfer


def test_transfer_that_never_was_is_not_found(transfers: TransferStore, new_id: str) -> None:
    assert transfers.port.find(new_id) is None


# ------------------------------------------------------------------------- record_failure


def test_failure_is_recorded_where_there_is_no_record(
    transfers: TransferStore, new_id: str
) -> None:
    assert transfers.port.record_failure(_too_late(new_id))

    assert transfers.port.find(new_id) == _too_late(new_id)


@pytest.mark.parametrize("status", Status)
def test_failure_is_not_recorded_over_another_record(
    transfers: TransferStore, new_id: str, status: Status
) -> None:
    first = a_transfer(new_id, status=status)
    transfers.seed(first)

    assert not transfers.port.record_failure(_too_late(new_id))

    assert transfers.port.find(new_id) == first


# --------------------------------------------------------------------------------- answer


def test_right_pin_answers_the_transfer(transfers: TransferStore, new_id: str) -> None:
    waiting = a_transfer(new_id)
    transfers.seed(waiting)

    answered = transfers.port.answer(new_id, "0027", "loop-9", NOW)

    assert answered == replace(
        waiting, status=Status.ANSWERED, loop_contact_id="loop-9", answered_at=NOW_TEXT
    )
    assert transfers.port.find(new_id) == answered


@pytest.mark.parametrize("pin", ["0028", "27", "00270", ""])
def test_wrong_pin_does_not_answer_the_transfer(
    transfers: TransferStore, new_id: str, pin: str
) -> None:
    _refuses_answer(transfers, a_transfer(new_id), pin=pin)


@pytest.mark.parametrize(
    ("expires_in", "answered"),
    [
        pytest.param(2, True, id="with a second to go"),
        pytest.param(1, True, id="within the last second"),
        pytest.param(0, False, id="in the second in which it has expired"),
        pytest.param(-1, False, id="a second after"),
    ],
)
def test_transfer_is_answered_only_before_it_expires(
    transfers: TransferStore, new_id: str, expires_in: int, *, answered: bool
) -> None:
    transfers.seed(a_transfer(new_id, expires_at=NOW_EPOCH + expires_in))

    result = transfers.port.answer(new_id, "0027", "loop-9", NOW)

    assert (result is not None) is answered


def test_transfer_that_expires_exactly_now_is_not_answered(
    transfers: TransferStore, new_id: str
) -> None:
    on_the_second = NOW.replace(microsecond=0)
    transfers.seed(a_transfer(new_id, expires_at=int(on_the_second.timestamp())))

    assert transfers.port.answer(new_id, "0027", "loop-9", on_the_second) is None


@pytest.mark.parametrize("status", CLOSED)
def test_transfer_that_waits_no_longer_is_not_answered(
    transfers: TransferStore, new_id: str, status: Status
) -> None:
    _refuses_answer(transfers, a_transfer(new_id, status=status))


def test_answer_is_not_given_twice_to_the_same_contact(
    transfers: TransferStore, new_id: str
) -> None:
    _refuses_answer(transfers, an_answered_transfer(new_id, loop_contact_id="loop-9"))


def test_answer_to_a_transfer_that_never_was_makes_no_record(
    transfers: TransferStore, new_id: str
) -> None:
    assert transfers.port.answer(new_id, "0027", "loop-9", NOW) is None

    assert transfers.port.find(new_id) is None


def test_of_eight_contacts_that_answer_at_once_exactly_one_wins(
    transfers: TransferStore, new_id: str
) -> None:
    transfers.seed(a_transfer(new_id))

    answers = at_once(
        partial(transfers.port.answer, new_id, "0027", f"loop-{number}", NOW) for number in range(8)
    )

    winners = [answer for answer in answers if answer]
    assert len(winners) == 1
    assert transfers.port.find(new_id) == winners[0]


def test_token_of_2048_characters_is_answered_and_read_as_it_was_stored(
    transfers: TransferStore, new_id: str
) -> None:
    assert len(LONG_TOKEN) == 2_048
    transfers.seed(a_transfer(new_id, loop_token=LONG_TOKEN, join_token=LONG_TOKEN[::-1]))

    answered = transfers.port.answer(new_id, "0027", "loop-9", NOW)

    assert answered
    assert answered == transfers.port.find(new_id)
    assert (answered.loop_token, answered.join_token) == (LONG_TOKEN, LONG_TOKEN[::-1])


# ----------------------------------------------------------------------------------- join


def test_right_agent_on_the_right_call_joins(transfers: TransferStore, new_id: str) -> None:
    answered = an_answered_transfer(new_id)
    transfers.seed(answered)

    joined = transfers.port.join(new_id, "jane.doe", "loop-1", LATER)

    assert joined == replace(answered, status=Status.JOINED, joined_at=LATER_TEXT)
    assert transfers.port.find(new_id) == joined


@pytest.mark.parametrize(
    ("agent_name", "contact"),
    [
        pytest.param("john.doe", "loop-1", id="another agent"),
        pytest.param("Jane.Doe", "loop-1", id="another case"),
        pytest.param("jane.doe", "loop-2", id="another call"),
        pytest.param("john.doe", "loop-2", id="both"),
    ],
)
def test_wrong_agent_or_call_does_not_join(
    transfers: TransferStore, new_id: str, agent_name: str, contact: str
) -> None:
    answered = an_answered_transfer(new_id)
    transfers.seed(answered)

    assert transfers.port.join(new_id, agent_name, contact, LATER) is None

    assert transfers.port.find(new_id) == answered


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ANSWERED}))
def test_transfer_that_is_not_answered_is_not_joined(
    transfers: TransferStore, new_id: str, status: Status
) -> None:
    stored = an_answered_transfer(new_id, status=status)
    transfers.seed(stored)

    assert transfers.port.join(new_id, "jane.doe", "loop-1", LATER) is None

    assert transfers.port.find(new_id) == stored


def test_join_of_a_transfer_that_never_was_makes_no_record(
    transfers: TransferStore, new_id: str
) -> None:
    assert transfers.port.join(new_id, "jane.doe", "loop-1", LATER) is None

    assert transfers.port.find(new_id) is None


# ------------------------------------------------------------------------------ join_late


def test_late_join_is_noted_and_the_transfer_stays_abandoned(
    transfers: TransferStore, new_id: str
) -> None:
    abandoned = an_answered_transfer(new_id, status=Status.ABANDONED)
    transfers.seed(abandoned)

    noted = transfers.port.join_late(new_id, LATER)

    assert noted == replace(abandoned, joined_at=LATER_TEXT)
    assert transfers.port.find(new_id) == noted


def test_late_join_keeps_its_first_time(transfers: TransferStore, new_id: str) -> None:
    transfers.seed(an_answered_transfer(new_id, status=Status.ABANDONED))

    first = transfers.port.join_late(new_id, NOW)
    second = transfers.port.join_late(new_id, LATER)

    assert first
    assert first.joined_at == NOW_TEXT
    assert second == first


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ABANDONED}))
def test_late_join_is_not_noted_on_a_transfer_that_is_not_abandoned(
    transfers: TransferStore, new_id: str, status: Status
) -> None:
    stored = an_answered_transfer(new_id, status=status)
    transfers.seed(stored)

    assert transfers.port.join_late(new_id, LATER) is None

    assert transfers.port.find(new_id) == stored


def test_late_join_of_a_transfer_that_never_was_makes_no_record(
    transfers: TransferStore, new_id: str
) -> None:
    assert transfers.port.join_late(new_id, LATER) is None

    assert transfers.port.find(new_id) is None


# ------------------------------------------------------------------- abandon and end_call


def test_answered_transfer_is_abandoned_by_the_end_of_its_call(
    transfers: TransferStore, new_id: str
) -> None:
    answered = an_answered_transfer(new_id, allocated_at=NOW_TEXT)
    transfers.seed(answered)

    left = transfers.port.abandon(new_id, "loop-1", LATER)

    assert left == replace(
        answered, status=Status.ABANDONED, reason=CARDHOLDER_LEFT,
        closed_at=LATER_TEXT, ended_at=LATER_TEXT,
    )  # fmt: skip
    assert transfers.port.find(new_id) == left


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ANSWERED}))
def test_transfer_that_is_not_answered_is_not_abandoned(
    transfers: TransferStore, new_id: str, status: Status
) -> None:
    stored = an_answered_transfer(new_id, status=status)
    transfers.seed(stored)

    assert transfers.port.abandon(new_id, "loop-1", LATER) is None

    assert transfers.port.find(new_id) == stored


def test_transfer_is_not_abandoned_by_the_end_of_another_call(
    transfers: TransferStore, new_id: str
) -> None:
    answered = an_answered_transfer(new_id)
    transfers.seed(answered)

    assert transfers.port.abandon(new_id, "loop-2", LATER) is None

    assert transfers.port.find(new_id) == answered


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ANSWERED}))
def test_end_of_the_call_is_noted_once(
    transfers: TransferStore, new_id: str, status: Status
) -> None:
    stored = an_answered_transfer(new_id, status=status)
    transfers.seed(stored)

    first = transfers.port.end_call(new_id, "loop-1", NOW)
    second = transfers.port.end_call(new_id, "loop-1", LATER)

    assert first == second == replace(stored, ended_at=NOW_TEXT)
    assert transfers.port.find(new_id) == first


@pytest.mark.parametrize(
    ("status", "contact"), [(Status.ANSWERED, "loop-1"), (Status.JOINED, "loop-2")]
)
def test_end_of_the_call_is_not_noted_where_it_means_something_else(
    transfers: TransferStore, new_id: str, status: Status, contact: str
) -> None:
    stored = an_answered_transfer(new_id, status=status)
    transfers.seed(stored)

    assert transfers.port.end_call(new_id, contact, NOW) is None

    assert transfers.port.find(new_id) == stored


def test_end_of_a_transfer_that_never_was_makes_no_record(
    transfers: TransferStore, new_id: str
) -> None:
    assert transfers.port.abandon(new_id, "loop-1", NOW) is None
    assert transfers.port.end_call(new_id, "loop-1", NOW) is None

    assert transfers.port.find(new_id) is None


# ------------------------------------------------------------------------ reserve_contact


def test_contact_that_is_bound_tells_to_which_transfer(
    transfers: TransferStore, new_id: str
) -> None:
    transfers.port.reserve_contact(new_id, "transfer-a", NOW)

    assert transfers.port.reserved_for(new_id) == "transfer-a"


def test_contact_that_is_not_bound_tells_so(transfers: TransferStore, new_id: str) -> None:
    assert transfers.port.reserved_for(new_id) is None


def test_contact_is_bound_to_the_first_transfer(transfers: TransferStore, new_id: str) -> None:
    assert transfers.port.reserve_contact(new_id, "transfer-a", NOW) == "transfer-a"


def test_contact_that_is_bound_may_be_bound_to_the_same_again(
    transfers: TransferStore, new_id: str
) -> None:
    transfers.port.reserve_contact(new_id, "transfer-a", NOW)

    assert transfers.port.reserve_contact(new_id, "transfer-a", LATER) == "transfer-a"


def test_contact_that_is_bound_stays_bound(transfers: TransferStore, new_id: str) -> None:
    transfers.port.reserve_contact(new_id, "transfer-a", NOW)

    assert transfers.port.reserve_contact(new_id, "transfer-b", NOW) == "transfer-a"
    assert transfers.port.reserve_contact(new_id, "transfer-a", NOW) == "transfer-a"


def test_contact_is_bound_anew_instead_of_what_it_is_bound_to(
    transfers: TransferStore, new_id: str
) -> None:
    transfers.port.reserve_contact(new_id, "transfer-a", NOW)

    bound_to = transfers.port.reserve_contact(new_id, "transfer-b", NOW, instead_of="transfer-a")

    assert bound_to == "transfer-b"
    assert transfers.port.reserve_contact(new_id, "transfer-a", NOW) == "transfer-b"


def test_contact_is_not_bound_anew_instead_of_another_than_it_is_bound_to(
    transfers: TransferStore, new_id: str
) -> None:
    transfers.port.reserve_contact(new_id, "transfer-a", NOW)

    bound_to = transfers.port.reserve_contact(new_id, "transfer-b", NOW, instead_of="transfer-c")

    assert bound_to == "transfer-a"


def test_contact_that_comes_with_eight_transfers_pins_at_once_is_bound_to_one(
    transfers: TransferStore, new_id: str
) -> None:
    wanted = [f"transfer-{number}" for number in range(8)]

    bound = at_once(partial(transfers.port.reserve_contact, new_id, one, NOW) for one in wanted)

    (bound_to,) = set(bound)
    assert bound_to in wanted


def test_reservation_is_no_transfer(transfers: TransferStore, new_id: str) -> None:
    transfers.port.reserve_contact(new_id, "transfer-a", NOW)

    assert transfers.port.find(new_id) is None
    assert transfers.port.record_failure(_too_late(new_id))


# ------------------------------------------------------------------------ refusals


def test_caller_that_was_never_refused_has_no_refusals(
    transfers: TransferStore, new_id: str
) -> None:
    assert transfers.port.refusals(new_id, NOW) == 0


def test_refusals_of_a_caller_are_counted_and_no_other_callers(
    transfers: TransferStore, new_id: str
) -> None:
    for expected in (1, 2, 3):
        transfers.port.count_refusal(new_id, NOW, 900)

        assert transfers.port.refusals(new_id, NOW) == expected
    assert transfers.port.refusals(f"{new_id}-other", NOW) == 0


@pytest.mark.parametrize(
    ("seconds_later", "counted"),
    [
        pytest.param(0, 2, id="at once"),
        pytest.param(898, 2, id="at the window's end"),
        pytest.param(900, 0, id="when it is over"),
        pytest.param(90_000, 0, id="when the table has not yet swept the row"),
    ],
)
def test_refusals_count_until_their_window_is_over(
    transfers: TransferStore, new_id: str, seconds_later: int, counted: int
) -> None:
    transfers.port.count_refusal(new_id, NOW, 900)
    transfers.port.count_refusal(new_id, LATER, 900)  # does not move the window's end

    assert transfers.port.refusals(new_id, NOW + timedelta(seconds=seconds_later)) == counted


def test_refusal_after_the_window_opens_another(transfers: TransferStore, new_id: str) -> None:
    next_window = NOW + timedelta(seconds=900)
    transfers.port.count_refusal(new_id, NOW, 900)
    transfers.port.count_refusal(new_id, NOW, 900)

    transfers.port.count_refusal(new_id, next_window, 900)

    assert transfers.port.refusals(new_id, next_window) == 1
    assert transfers.port.refusals(new_id, next_window + timedelta(seconds=898)) == 1


def test_of_eight_refusals_at_once_each_is_counted(transfers: TransferStore, new_id: str) -> None:
    at_once(partial(transfers.port.count_refusal, new_id, NOW, 900) for _ in range(8))

    assert transfers.port.refusals(new_id, NOW) == 8


def test_refused_caller_is_no_transfer(transfers: TransferStore, new_id: str) -> None:
    transfers.port.count_refusal(new_id, NOW, 900)

    assert transfers.port.find(new_id) is None


def _too_late(transfer_id: str) -> Transfer:
    """Return what AddAgent writes when it gives up: it knows neither execution nor PIN."""
    return a_transfer(
        transfer_id,
        status=Status.FAILED,
        reason="PinTooLate",
        execution_arn=None,
        attempt=0,
        pin=None,
        loop_token=None,
    )


def _refuses_answer(transfers: TransferStore, stored: Transfer, pin: str = "0027") -> None:
    transfers.seed(stored)

    assert transfers.port.answer(stored.transfer_id, pin, "loop-9", NOW) is None

    assert transfers.port.find(stored.transfer_id) == stored
