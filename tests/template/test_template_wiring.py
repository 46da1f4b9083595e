"""What each part is given is what its name says: the tables, the queue, the limits."""

from tests.template.expanded import INSTANCE_ARN, Template

LIMITS = {
    "PinLength": "5",
    "LoopTimeoutSeconds": "91",
    "JoinTimeoutSeconds": "302",
    "PinQuarantineSeconds": "183",
    "RecordRetentionDays": "404",
    "FindFreePinConcurrency": "9",
    "ReturnNumber": "+441632960002",
}
"""No two alike: what is given the wrong one shows."""

VARIABLES = {
    "TRANSFER_TABLE_NAME": "<TransferTable>",
    "PIN_TABLE_NAME": "<PinTable>",
    "STATE_MACHINE_ARN": "<SecureTransferStateMachine>",
    "AUDIT_BUS_NAME": "<AuditBus>",
    "FALLBACK_QUEUE_URL": "<FallbackQueue>",
    "CONNECT_INSTANCE_ARN": INSTANCE_ARN,
    "RETURN_NUMBER": "+441632960002",
    "PCI_PAL_CALLER_IDS": "",
    "CALLER_HASH_KEY": "",
    "PIN_LENGTH": "5",
    "LOOP_TIMEOUT_SECONDS": "91",
    "JOIN_TIMEOUT_SECONDS": "302",
    "PIN_QUARANTINE_SECONDS": "183",
    "RECORD_RETENTION_DAYS": "404",
    "POWERTOOLS_METRICS_NAMESPACE": "SecureTransfer/<AWS::StackName>",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "RELEASE": "",
}
"""Which of them a function reads, another test knows; here, what they say wherever they stand."""


def limited() -> Template:
    return Template(**LIMITS, ConnectInstanceArn=INSTANCE_ARN)


def test_every_variable_says_what_it_is_called() -> None:
    for name, function in limited().of_type("AWS::Lambda::Function").items():
        given = dict(function["Environment"]["Variables"])
        assert given.pop("POWERTOOLS_SERVICE_NAME") == name.removesuffix("Function")
        assert given == {variable: VARIABLES[variable] for variable in given}, name
        assert {"POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL", "RELEASE"} <= set(given)


def test_the_states_get_the_resources_that_their_tokens_are_called_after() -> None:
    machine = limited().properties("SecureTransferStateMachine")
    assert machine["DefinitionSubstitutions"] == {
        "PinTableName": "<PinTable>",
        "TransferTableName": "<TransferTable>",
        "AuditBusName": "<AuditBus>",
        "FallbackQueueUrl": "<FallbackQueue>",
        "FindFreePinFunctionArn": "<FindFreePinFunction.Arn>",
    }


def test_searches_get_the_concurrency_that_is_asked_for() -> None:
    # Whoever has no Connect instance yet may search too.
    for template in (limited(), Template(**LIMITS)):
        function = template.properties("FindFreePinFunction")
        assert function["ReservedConcurrentExecutions"] == "9"


def test_functions_have_the_memory_of_a_short_cold_start_and_their_code() -> None:
    for name, function in limited().of_type("AWS::Lambda::Function").items():
        assert function["MemorySize"] == 1024
        assert function["Code"]["S3Key"] == "functions/"
        assert function["Timeout"] == (5 if name == "FindFreePinFunction" else 7)


def test_nothing_else_is_put_out(template: Template) -> None:
    assert set(template.raw["Outputs"]) == {
        "AddAgentFunctionArn",
        "GetAgentFunctionArn",
        "AgentJoinedFunctionArn",
        "SecureTransferStateMachineArn",
        "PinTableName",
        "TransferTableName",
        "AuditBusName",
        "AuditBusArn",
        "LockedCopyBucketName",
        "FallbackQueueUrl",
        "AuditDeadLetterQueueUrl",
        "AuditLogGroupName",
        "AuditArchiveArn",
        "AuditOperatorRoleArn",
        "PciPalNumber",
        "SaveAgentNameFlowArn",
        "SaveAgentNameOutboundFlowArn",
        "AnswerFromPciPalFlowArn",
        "QuickConnectArns",
    }
    assert template.outputs["FallbackQueueUrl"] == "<FallbackQueue>"
    assert all(set(output) <= {"Value", "Description", "Condition"}
               for output in template.raw["Outputs"].values())  # fmt: skip
