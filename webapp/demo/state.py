"""What the demo's parts share, and how a route gets at it."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from webapp.demo.auth.limits import RateLimit
from webapp.demo.bell import Bell
from webapp.demo.database import Database
from webapp.demo.faults import Fault
from webapp.demo.files import FileStore
from webapp.demo.options import Options
from webapp.demo.times import stamp


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo API."""

    options: Options
    clock: Callable[[], float]
    database: Database
    files: FileStore
    tries: RateLimit
    bell: Bell = field(default_factory=Bell)
    faults: dict[str, Fault] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)

    def now(self) -> str:
        """This moment, as it is stored."""
        return stamp(self.clock())

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """The database, to ask."""
        return self.database.reading()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The database, to change something; whoever follows the activity is told afterwards."""
        with self.database.writing() as connection:
            yield connection
        self.bell.ring()

    def close(self) -> None:
        """Let go of everything that is open. The next request opens it again."""
        self.database.close()
        self.files.close()


async def _demo(request: Request) -> Demo:
    demo: Demo = request.app.state.demo
    return demo


CurrentDemo = Annotated[Demo, Depends(_demo)]
