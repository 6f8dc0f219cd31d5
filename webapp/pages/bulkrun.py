"""Does one operation to several things: a few at a time, each told by itself, and no more once one is signed out."""

import asyncio
from collections.abc import Mapping
from enum import Enum
from typing import Any

from webapp.client import APIClient
from webapp.errors import APIError, PreconditionFailed, Unauthorized
from webapp.openapi.site import Operation
from webapp.pages.refusals import fate_of

AT_ONCE = 5


class Outcome(Enum):
    """What became of one of them, where it wasn't refused."""

    DONE = "done"
    NOT_TRIED = "not tried"
    """The session ended before."""


async def run_each(api: APIClient, operation: Operation, paths: Mapping[str, str | None]) -> dict[str, Outcome | str]:
    """
    What became of each, by its key: an Outcome, or what the API has against it.

    `paths` are where the operation is asked for, by key.
    """
    run = _Run(api, operation)
    outcomes = await asyncio.gather(*(run.one(path) for path in paths.values()))
    return dict(zip(paths, outcomes, strict=True))


class _Run:
    def __init__(self, api: APIClient, operation: Operation) -> None:
        self._api = api
        self._operation = operation
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._over = False

    async def one(self, path: str | None) -> Outcome | str:
        if path is None:
            return "This can't be asked for."
        async with self._gate:
            if self._over:
                return Outcome.NOT_TRIED
            try:
                await self._do(path)
            except Unauthorized as error:
                self._over = self._over or error.ended
                return Outcome.NOT_TRIED if error.ended else error.detail or "This needs another sign-in."
            except APIError as error:
                return f"{error.detail or 'The API did not do this.'} {fate_of(error)}".strip()
        return Outcome.DONE

    async def _do(self, path: str) -> None:
        sent: dict[str, Any] = {"json": {}} if any(body.required for body in self._operation.bodies) else {}
        try:
            await self._api.request(self._operation.method, path, **sent)
        except PreconditionFailed as error:
            if error.api_status != 428:
                raise
            headers = {"If-Match": await self._version(path)}
            await self._api.request(self._operation.method, path, headers=headers, **sent)

    async def _version(self, path: str) -> str:
        """The ETag of the thing that a path is about: of itself, or of what its action is done to."""
        place = path if self._operation.path.rstrip("/").endswith("}") else path.rstrip("/").rpartition("/")[0]
        reply = await self._api.request("GET", place)
        return str(reply.headers.get("etag", "*"))
