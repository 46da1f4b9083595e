from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.functions import Functions
from tests.simulator.gate import Gate


@pytest.fixture
def functions(tmp_path: Path) -> Iterator[Functions]:
    made = Functions(tmp_path)
    yield made
    made.service.stop()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.close()
