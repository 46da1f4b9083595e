"""The tables' keys and indexes, as DynamoDB takes them."""

import pytest

from tests.template.expanded import Template

TABLES = ["PinTable", "TransferTable"]
SEEN_IN_A_LIST = ["Status", "Reason", "AnsweredAt", "JoinedAt", "ClosedAt"]


@pytest.mark.parametrize("name", TABLES)
def test_a_key_is_a_hash_and_then_perhaps_a_range(template: Template, name: str) -> None:
    for schema in _schemas(template, name):
        assert [set(key) for key in schema] == [{"AttributeName", "KeyType"}] * len(schema)
        assert [key["KeyType"] for key in schema] == ["HASH", "RANGE"][: len(schema)]


@pytest.mark.parametrize("name", TABLES)
def test_every_key_is_declared_as_text_and_nothing_else_is(template: Template, name: str) -> None:
    keys = {key["AttributeName"] for schema in _schemas(template, name) for key in schema}
    declared = template.properties(name)["AttributeDefinitions"]
    assert sorted(one["AttributeName"] for one in declared) == sorted(keys)
    assert [one for one in declared if one["AttributeType"] != "S" or len(one) > 2] == []


def test_an_index_shows_how_a_transfer_went(template: Template) -> None:
    for index in template.properties("TransferTable")["GlobalSecondaryIndexes"]:
        assert set(index) == {"IndexName", "KeySchema", "Projection"}
        assert index["Projection"] == {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": SEEN_IN_A_LIST,
        }


def test_a_table_says_nothing_that_it_does_not_mean(template: Template) -> None:
    common = {"BillingMode", "AttributeDefinitions", "KeySchema", "TimeToLiveSpecification",
              "SSESpecification", "PointInTimeRecoverySpecification"}  # fmt: skip
    assert set(template.properties("PinTable")) == common
    assert set(template.properties("TransferTable")) == common | {"GlobalSecondaryIndexes"}
    for name in TABLES:
        assert template.properties(name)["SSESpecification"] == {"SSEEnabled": True}
        recovery = template.properties(name)["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}


def _schemas(template: Template, name: str) -> list[list[dict[str, str]]]:
    table = template.properties(name)
    indexes = table.get("GlobalSecondaryIndexes", [])
    return [table["KeySchema"], *(index["KeySchema"] for index in indexes)]
