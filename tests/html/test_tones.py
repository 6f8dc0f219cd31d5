"""How states stand."""

from typing import Any

import pytest

from webapp.html.tones import TONES, tone


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("done", "ok"),
        ("In-Review", "warn"),
        ("on hold", "warn"),
        ("FAILED", "bad"),
        ("open", ""),
        (1, ""),
        (None, ""),
    ],
)
def test_a_state_has_the_tone_of_its_name(value: Any, shown: str) -> None:
    assert tone(value) == shown


def test_a_tone_is_only_ever_a_class_of_ours() -> None:
    assert set(TONES.values()) == {"ok", "warn", "bad"}
