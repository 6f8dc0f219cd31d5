"""A hundred thousand sessions in one process."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest


def crowd(*arguments: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.sessions.crowd", *map(str, arguments)]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def test_a_hundred_thousand_sessions_fit_and_their_end_holds_nobody_up(figure: Callable[[str], None]) -> None:
    found = crowd(100_000)

    assert found["sessions"] == found["dropped"] == 100_000
    assert found["left"] == found["tasks"] == 0
    assert found["megabytes"] <= 180
    assert found["longest_gap_ms"] <= 5
    figure(
        f"100,000 sessions: {found['megabytes']} MB, {found['sign_in_us']} us for each; "
        f"while all expire the loop is held up for {found['longest_gap_ms']} ms at the most"
    )


@pytest.mark.nightly
def test_a_million_sign_ins_leave_nothing_behind(figure: Callable[[str], None]) -> None:
    found = crowd(10_000, 1_000_000)

    assert found["churn"]["spread"] <= 0.05
    assert found["tasks"] == 0
    figure(f"over 1,000,000 sign-ins memory varies by {found['churn']['spread']:.1%}; {found['tasks']} tasks are left")
