"""What is made when, and what becomes of it when the stack goes."""

from tests.template.expanded import Template

_FUNCTIONS = ("AddAgent", "GetAgent", "AgentJoined", "FindFreePin")
VERSIONS = [f"{name}Version" for name in _FUNCTIONS]
ALIASES = [f"{name}Alias" for name in _FUNCTIONS]
ROLL_OUTS = [f"{name}RollOut" for name in _FUNCTIONS]

LOCKED_COPY = [
    f"LockedCopy{part}"
    for part in (
        "Rule", "RuleRole", "Stream", "StreamRole", "LogGroup", "LogStream", "Bucket",
        "BucketPolicy", "FailedAlarm", "LateAlarm",
    )
]  # fmt: skip

CONDITIONS = {
    "AddAgentConnectPermission": "HasConnectInstance",
    "GetAgentConnectPermission": "HasConnectInstance",
    "AgentJoinedConnectPermission": "HasConnectInstance",
    "ContactChangedFunction": "HasConnectInstance",
    "ContactChangedLogGroup": "HasConnectInstance",
    "ContactChangedRole": "HasConnectInstance",
    "ContactRule": "HasConnectInstance",
    "ContactChangedPermission": "HasConnectInstance",
    "CallerHashKey": "HasPciPalCallerIds",
    "AuditArchive": "OnAws",
    "AuditSchemas": "OnAws",
    "AuditBusSenders": "OnAws",
    "AuditConsumersMakeRules": "HasAuditConsumers",
    "AuditConsumersKeepRules": "HasAuditConsumers",
    **dict.fromkeys(LOCKED_COPY, "KeepsLockedCopy"),
    "AuditLostAlarm": "OnAws",
    "ConnectFlows": "DeploysFlows",
    **dict.fromkeys(VERSIONS, "IsRelease"),
    **dict.fromkeys(ALIASES, "IsRelease"),
    **dict.fromkeys(ROLL_OUTS, "RollsOut"),
    "SecureTransferVersion": "RollsOut",
    "SecureTransferAlias": "RollsOut",
    "RollOutApplication": "RollsOut",
    "RollOutConfig": "RollsOutGradually",
    "RollOutRole": "RollsOut",
    "FunctionErrorsAlarm": "RollsOut",
}

RECORDS = {
    "TransferTable",
    "AuditBus",
    "AuditArchive",
    "AuditLogGroup",
    "AuditDeadLetterQueue",
    "FallbackQueue",
    "LockedCopyBucket",
}
PASSING = {
    "PinTable",
    "CallerHashKey",
    "SecureTransferLogGroup",
    "AddAgentLogGroup",
    "GetAgentLogGroup",
    "AgentJoinedLogGroup",
    "ContactChangedLogGroup",
    "FindFreePinLogGroup",
    "ExecutionClosedLogGroup",
    "LockedCopyLogGroup",
}
KEPT, GONE = ("RetainExceptOnCreate", "Retain"), ("Delete", "Delete")
THE_WAY_BACK = ("Delete", "Retain")


def test_every_condition_is_known_and_used() -> None:
    raw = Template().raw
    assert set(raw["Conditions"]) == {
        "OnAws", "HasConnectInstance", "ReservesConcurrency", "HasPciPalCallerIds",
        "HasPciPalNumber", "DeploysFlows", "DeploysQuickConnects",
        "IsRelease", "RollsOut", "RollsOutGradually", "HasAuditConsumers", "KeepsLockedCopy",
    }  # fmt: skip
    used = {
        name: resource["Condition"]
        for name, resource in raw["Resources"].items()
        if "Condition" in resource
    }
    assert used == CONDITIONS


def test_every_resource_says_what_becomes_of_what_it_holds_and_no_other_does() -> None:
    """On creation nothing is worth keeping; a replacement is no creation."""
    policies = {
        name: (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        for name, resource in Template().raw["Resources"].items()
        if {"DeletionPolicy", "UpdateReplacePolicy"} & set(resource)
    }
    assert policies == {
        **dict.fromkeys(RECORDS, KEPT),
        **dict.fromkeys(PASSING, GONE),
        **dict.fromkeys([*VERSIONS, "SecureTransferVersion"], THE_WAY_BACK),
    }


def test_a_resource_says_nothing_that_it_does_not_mean() -> None:
    known = {"Type", "Properties", "Condition", "DeletionPolicy", "UpdateReplacePolicy"}
    assert [
        name
        for name, resource in Template().raw["Resources"].items()
        # SAM notes on a function's resource where its code was.
        if not set(resource) <= {*known, *_MORE.get(name, ()), "Metadata"}
    ] == []


_MORE = {**dict.fromkeys(ALIASES, ("UpdatePolicy",)), "ConnectFlows": ("DependsOn",)}


def test_no_flow_is_made_before_connect_may_invoke_what_it_invokes() -> None:
    resources = Template().raw["Resources"]
    permissions = [name for name in resources if name.endswith("ConnectPermission")]
    assert sorted(resources["ConnectFlows"]["DependsOn"]) == sorted(permissions)
