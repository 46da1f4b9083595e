from collections.abc import Iterator

import pytest

from tests.connect_doctor.doctored_shop import Shop, well_set_up_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with well_set_up_shop() as one:
        yield one
