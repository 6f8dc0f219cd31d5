"""`webapp check` and the sessions' store: asked as the frontend asks it, and what is wrong in one sentence."""

import json
import re
from collections.abc import Callable

import pytest

from tests.backends.processes import free_port
from tests.cli.test_findings import KEY
from tests.deployment.store import PASSWORD, deployed_store
from webapp.cli import main

WRONG: dict[str, tuple[Callable[[str], str], str]] = {
    "another password": (lambda url: url.replace(PASSWORD, "wrong-secret"), "password"),
    "nobody who vouches for it": (lambda url: url.partition("?")[0], "its certificate isn't to be trusted"),
    "no server": (lambda url: re.sub(r"localhost:\d+", f"localhost:{free_port()}", url), "Error 111"),
    "a cluster by another name": (lambda url: url.replace("rediss:", "rediss+cluster:"), "IP address mismatch"),
}


def checked(store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    """What is said of the store."""
    monkeypatch.setenv("WEBAPP_SESSION_STORE", store)
    monkeypatch.setenv("WEBAPP_SECRET_KEY", KEY)
    main(["check", "tests.deployment.api:strict", "--json"])
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return [each for each in found if each["about"] == "WEBAPP_SESSION_STORE"]


def test_a_store_that_can_be_asked_is_not_spoken_of_and_one_that_cannot_be_is_an_error_that_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with deployed_store() as store:
        assert checked(store.url, monkeypatch, capsys) == []
        for name, (change, why) in WRONG.items():
            [found] = checked(change(store.url), monkeypatch, capsys)
            assert (name, found["severity"]) == (name, "error")
            assert why in found["sentence"], name
            assert not any(secret in found["sentence"] for secret in (PASSWORD, "wrong-secret")), name
