from collections.abc import Iterator
from typing import Any

import pytest

from simulator.connect_api import ConnectApi, StoredInstance, fresh_instance


@pytest.fixture
def api() -> Iterator[ConnectApi]:
    with ConnectApi() as started:
        yield started


@pytest.fixture
def instance(api: ConnectApi) -> StoredInstance:
    return fresh_instance(api.account)


@pytest.fixture
def connect(api: ConnectApi) -> Any:
    """An unmodified boto3 client."""
    return api.client()
