"""Pauses, limits and PINs of section v, against each other and against the functions' limits."""

from dataclasses import dataclass

from operations.connect.doctor.finding import CannotTell, Verdict, known, ok, wrong
from operations.connect.doctor.flow_compare import parameter
from operations.connect.doctor.instance import Flow, Json, Limits
from operations.connect.doctor.seen import Seen

MOST_KEYED = 50
"""Connect keys no more characters than these in a transfer to a number."""

COMMA_SECONDS = 1.0
"""PCI Pal's guide's figure for a comma, the longer one."""

AWS_COMMA_SECONDS = 0.75
"""AWS's own, the shorter one."""

LEAST_DELAY_SECONDS = 2.0
"""No telephone network sets up PCI Pal's call back, and has it answered, in less. An assumption."""

KEY_SECONDS = 0.5
"""A digit and the pause behind it, as keyed by a machine; generously."""

CLOCK_SKEW_SECONDS = 5

_SETTINGS = "Deploy the stack with other settings: docs/parameters.md lists them."


@dataclass(frozen=True, slots=True)
class Times:
    """What the published flows say, in seconds but for counts. Of several flows, the longest."""

    add_agent: int
    ring: int
    commas: int
    first_digit: int
    next_digit: int
    get_agent: int
    digits: int
    """How many the answer flow reads."""

    @property
    def until_keyed(self) -> float:
        """From the click until the PIN has been keyed, at most."""
        keyed = self.commas * COMMA_SECONDS + self.digits * KEY_SECONDS
        return self.add_agent + self.ring + keyed

    @property
    def until_answered(self) -> float:
        """From the call to PCI Pal until GetAgent has been asked, at the very latest."""
        return (
            self.ring
            + self.commas * COMMA_SECONDS
            + self.first_digit
            + self.digits * self.next_digit
            + self.get_agent
            + CLOCK_SKEW_SECONDS
        )


def keyed_characters(seen: Seen) -> Verdict:
    times, limits = _times(seen), _limits(seen)
    keyed = times.commas + limits.pin_length
    found = f"{times.commas} commas and {limits.pin_length} digits: {keyed}"
    if keyed > MOST_KEYED:
        return wrong(f"{found}.", f"Lower DelayCommas. {_SETTINGS}")
    return ok(found)


def pin_delay(seen: Seen) -> Verdict:
    """Say whether the looped call listens when the PIN is keyed."""
    times = _times(seen)
    soonest, latest = times.commas * AWS_COMMA_SECONDS, times.commas * COMMA_SECONDS
    found = f"the PIN comes after {soonest:g} to {latest:g} s, listened for {times.first_digit} s"
    if soonest < LEAST_DELAY_SECONDS:
        return wrong(
            f"{found}: it is keyed before anything listens.", f"Raise DelayCommas. {_SETTINGS}"
        )
    if latest >= times.first_digit:
        return wrong(f"{found}.", f"Lower DelayCommas or raise FirstDigitSeconds. {_SETTINGS}")
    return ok(found)


def pin_length(seen: Seen) -> Verdict:
    times, limits = _times(seen), _limits(seen)
    if times.digits != limits.pin_length:
        return wrong(
            f"The answer flow reads {times.digits} digits, a PIN has {limits.pin_length}.",
            "Deploy the stack, or render the answer flow, with the functions' PinLength.",
        )
    return ok(f"{times.digits} digits")


def pin_life(seen: Seen) -> Verdict:
    """Say whether a PIN is alive when it has been keyed, however long PCI Pal's number rang."""
    times, limits = _times(seen), _limits(seen)
    found = f"keyed within {times.until_keyed:g} s, lives {limits.loop_timeout_seconds} s"
    if times.until_keyed >= limits.loop_timeout_seconds:
        return wrong(f"{found}.", f"Raise LoopTimeoutSeconds, or lower DelayCommas. {_SETTINGS}")
    return ok(found)


def pin_quarantine(seen: Seen) -> Verdict:
    """Say whether a PIN is given to nobody else while a looped call can still bring it."""
    times, limits = _times(seen), _limits(seen)
    found = (
        f"the latest looped call comes after {times.until_answered:g} s, quarantine "
        f"{limits.pin_quarantine_seconds} s"
    )
    if times.until_answered >= limits.pin_quarantine_seconds:
        return wrong(f"{found}.", f"Raise PinQuarantineSeconds. {_SETTINGS}")
    return ok(found)


def _limits(seen: Seen) -> Limits:
    if seen.functions.limits is None:
        raise CannotTell(
            "No published flow tells which function is AddAgent.", "Mend the transfer flow first."
        )
    return known(seen.functions.limits)


def _times(seen: Seen) -> Times:
    """Return what the flows say. Raises `CannotTell` if one is not published, or has no number."""
    transfers = _contents(seen.ours.transfers, "transfer")
    answers = _contents(seen.ours.answers, "answer")
    call = "Call PCI Pal"
    return Times(
        add_agent=_longest(transfers, "AddAgent", "InvocationTimeLimitSeconds"),
        ring=_longest(transfers, call, "ThirdPartyConnectionTimeLimitSeconds"),
        commas=max(_commas(flow) for flow in transfers),
        first_digit=_longest(answers, "Read PIN", "InputTimeLimitSeconds"),
        next_digit=_longest(answers, "Read PIN", "DTMFConfiguration", "InterdigitTimeLimitSeconds"),
        get_agent=_longest(answers, "GetAgent", "InvocationTimeLimitSeconds"),
        digits=_longest(
            answers, "Read PIN", "InputValidation", "CustomValidation", "MaximumLength"
        ),
    )


def _contents(flows: tuple[Flow, ...], name: str) -> list[Json]:
    contents = [content for flow in flows if (content := known(flow.content))]
    if not contents:
        raise CannotTell(
            f"There is no published {name} flow to look at.", f"Mend the line {name}_flow first."
        )
    return contents


def _longest(flows: list[Json], block: str, *path: str) -> int:
    return max(_number(flow, block, *path) for flow in flows)


def _number(flow: Json, block: str, *path: str) -> int:
    value = parameter(flow, block, *path)
    if not isinstance(value, str) or not value.isdecimal():
        raise CannotTell(
            f"Block “{block}” has no number {path[-1]}.", "Mend the line of that flow first."
        )
    return int(value)


def _commas(flow: Json) -> int:
    keyed = parameter(flow, "Delay and PIN", "Attributes", "delay_and_PIN")
    return str(keyed).count(",")
