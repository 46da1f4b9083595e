"""The page about the local engines names what they cannot do."""

import pytest

from simulator.template import ROOT
from tests.workflow.engine_gaps import GAPS, Gap

_NAMED = {gap.reason: gap for gaps in GAPS.values() for gap in gaps.values()}


@pytest.mark.parametrize("gap", _NAMED.values(), ids=_NAMED)
def test_gap_is_named(gap: Gap) -> None:
    page = (ROOT / "docs/engines.md").read_text()
    for reason in gap.reason.split("; "):
        assert reason in page
