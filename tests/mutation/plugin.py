"""
Numbers the cases of parametrized tests: mutmut names them on a command line, where not every payload can stand.

And has the quick tests asked first, since one is enough to notice a mutant, and none on a cluster: what sessions do
there they do on one server, too, and a cluster takes seconds to make.
"""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

STATS = Path("mutmut-stats.json")
"""Where mutmut keeps how long each test takes; there is none while that is found out."""


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Iterator[None]:
    """Give each case its number for a name, once all parametrizing is done."""
    yield
    calls = [call for call in metafunc._calls if "cluster" not in call._idlist]
    metafunc._calls = [
        dataclasses.replace(call, _idlist=[str(number)]) if call._idlist else call for number, call in enumerate(calls)
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the order of how long they take."""
    if STATS.exists():
        seconds = json.loads(STATS.read_text(encoding="utf-8"))["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0.0))
