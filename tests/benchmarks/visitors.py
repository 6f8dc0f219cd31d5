"""Users who begin a session at an app, look at its page of 20 rows, and stay."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import httpx

from tests.benchmarks.backend import ORDERS, PASSWORD, username
from tests.benchmarks.pages import BROWSER, PATH, check

ROW: str = ORDERS[-1]["reference"]
"""The last one on the page: who has it has them all."""


class Visitors(Protocol):
    """RuntimeError or ValueError when one of them isn't shown the rows."""

    def come(self, count: int) -> None:
        """So many more begin a session, one after the other."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class SigningIn:
    """Users of an app that takes a form at /login and keeps a session by a cookie; each is another one."""

    def __init__(self, name: str, url: str) -> None:
        self._name = name
        self._http = httpx.Client(base_url=url, headers=BROWSER, timeout=60, trust_env=False)
        self._number = 0

    def come(self, count: int) -> None:
        for _ in range(count):
            self._number += 1
            self.come_as(username(self._number))

    def come_as(self, name: str) -> dict[str, str]:
        """One user, by name; gives the cookies that the browser now has."""
        self._http.cookies.clear()
        self._http.post("/login", data={"username": name, "password": PASSWORD})
        page = self._http.get(PATH)
        check(self._name, page.status_code, page.text)
        return dict(self._http.cookies)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()


class Connecting:
    """Users of an app that keeps a session by a connection, as a script of the app's own framework makes it."""

    def __init__(self, python: Path, script: Path, url: str) -> None:
        self._name = f"{script.parent.name}'s visitors"
        self._process = subprocess.Popen(
            [python, script, url, ROW], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def come(self, count: int) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{count}\n")
        stdin.flush()
        if not stdout.readline():
            raise RuntimeError(f"{self._name} died; what they died of stands above.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
