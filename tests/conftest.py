"""What every test may use."""

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")  # how long an example takes says how busy the machine is


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
