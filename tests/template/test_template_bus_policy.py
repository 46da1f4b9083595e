"""Who may do what on the audit bus, by the bus's own policy.

The statements are judged as IAM judges them, by MiniStack's IAM: of the policies of a bus it knows
nothing, so they are handed to it. What AWS puts into a request's context is from its documentation.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from secure_transfer.adapters.audit_bus import SOURCE
from tests.template.expanded import FORMS, Template

OURS, CONSUMER, ANOTHER, STRANGER = "<AWS::AccountId>", "111122223333", "444455556666", "9" * 12
BUS = "<AuditBus.Arn>"
RULES = "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/<AuditBus>"

ALLOWED, DENIED, LEFT = "Allow", "Deny", "ImplicitDeny"
"""Left: the policy says nothing. In our account a role's own policies decide; others may not."""

MAKE, KEEP = "AuditConsumersMakeRules", "AuditConsumersKeepRules"
KEEPING = [
    "events:DescribeRule", "events:EnableRule", "events:DisableRule", "events:DeleteRule",
    "events:PutTargets", "events:RemoveTargets", "events:ListTargetsByRule",
    "events:TagResource", "events:UntagResource", "events:ListTagsForResource",
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    account: str
    action: str
    answer: str
    source: list[str] | None = None
    """Of the events that are put, or that a rule's pattern names; None: a pattern without one."""
    creator: str | None = None
    """The account that made the rule; None: there is no such rule yet."""
    on: str = f"{RULES}/a-rule"
    by: str | None = "arn:aws:iam::{account}:role/somebody"
    """The caller's aws:PrincipalArn, which names the role, not its session; None: it has none."""


WHO_MAY_WHAT = {
    "an administrator sends our event": Asked(
        OURS, "events:PutEvents", DENIED, [SOURCE], on=BUS),
    "an administrator sends ours among others": Asked(
        OURS, "events:PutEvents", DENIED, ["shop", SOURCE], on=BUS),
    "an administrator sends an event of another source": Asked(
        OURS, "events:PutEvents", LEFT, ["shop"], on=BUS),
    "another account's role with the name of ours sends our event": Asked(
        STRANGER, "events:PutEvents", DENIED, [SOURCE], on=BUS,
        by="arn:aws:iam::{account}:role/SecureTransferRole"),
    "somebody without a role sends our event": Asked(
        OURS, "events:PutEvents", DENIED, [SOURCE], on=BUS, by=None),
    "a consumer sends our event": Asked(
        CONSUMER, "events:PutEvents", DENIED, [SOURCE], on=BUS),
    "a consumer sends an event of its own": Asked(
        CONSUMER, "events:PutEvents", LEFT, ["shop"], on=BUS),
    "a consumer makes a rule for our events": Asked(
        CONSUMER, "events:PutRule", ALLOWED, [SOURCE]),
    "the other consumer does": Asked(
        ANOTHER, "events:PutRule", ALLOWED, [SOURCE]),
    "a stranger does": Asked(
        STRANGER, "events:PutRule", LEFT, [SOURCE]),
    "a consumer changes its rule": Asked(
        CONSUMER, "events:PutRule", ALLOWED, [SOURCE], creator=CONSUMER),
    "a consumer makes a rule for whatever comes": Asked(
        CONSUMER, "events:PutRule", LEFT),
    "a consumer makes a rule for others' events, too": Asked(
        CONSUMER, "events:PutRule", LEFT, [SOURCE, "shop"]),
    "a consumer changes another's rule": Asked(
        CONSUMER, "events:PutRule", LEFT, [SOURCE], creator=ANOTHER),
    "a consumer changes our rule": Asked(
        CONSUMER, "events:PutRule", LEFT, [SOURCE], creator=OURS),
    "a consumer makes a rule on another bus": Asked(
        CONSUMER, "events:PutRule", LEFT, [SOURCE], on=RULES.replace("<AuditBus>", "other") + "/r"),
    "a consumer makes a rule on the default bus": Asked(
        CONSUMER, "events:PutRule", LEFT, [SOURCE], on=RULES.replace("<AuditBus>", "a-rule")),
    **{f"a consumer does {action} with its rule": Asked(
        CONSUMER, action, ALLOWED, creator=CONSUMER) for action in KEEPING},
    **{f"a consumer does {action} with another's rule": Asked(
        CONSUMER, action, LEFT, creator=ANOTHER) for action in KEEPING},
    **{f"a consumer does {action} with our rule": Asked(
        CONSUMER, action, LEFT, creator=OURS) for action in KEEPING},
    **{f"a stranger does {action} with a rule of its own": Asked(
        STRANGER, action, LEFT, creator=STRANGER) for action in KEEPING},
    **{f"a consumer does {action} with the bus": Asked(CONSUMER, f"events:{action}", LEFT, on=BUS)
       for action in ("PutPermission", "DeleteEventBus", "StartReplay", "CreateArchive")},
}  # fmt: skip


@pytest.mark.parametrize("what", WHO_MAY_WHAT)
def test_the_bus_answers(shared_template: Template, what: str) -> None:
    asked = WHO_MAY_WHAT[what]
    assert _answer(shared_template, asked) == asked.answer


@pytest.mark.parametrize("form", ["template", "bare_template", "shared_template"])
def test_the_roles_that_send_audit_events_and_no_others_may_send_them(form: str) -> None:
    """If this fails for a new role: name it in AuditBusSenders."""
    template = Template(**FORMS[form])
    sending = {
        f"<{name}.Arn>" for name, role in template.of_type("AWS::IAM::Role").items() if _sends(role)
    }
    condition = template.properties("AuditBusSenders")["Statement"]["Condition"]
    named = condition["ArnNotEquals"]["aws:PrincipalArn"]
    assert set(named) == sending
    assert len(named) == len(sending) > 0
    for role in named:
        asked = Asked(OURS, "events:PutEvents", LEFT, [SOURCE], on=BUS, by=role)
        assert _answer(template, asked) == LEFT


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({}, {"AuditBusSenders"}),
        ({"LockedCopyDays": "30"}, {"AuditBusSenders"}),
        ({"AuditConsumerAccounts": CONSUMER}, {"AuditBusSenders", MAKE, KEEP}),
        (
            {"AuditConsumerAccounts": CONSUMER, "FindFreePinConcurrency": "0"},
            {"AuditBusSenders", MAKE, KEEP},
        ),
        ({"AuditConsumerAccounts": CONSUMER, "LocalEmulator": "true"}, set()),
    ],
)
def test_consumers_are_allowed_something_only_where_there_are_any(
    given: dict[str, str], made: set[str]
) -> None:
    assert set(Template(**given).of_type("AWS::Events::EventBusPolicy")) == made


def test_each_statement_is_on_the_audit_bus_and_has_an_id_of_its_own(
    shared_template: Template,
) -> None:
    policies = shared_template.of_type("AWS::Events::EventBusPolicy")
    assert set(policies) == {"AuditBusSenders", MAKE, KEEP}
    for policy in policies.values():
        assert set(policy) == {"EventBusName", "StatementId", "Statement"}
        assert policy["EventBusName"] == "<AuditBus>"
        assert set(policy["Statement"]) == {
            "Effect", "Principal", "Action", "Resource", "Condition",
        }  # fmt: skip
    assert {policy["StatementId"] for policy in policies.values()} == {
        "OnlyOurRolesSendOurEvents", "ConsumersMakeRules", "ConsumersKeepRules",
    }  # fmt: skip


def test_the_statements_say_this_to_the_letter(shared_template: Template) -> None:
    """A key that AWS does not know is a condition that is never met, whatever a table says."""
    senders = shared_template.properties("AuditBusSenders")["Statement"]
    assert (senders["Principal"], senders["Resource"]) == ("*", BUS)
    assert senders["Action"] == "events:PutEvents"
    assert set(senders["Condition"]) == {"ForAnyValue:StringEquals", "ArnNotEquals"}
    own = {"StringEqualsIfExists": {"events:creatorAccount": "${aws:PrincipalAccount}"}}
    make = shared_template.properties(MAKE)["Statement"]
    assert make["Condition"] == {
        **own,
        "ForAllValues:StringEquals": {"events:source": SOURCE},
        "Null": {"events:source": "false"},
    }
    keep = shared_template.properties(KEEP)["Statement"]
    assert keep["Condition"] == own
    assert (make["Action"], keep["Action"]) == ("events:PutRule", KEEPING)
    assert make["Resource"] == keep["Resource"] == f"{RULES}/*"
    assert make["Principal"] == keep["Principal"] == {"AWS": [CONSUMER, ANOTHER]}


def _answer(template: Template, asked: Asked) -> str:
    caller = asked.by.format(account=asked.account) if asked.by else None
    context = {"events:source": asked.source, "events:creatoraccount": asked.creator}
    request = EvalContext(
        principal_arn=caller,  # type: ignore[arg-type] # who has none is asked about, too
        principal_type="AssumedRole",
        principal_account=asked.account,
        action=asked.action,
        resource_arn=asked.on,
        region="eu-west-2",
        service_context={key: value for key, value in context.items() if value is not None},
    )
    statements = [
        policy["Statement"]
        for policy in template.of_type("AWS::Events::EventBusPolicy").values()
        if _is_for(policy["Statement"], asked.account)
    ]
    # The one variable that the policies have: MiniStack's IAM does not fill it in.
    text = json.dumps({"Statement": statements}).replace("${aws:PrincipalAccount}", asked.account)
    return str(evaluate(request, [parse_policy_document(text)]).decision)


def _is_for(statement: dict[str, Any], account: str) -> bool:
    return statement["Principal"] == "*" or account in statement["Principal"]["AWS"]


def _sends(role: dict[str, Any]) -> bool:
    return any(
        "events:PutEvents" in statement["Action"] and BUS in statement["Resource"]
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    )
