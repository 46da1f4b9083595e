"""A cell of the matrix: where, what goes wrong, and what cardholder, agent and ops see of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from operations.call_parts import CALL_SECURE, SECURED_CALL
from operations.ops import SECURED
from simulator import template
from tests.calls.test_branches import heard
from tests.faults.good import Good
from tests.faults.injection import AwsFault, Injection, Kind
from tests.faults.places import Place
from tests.faults.scene import READING, Play, Scene, usual
from tests.faults.seen import Details, Left


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see of a call. As given here: of a good one."""

    cardholder: tuple[str, ...] = (READING, CALL_SECURE)
    agent: tuple[str, ...] = (READING, CALL_SECURE, SECURED_CALL)
    ends: tuple[str, ...] = ("SUCCEEDED",)
    """Of the executions, in the order of the clicks; empty where none was started."""
    events: tuple[str, ...] = SECURED
    """Of the first transfer's life, on the bus, in the order of their sequence."""
    refusals: tuple[str, ...] = ()
    """Events about calls that were refused, on the bus."""
    repeated: tuple[str, ...] = ()
    """Events that came more than once."""
    in_order: bool = True
    """Whether the events of the first transfer's life came in their order."""
    kept: tuple[str, ...] = ()
    """Events in the fallback queue."""
    stranded: tuple[str, ...] = ()
    """Events that neither took: they stand in a function's log or in the execution's history."""
    metrics: tuple[str, ...] = ()
    """Of the functions; those of a good day left out."""

    @property
    def alarms(self) -> tuple[str, ...]:
        counted = Counter(self.metrics)
        if self.kept:
            counted["ApproximateNumberOfMessagesVisible"] += 1
        return tuple(
            name for name, (metric, threshold) in _alarms().items() if counted[metric] >= threshold
        )


AS_USUAL = Seen()


@dataclass(frozen=True, slots=True)
class Lead:
    """What leads to a call that a good transfer does not make."""

    when: str
    injection: Injection


@dataclass(frozen=True, slots=True)
class Cell:
    """`defect`: what is wrong with the system itself; `seen` is then what should be."""

    where: str
    what: str
    injections: tuple[Injection, ...]
    seen: Seen
    good: Good
    play: Play = usual
    defect: str = ""

    @property
    def name(self) -> str:
        return f"{self.where}: {self.what}".replace("`", "")


def cell(
    place: Place,
    kind: Kind,
    good: Good,
    seen: Seen = AS_USUAL,
    *,
    times: int = 0,
    after: Lead | None = None,
    play: Play = usual,
    defect: str = "",
) -> Cell:
    """Make the cell of a fault of an AWS call. `after`, `play`: what leads to the call."""
    leads = [after.when] if after else []
    leads += [play.when] if play.when else []
    return Cell(
        where=f"{place}" + (f" ({'; '.join(leads)})" if leads else ""),
        what=f"{kind}" + (f", {times} times" if times else ""),
        injections=(*([after.injection] if after else []), AwsFault(place, kind, times)),
        seen=seen,
        good=good,
        play=play,
        defect=defect,
    )


def seen_of(scene: Scene, left: Left) -> Seen:
    life = left.life(left.transfers[0], left.events) if left.transfers else []
    in_order = sorted(life, key=lambda one: int(one["metadata"]["sequence"]))
    came = Counter(one["metadata"]["eventId"] for one in left.events)
    return Seen(
        cardholder=_words(heard(scene.carol)),
        agent=_words(heard(scene.alice)),
        ends=tuple(one.end for one in left.transfers),
        events=_types(in_order),
        refusals=_types(one for one in left.events if "sequence" not in one["metadata"]),
        repeated=_types(one for one in left.events if came[one["metadata"]["eventId"]] > 1),
        in_order=_types(life) == _types(in_order),
        kept=_types(left.kept),
        stranded=tuple(left.stranded),
        metrics=tuple(sorted(left.metrics.elements())),
    )


def _words(words: Iterable[str]) -> tuple[str, ...]:
    """What is said again and again counts once."""
    return tuple(one for one, _ in groupby(words))


def _types(events: Iterable[Details]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["type"] for one in events))


@cache
def _alarms() -> dict[str, tuple[str, int]]:
    """Return each alarm's metric, and from how many on it rings; of the dead letters, none."""
    alarms = {}
    for name, resource in template.expand()["Resources"].items():
        if resource["Type"] == "AWS::CloudWatch::Alarm" and name != "AuditDeadLetterAlarm":
            given = resource["Properties"]
            metrics = [one["MetricStat"]["Metric"] for one in given.get("Metrics", ())[1:]]
            metric = given.get("MetricName") or metrics[0]["MetricName"]
            alarms[name] = (metric, int(given["Threshold"]))
    return alarms
