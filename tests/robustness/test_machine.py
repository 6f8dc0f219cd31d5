"""Whatever order things happen in, a session ends only by its API or its owner, and no token is shown twice."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.robustness.machine import SessionMachine


def test_a_session_lives_as_its_model_says(figure: Callable[[str], None]) -> None:
    figure(f"{steps(examples=250, each=50)} steps of the state machine, 0 against the model")


@pytest.mark.nightly
def test_a_session_lives_as_its_model_says_all_night(figure: Callable[[str], None]) -> None:
    taken = steps(examples=1_000, each=50)

    assert taken >= 10_000
    figure(f"{taken} steps of the state machine, 0 against the model")


def steps(*, examples: int, each: int) -> int:
    """Run it; returns how many steps that took."""
    SessionMachine.steps = 0
    run_state_machine_as_test(
        SessionMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=each,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return SessionMachine.steps
