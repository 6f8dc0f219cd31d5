"""What every test may use."""

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and a run that nobody can repeat says little else.
settings.register_profile("unhurried", deadline=None, derandomize=True)
settings.load_profile("unhurried")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
