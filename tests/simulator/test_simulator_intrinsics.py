import pytest

from simulator.errors import SimulatorError
from simulator.intrinsics import NO_VALUE, Resolver

_VALUES = {"Name": "alice", "Queue.Arn": "arn:queue", "AWS::Region": "eu-west-2"}


@pytest.fixture
def resolver() -> Resolver:
    conditions = {
        "Yes": {"Fn::Equals": [{"Ref": "Name"}, "alice"]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
        "Round": {"Fn::Not": [{"Condition": "About"}]},
        "About": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "Round"}]},
    }
    mappings = {"Sizes": {"alice": {"Shoe": "38"}, "4": {"Shoe": "44"}}}
    return Resolver(lambda path: _VALUES[path], conditions, mappings)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"Ref": "Name"}, "alice"),
        ({"Ref": "AWS::Region"}, "eu-west-2"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:queue"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:queue"),
        ({"Fn::Sub": "${Name} in ${AWS::Region}"}, "alice in eu-west-2"),
        ({"Fn::Sub": ["${Name}: ${A}", {"A": {"Ref": "AWS::Region"}}]}, "alice: eu-west-2"),
        ({"Fn::Sub": ["${Name}", {"Name": "her own"}]}, "her own"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}, 3]]}, "a-alice-3"),
        ({"Fn::Split": ["-", "a-b"]}, ["a", "b"]),
        ({"Fn::Select": [1, {"Fn::Split": ["-", "a-b"]}]}, "b"),
        ({"Fn::Select": ["0", [{"Ref": "Name"}]]}, "alice"),
        ({"Fn::Equals": [4, "4"]}, True),
        ({"Fn::Equals": [{"Ref": "Name"}, "bob"]}, False),
        ({"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}, True),
        ({"Fn::And": [{"Fn::Equals": ["a", "a"]}, {"Fn::Equals": ["b", "b"]}]}, True),
        ({"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]}, False),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Name"}, "Shoe"]}, "38"),
        ({"Fn::FindInMap": ["Sizes", 4, "Shoe"]}, "44"),
        ({"Condition": "Yes"}, True),
        ({"Condition": "No"}, False),
        ({"Fn::If": ["Yes", {"Ref": "Name"}, "nobody"]}, "alice"),
        ({"Fn::If": ["No", {"Ref": "Name"}, "nobody"]}, "nobody"),
        ({"A": [{"B": {"Ref": "Name"}}, 3, None, True]}, {"A": [{"B": "alice"}, 3, None, True]}),
        # A policy statement's Condition is a map: not a condition of the template.
        ({"Condition": {"StringEquals": {"a": "b"}}}, {"Condition": {"StringEquals": {"a": "b"}}}),
    ],
)  # fmt: skip
def test_an_intrinsic_function_is_replaced_by_its_result(
    node: object, value: object, resolver: Resolver
) -> None:
    assert resolver.value(node) == value


def test_no_value_leaves_a_property_and_an_item_out(resolver: Resolver) -> None:
    nothing = {"Fn::If": ["No", "something", {"Ref": "AWS::NoValue"}]}
    assert resolver.value(nothing) is NO_VALUE
    assert resolver.value({"Kept": 1, "Gone": nothing}) == {"Kept": 1}
    assert resolver.value([1, nothing, 2]) == [1, 2]


def test_a_branch_that_is_not_taken_is_not_looked_at(resolver: Resolver) -> None:
    """What its condition leaves out cannot be referred to, and need not be."""
    assert resolver.value({"Fn::If": ["Yes", "taken", {"Ref": "LeftOut"}]}) == "taken"


@pytest.mark.parametrize(
    "name", ["Fn::ImportValue", "Fn::Base64", "Fn::Or", "Fn::Cidr", "Fn::Transform"]
)
def test_a_function_that_is_not_known_is_an_error_that_names_it(
    name: str, resolver: Resolver
) -> None:
    with pytest.raises(SimulatorError, match=name):
        resolver.value({"Deep": [{"within": {name: ["a", "b"]}}]})


def test_conditions_that_refer_to_each_other_in_a_circle_are_an_error(resolver: Resolver) -> None:
    with pytest.raises(SimulatorError, match="Round → About → Round"):
        resolver.condition("Round")
    assert resolver.condition("Yes")


@pytest.mark.parametrize(
    "place", [["Sizes", "bob", "Shoe"], ["Sizes", "alice", "Hat"], ["X", 4, 1]]
)
def test_a_place_that_the_mappings_do_not_have_is_an_error_that_names_it(
    place: list[object], resolver: Resolver
) -> None:
    with pytest.raises(SimulatorError, match=".".join(map(str, place))):
        resolver.value({"Fn::FindInMap": place})


def test_a_condition_that_is_not_declared_is_an_error_that_names_it(resolver: Resolver) -> None:
    with pytest.raises(SimulatorError, match="Perhaps"):
        resolver.value({"Fn::If": ["Perhaps", 1, 2]})


def test_sub_writes_an_escaped_name_as_it_stands(resolver: Resolver) -> None:
    """`${!Name}` is how CloudFormation is told to write `${Name}`."""
    assert resolver.value({"Fn::Sub": "${!Name} is ${Name}"}) == "${Name} is alice"
