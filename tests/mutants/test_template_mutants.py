"""Whatever is changed in the template, somebody notices."""

import json
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from samtranslator.yaml_helper import yaml_parse

from simulator import template as simulated
from tests.mutants.differences import difference, untouched
from tests.mutants.template_judges import Judge, Refused, expand, judge
from tests.mutants.template_mutants import FOR_PEOPLE, Json, Mutant, mutants_of
from tests.mutants.template_mutants_of_values import drop, put
from tests.mutants.template_survivors import SURVIVORS

SOURCE: Json = yaml_parse((simulated.ROOT / "template.yaml").read_text())
TEXT = json.dumps(SOURCE)


@cache
def expanded() -> str:
    return json.dumps(simulated.expand())


@cache
def mutants() -> list[Mutant]:
    return list(mutants_of(SOURCE))


@cache
def differences() -> list[Json]:
    whole = _parts(SOURCE)
    return [difference(whole, _parts(mutant.of(TEXT))) for mutant in mutants()]


def verdict(mutant: Mutant) -> tuple[Judge, str]:
    """Return who notices. What SAM leaves alone is changed after it: that is sooner done."""
    if not mutant.is_expanded:
        return judge(mutant.of(expanded()))
    try:
        changed = expand(mutant.of(TEXT))
    except Refused as refusal:
        return Judge.SAM, str(refusal)
    return judge(changed)


def test_every_mutant_is_noticed_but_those_listed(figure: Callable[[str], None]) -> None:
    verdicts = {mutant.name: verdict(mutant)[0] for mutant in mutants()}
    by = Counter(verdicts.values())
    figure(
        f"Template mutants: {len(verdicts)}; killed by tests {by[Judge.TEST]}, by rules of the "
        f"machine {by[Judge.RULE]}, by SAM {by[Judge.SAM]}; survivors {by[Judge.NOBODY]}"
    )
    survivors = {name for name, by in verdicts.items() if by is Judge.NOBODY}
    assert survivors == set(SURVIVORS)
    assert all(SURVIVORS.values())


def test_every_mutant_differs_and_has_a_name_of_its_own() -> None:
    texts = {json.dumps(one) for one in differences()}
    assert len({mutant.name for mutant in mutants()}) == len(mutants()) == len(texts)
    assert "{}" not in texts


def test_every_value_of_the_template_is_touched_by_a_mutant() -> None:
    """But for what is for people, for types, and for the form of the file itself."""
    of_the_file = {"AWSTemplateFormatVersion", "Transform", "Description"}
    assert [
        place
        for place in untouched(_parts(SOURCE), differences())
        if not FOR_PEOPLE & set(place) and place[-1] != "Type" and place[0] not in of_the_file
    ] == []


def test_sam_leaves_alone_what_is_changed_after_it() -> None:
    after: Json = json.loads(expanded())
    for name, resource in SOURCE["Resources"].items():
        if not resource["Type"].startswith("AWS::Serverless"):
            assert after["Resources"][name] == resource, name
    for section in ("Parameters", "Conditions", "Outputs", "Metadata"):
        assert after[section] == SOURCE[section]


def test_nobody_notices_a_template_without_a_defect() -> None:
    assert judge(json.loads(expanded())) == (Judge.NOBODY, "")
    assert expand(json.loads(TEXT)) == json.loads(expanded())


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        (put({"Ref": "PinTable"}, "Resources", "AddAgentFunction", "Properties", "Environment",
             "Variables", "TRANSFER_TABLE_NAME"),
         Judge.TEST, "test_every_variable_says_what_it_is_called"),
        (drop("Resources", "SecureTransferStateMachine", "Properties", "DefinitionUri"),
         Judge.SAM, "DefinitionUri"),
        (put(9000, "Parameters", "JoinTimeoutSeconds", "MaxValue"),
         Judge.TEST, "test_parameter_is_listed"),
    ],
)  # fmt: skip
def test_each_judge_notices_what_is_its_own(
    change: Callable[[Json], None], by: Judge, told: str
) -> None:
    noticed_by, how = verdict(Mutant("by hand", change, is_expanded=True))
    assert noticed_by is by, how
    assert told in how


def _parts(template: Json) -> Json:
    """Return the resources by name, and what stands beside them."""
    resources = {f"Resources.{name}": one for name, one in template["Resources"].items()}
    return {**{key: template[key] for key in template if key != "Resources"}, **resources}
