"""Whatever is changed in a function, a unit test notices. mutmut changes it: `make mutants`.

Not a part of `make test`, for it takes minutes: each mutant gets a run of the unit tests that come
by there. mutmut finds code in `src` only, so it works on a copy in `build/mutants`.

It leaves alone what runs when a module is imported and what has a decorator other than
`classmethod`: constants, handlers, context managers. Unit tests say what those are, one by one.
"""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.template import ROOT
from tests.mutants.function_survivors import SURVIVORS

WORKSHOP = ROOT / "build" / "mutants"
COPIED = {
    "functions/secure_transfer": "src/secure_transfer",
    "tests/unit": "tests/unit",
    "tests/fakes.py": "tests/fakes.py",
    "tests/conftest.py": "tests/conftest.py",
    "tests/event_contract.py": "tests/event_contract.py",
    "pyproject.toml": "pyproject.toml",
}

_KILLED = "killed"
_ENDLESS = "timeout"
_VERDICT = re.compile(r"^\s+(?P<name>secure_transfer\.\S+): (?P<verdict>.+)$", re.MULTILINE)
_CHANGED = re.compile(r"^([-+])(?!--|\+\+)(.*)$", re.MULTILINE)


def test_every_mutant_is_noticed_but_those_listed(figure: Callable[[str], None]) -> None:
    _furnish()
    _mutmut("run")
    told = _mutmut("results", "--all", "true")
    verdicts = {match["name"]: match["verdict"] for match in _VERDICT.finditer(told)}
    survivors = sorted(
        name for name, verdict in verdicts.items() if verdict not in (_KILLED, _ENDLESS)
    )
    counted = Counter(verdicts.values())
    figure(
        f"Function mutants: {len(verdicts)}; killed by unit tests {counted[_KILLED]};"
        f" never at an end {counted[_ENDLESS]}; survivors {len(survivors)}"
    )
    assert verdicts
    assert set(_named(survivors)) == set(SURVIVORS)
    assert all(SURVIVORS.values())


def _furnish() -> None:
    shutil.rmtree(WORKSHOP, ignore_errors=True)
    for source, place in COPIED.items():
        target = WORKSHOP / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)


def _mutmut(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - nothing from outside is in it
        [sys.executable, "-P", Path(__file__).with_name("mutmut_without_timers.py"), *arguments],
        cwd=WORKSHOP,
        capture_output=True,
        text=True,
        check=False,
    )
    # The progress that it draws is of no interest; what went wrong stands at the end.
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout


def _named(survivors: list[str]) -> Iterator[str]:
    """Yield `domain.pins.draw: the line before → the line after`: a number would not last."""
    seen: Counter[str] = Counter()
    for name in survivors:
        lines = _CHANGED.findall(_mutmut("show", name))
        before, after = (
            " ".join(line.strip() for sign, line in lines if sign == wanted) for wanted in "-+"
        )
        what = f"{_place(name)}: {before} → {after}"
        seen[what] += 1
        yield what if seen[what] == 1 else f"{what} ({seen[what]})"


def _place(mutant: str) -> str:
    """Return `adapters.pin_table.PinTable.find` for `….pin_table.xǁPinTableǁfind__mutmut_3`."""
    module, _, function = mutant.partition("__mutmut_")[0].rpartition(".")
    plain = function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return f"{module.removeprefix('secure_transfer.')}.{plain}"
