from typing import Any

from secure_transfer.adapters.clients import faults_of


class ConnectUsers:
    """The `Agents` port on Connect's API."""

    def __init__(self, client: Any, instance_arn: str) -> None:
        self._client = client
        self._instance_id = instance_arn.rpartition("/")[2]

    def user_name(self, agent_id: str) -> str | None:
        with faults_of("DescribeUser"):
            try:
                answer = self._client.describe_user(InstanceId=self._instance_id, UserId=agent_id)
            except self._client.exceptions.ResourceNotFoundException:
                return None
        name: str | None = answer["User"].get("Username")
        return name
