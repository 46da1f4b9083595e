import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secure_transfer.domain import values
from secure_transfer.domain.errors import (
    AgentNameInvalid,
    AgentNameMissing,
    ContactIdInvalid,
    NotOurCall,
    PinMalformed,
    Refused,
    TransferIdInvalid,
)
from tests.unit.samples import (
    ABSENT,
    INSTANCE_ARN,
    INVALID_AGENT_NAMES,
    INVALID_CONTACT_IDS,
    MALFORMED_PINS,
    NO_AGENT_NAME,
    OTHER_INSTANCE_ARN,
    RETURN_NUMBER,
    a_call,
)

AGENT_NAME_ALPHABET = set(string.ascii_letters + string.digits + "_-.@")

# What a flow can hand in: any text, lone surrogates of JSON escapes included.
any_text = st.text(st.characters())


# ------------------------------------------------------------------------------ agent name


@pytest.mark.parametrize("name", ["j", "jane.doe@example.com", "JANE_DOE-2", "0", "-", "j" * 64])
def test_agent_name_of_1_to_64_allowed_characters_is_taken_as_it_is(name: str) -> None:
    assert values.agent_name(name) == name


@pytest.mark.parametrize("name", NO_AGENT_NAME)
def test_agent_name_that_says_nothing_is_missing(name: Any) -> None:
    with pytest.raises(AgentNameMissing):
        values.agent_name(None if name is ABSENT else name)


@pytest.mark.parametrize("name", INVALID_AGENT_NAMES)
def test_agent_name_of_another_form_is_invalid(name: Any) -> None:
    with pytest.raises(AgentNameInvalid):
        values.agent_name(name)


@settings(deadline=None)
@given(any_text | st.text(sorted(AGENT_NAME_ALPHABET), max_size=70))
def test_agent_name_is_exactly_1_to_64_characters_of_its_alphabet(text: str) -> None:
    allowed = 1 <= len(text) <= 64 and set(text) <= AGENT_NAME_ALPHABET

    assert _is_accepted(values.agent_name, text) is allowed


# ------------------------------------------------------------------------------------- PIN


@pytest.mark.parametrize(("pin", "length"), [("0000", 4), ("0027", 4), ("99999", 5), ("012345", 6)])
def test_pin_of_exactly_its_length_is_taken_with_its_zeros(pin: str, length: int) -> None:
    assert values.pin(pin, length) == pin


@pytest.mark.parametrize("pin", MALFORMED_PINS)
def test_pin_of_another_form_is_malformed(pin: Any) -> None:
    with pytest.raises(PinMalformed):
        values.pin(None if pin is ABSENT else pin, 4)


@settings(deadline=None)
@given(
    any_text
    | st.from_regex(r"\A\d{3,7}\Z")
    | st.from_regex(r"\A[0-9]{4,6}\n?\Z")
    | st.integers(0, 9_999).map("{:04d}".format),
    st.integers(4, 6),
)
def test_pin_is_exactly_its_length_of_ascii_digits(text: str, length: int) -> None:
    allowed = len(text) == length and set(text) <= set("0123456789")

    assert _is_accepted(lambda value: values.pin(value, length), text) is allowed


@pytest.mark.parametrize("pin", ["48151", "abc48151", "48151\n"])
def test_pin_that_is_refused_is_not_quoted(pin: str) -> None:
    with pytest.raises(PinMalformed) as caught:
        values.pin(pin, 4)

    assert "48151" not in str(caught.value)


# ------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize(
    "contact_id", ["a", "c" * 80, "0a1b2c3d-0000-4000-8000-000000000001", "A_b-9"]
)
def test_id_that_can_name_an_execution_is_taken_as_it_is(contact_id: str) -> None:
    assert values.contact_id(contact_id) == contact_id
    assert values.transfer_id(contact_id) == contact_id


@pytest.mark.parametrize("contact_id", INVALID_CONTACT_IDS)
def test_id_that_cannot_name_an_execution_is_invalid(contact_id: Any) -> None:
    with pytest.raises(ContactIdInvalid):
        values.contact_id(contact_id)
    with pytest.raises(TransferIdInvalid):
        values.transfer_id(contact_id)


# ------------------------------------------------------------------------------- our calls


@pytest.mark.parametrize(
    ("instance_arn", "number"),
    [
        pytest.param("", "", id="nothing is configured"),
        pytest.param(INSTANCE_ARN, "", id="our instance"),
        pytest.param("", RETURN_NUMBER, id="our number"),
        pytest.param(INSTANCE_ARN, RETURN_NUMBER, id="both"),
    ],
)
def test_call_of_our_instance_to_our_number_is_ours(instance_arn: str, number: str) -> None:
    call = a_call()

    call.must_belong_to(instance_arn=instance_arn, number=number)


def test_call_that_tells_nothing_is_ours_where_nothing_is_configured() -> None:
    a_call(instance_arn=None, dialled_number=None).must_belong_to(instance_arn="")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"instance_arn": OTHER_INSTANCE_ARN}, id="another instance"),
        pytest.param({"instance_arn": INSTANCE_ARN.upper()}, id="another case"),
        pytest.param({"instance_arn": None}, id="no instance"),
        pytest.param({"instance_arn": ""}, id="an empty instance"),
        pytest.param({"dialled_number": "+441632960003"}, id="another number"),
        pytest.param({"dialled_number": None}, id="no number"),
        pytest.param({"dialled_number": ""}, id="an empty number"),
    ],
)
def test_call_of_another_instance_or_to_another_number_is_not_ours(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(NotOurCall) as caught:
        a_call(**changes).must_belong_to(instance_arn=INSTANCE_ARN, number=RETURN_NUMBER)

    assert "+44" not in str(caught.value)  # it is logged


def _is_accepted(rule: Any, text: str) -> bool:
    try:
        return bool(rule(text) == text)
    except Refused:
        return False
