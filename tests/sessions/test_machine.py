"""Sessions in any order of events: a few hundred steps each time, ten thousand each night."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sessions.machine import Machine


@pytest.mark.parametrize(
    ("examples", "steps"), [(20, 25), pytest.param(250, 40, marks=pytest.mark.nightly, id="nightly")]
)
def test_sessions_do_as_the_model_says(examples: int, steps: int, figure: Callable[[str], None]) -> None:
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=steps))
    figure(f"up to {examples * steps:,} steps as the model says")
