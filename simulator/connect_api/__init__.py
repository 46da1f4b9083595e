"""Amazon Connect's control plane on loopback: what set-up and check-up call, over real HTTP.

    with ConnectApi() as api:
        instance = fresh_instance(api.account)          # as a customer has it before set-up
        connect = boto3.client("connect", endpoint_url=api.endpoint, …)
        connect.list_queues(InstanceId=instance.id)

Any boto3 client and the AWS CLI work on it: requests, answers and errors have the shapes of
botocore's own service model. An operation that is not here answers `NotImplementedException` and
its name. Flows are linted when they are published (`publication`).

For tests:

    api.requests, api.writes                             # what was asked, in order
    api.refuse("ListUsers", "TooManyRequestsException", times=2)
    snapshot(instance)                                   # all of it as plain values, but for times

`telephone.instance_on` builds from a stored instance the one on which calls are played.
"""

from simulator.connect_api.fresh import fresh_instance, hire
from simulator.connect_api.server import ConnectApi
from simulator.connect_api.store import Account, StoredInstance, snapshot
from simulator.connect_api.wire import ApiRequest

__all__ = [
    "Account", "ApiRequest", "ConnectApi", "StoredInstance", "fresh_instance", "hire", "snapshot",
]  # fmt: skip
