"""A call that falls back on another queue, on a real execution: its record tells what is true."""

from dataclasses import replace

from operations.call import Call
from operations.ops import ABANDONED, Ops
from operations.stage import Stage
from tests.calls.test_fallback_queue import another_agent_takes_over, with_fallback


def test_a_transfer_whose_call_another_agent_takes_over_stays_abandoned(stage: Stage) -> None:
    stage.events.clear()
    with stage.aws.clock.held():
        call = Call(replace(stage.site, load_flow=with_fallback))
        ops = Ops(call, stage)
        another_agent_takes_over(call)
        ops.sees_failed("AgentNeverJoined", ABANDONED)
        call.wait(60)
    (execution,) = ops.executions.all
    table = stage.aws.client("dynamodb")
    item = table.get_item(
        TableName=stage.stack.outputs["TransferTableName"],
        Key={"TransferId": {"S": execution.transfer_id}},
        ConsistentRead=True,
    )["Item"]
    assert item["Status"] == {"S": "ABANDONED"}
    joined = stage.stack.outputs["AgentJoinedFunctionArn"]
    assert joined not in {one.function_arn for one in call.connect.invocations}
    told = stage.events_about(execution.transfer_id, len(ABANDONED))
    assert sorted(event["detail-type"] for event in told) == sorted(ABANDONED)
