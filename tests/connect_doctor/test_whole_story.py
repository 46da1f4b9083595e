"""Doctor, set-up, doctor, a call, set-up again, undo: an instance that has our flows, no more."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from operations.call_parts import conversation, pay, reunite, secure
from operations.connect.commands import connect
from operations.connect.doctor.finding import Status
from simulator.connect_api import ConnectApi, fresh_instance, snapshot
from tests.calls.memory_site import INSTANCE
from tests.connect_doctor.doctored_shop import WANTED, Shop, served
from tests.connect_setup.published_flows import EVERYTHING, publish


def test_from_a_fresh_instance_to_a_call_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with ConnectApi() as api:
        instance = fresh_instance(api.account, instance_id=INSTANCE.rpartition("/")[2])
        publish(api, instance)  # as the stack does
        with served(api, instance) as shop:
            before = snapshot(instance)
            assert gaps(shop) == {
                "flow_logs",
                "inbound_whisper",
                "outbound_whisper",
                "return_number",
                "queues",
                "after_call_work",
            }

            record = tmp_path / "record.json"
            run(shop, "setup", *EVERYTHING, "--record", str(record))
            assert gaps(shop) == set()
            with shop.call() as call:
                carol, alice = conversation(call)
                secure(alice)
                reunite(call, alice, carol)
                pay(call, alice, carol)
                assert call.card_is_safe

            written = len(api.writes)
            again = run(shop, "setup", *EVERYTHING)
            assert "nothing to change" in again.output
            assert len(api.writes) == written

            run(shop, "undo", str(record))
            assert snapshot(instance) == before


def gaps(shop: Shop) -> set[str]:
    return {one.check for one in shop.examine(WANTED) if one.status is not Status.OK}


def run(shop: Shop, command: str, *arguments: str) -> Result:
    where = [f"--endpoint-url={shop.endpoint}", "--region=eu-west-2", "--yes"]
    on = [f"--instance={shop.instance.id}"] if command == "setup" else []
    result = CliRunner().invoke(connect, [command, *arguments, *on, *where])
    assert result.exit_code == 0, result.output
    return result
