"""Where a deployed stack keeps its audit trail: found by the stack's name, in its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.connect.aws import Aws, AwsRefused, said_plainly

_NEEDED = (
    "AuditBusName",
    "AuditDeadLetterQueueUrl",
    "AuditLogGroupName",
    "FallbackQueueUrl",
    "SecureTransferStateMachineArn",
    "TransferTableName",
)


@dataclass(frozen=True, slots=True)
class Trail:
    """The resources behind the commands. ARNs, names and URLs as AWS has them."""

    stack_id: str
    """The unique part of the stack's ARN."""
    bus: str
    log_group: str
    fallback_queue_url: str
    dead_letter_queue_url: str
    state_machine_arn: str
    transfer_table: str
    retention_days: int
    """How long records are kept."""
    archive_arn: str
    """Empty: the stack has none, as on an emulator."""
    role_arn: str
    """Empty: the stack is of a release without AuditOperatorRole."""

    @property
    def bus_arn(self) -> str:
        partition, _, region, account = self.state_machine_arn.split(":")[1:5]
        return f"arn:{partition}:events:{region}:{account}:event-bus/{self.bus}"

    def execution_arn(self, transfer_id: str) -> str:
        machine = self.state_machine_arn.replace(":stateMachine:", ":execution:")
        return f"{machine}:{transfer_id}"


def find(aws: Aws, stack: str) -> Trail:
    """Look the stack up, as the person who runs the command.

    Raises `AwsRefused` if there is no such stack, or it is none of template.yaml.
    """
    try:
        with said_plainly():
            answer = aws.client("cloudformation").describe_stacks(StackName=stack)
    except AwsRefused as refused:
        if refused.code != "ValidationError":
            raise
        raise AwsRefused(
            f"There is no stack {stack!r} in this account and region: check --stack, --region and "
            "--profile. `aws cloudformation list-stacks` names those that there are.",
            refused.code,
        ) from refused
    return _trail(answer["Stacks"][0])


def _trail(stack: Mapping[str, Any]) -> Trail:
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", ())}
    missing = [name for name in _NEEDED if name not in outputs]
    if missing:
        raise AwsRefused(
            f"The stack {stack['StackName']} has no output {', '.join(missing)}. Is it a stack of "
            "template.yaml, and its deployment complete? Deploy this release, then try again."
        )
    return Trail(
        stack_id=str(stack["StackId"]).split("/")[2],
        bus=outputs["AuditBusName"],
        log_group=outputs["AuditLogGroupName"],
        fallback_queue_url=outputs["FallbackQueueUrl"],
        dead_letter_queue_url=outputs["AuditDeadLetterQueueUrl"],
        state_machine_arn=outputs["SecureTransferStateMachineArn"],
        transfer_table=outputs["TransferTableName"],
        retention_days=int(given.get("RecordRetentionDays", 400)),
        archive_arn=outputs.get("AuditArchiveArn", ""),
        role_arn=outputs.get("AuditOperatorRoleArn", ""),
    )
