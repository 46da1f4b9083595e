"""docs/audit.md names every kind of hole, and no other."""

import re

from simulator.template import ROOT

_KIND = re.compile(r'Hole\("(\w+)"')


def test_every_kind_of_hole_is_on_the_page_with_what_to_do() -> None:
    sources = (ROOT / "operations" / "audit" / "check").glob("*.py")
    named = {kind for source in sources for kind in _KIND.findall(source.read_text())}
    page = (ROOT / "docs" / "audit.md").read_text()
    table = page.partition("| hole |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| .+ \| .+ \|$", table, re.MULTILINE)
    assert len(rows) == len(set(rows)) >= 10
    assert set(rows) == named
