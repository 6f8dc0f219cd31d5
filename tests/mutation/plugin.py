"""Numbers the cases of parametrized tests: mutmut names them on a command line, where not every payload can stand."""

import dataclasses
from collections.abc import Iterator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Iterator[None]:
    """Give each case its number for a name, once all parametrizing is done."""
    yield
    metafunc._calls = [
        dataclasses.replace(call, _idlist=[str(number)]) if call._idlist else call
        for number, call in enumerate(metafunc._calls)
    ]
