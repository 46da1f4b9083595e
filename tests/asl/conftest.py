import pytest

from tests.asl.machine import Machine, load


@pytest.fixture
def machine() -> Machine:
    """The deployed machine, read anew: a test may break it."""
    return load()
