"""What is read from Lighthouse's reports; Lighthouse itself has to be installed first, so it isn't run here."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.benchmarks.lighthouse import CATEGORIES, GOALS, Report, met, report, table

URL = "http://127.0.0.1/issues"
FINE = Report(dict.fromkeys(CATEGORIES, 100), [])


def _written(*, at: str = URL, contrast: float | None = 1, **scores: float | None) -> Mapping[str, Any]:
    """As Lighthouse writes it, as far as it's read."""
    reference = {"id": "color-contrast", "weight": 7}
    categories = {
        name: {"score": scores.get(name, 1), "auditRefs": [reference] if name == "accessibility" else []}
        for name in CATEGORIES
    }
    audit = {"title": "Contrast is too low", "score": contrast, "displayValue": "2 places"}
    return {
        "requestedUrl": URL,
        "finalDisplayedUrl": at,
        "categories": categories,
        "audits": {"color-contrast": audit},
    }


def test_a_page_that_has_all_is_fine() -> None:
    assert report(_written()) == FINE


def test_what_is_wanting_is_told() -> None:
    found = report(_written(contrast=0, accessibility=0.934))

    assert found.scores["accessibility"] == 93
    assert found.wanting == ["Contrast is too low (2 places)"]


def test_what_does_not_apply_is_not_wanting() -> None:
    assert report(_written(contrast=None)).wanting == []


def test_another_page_is_not_taken_for_the_one_asked_for() -> None:
    with pytest.raises(ValueError, match="led to"):
        report(_written(at="http://127.0.0.1/login"))


def test_a_page_without_a_score_is_not_taken_for_a_bad_one() -> None:
    with pytest.raises(ValueError, match="no score"):
        report(_written(performance=None))


@pytest.mark.parametrize("category", GOALS)
def test_every_goal_counts(category: str) -> None:
    bad = Report({**FINE.scores, category: 99}, [])

    assert met([FINE, FINE, bad])
    assert not met([FINE, bad, bad])
    assert "**missed**" in table({"list": [bad]})


def test_what_is_told_for_information_is_no_goal() -> None:
    shown = table({"list": [FINE, Report({**FINE.scores, "seo": 90}, ["no description"])]})

    assert "95 (90 to 100)" in shown
    assert "met" in shown
    assert "no description" in shown
