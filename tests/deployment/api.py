"""An API behind the deployed frontend: one that signs people in, and tells them of events."""

import threading
from collections.abc import AsyncIterator

import anyio
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from tests.robustness.strict import StrictAPI


def strict() -> FastAPI:
    """The strict API, for a process of its own."""
    return StrictAPI("json").app


class TellingAPI(StrictAPI):
    """A strict API whose stream `/ticks` has a first event, and a second once it's `told` to."""

    def __init__(self) -> None:
        super().__init__("json")
        self.told = threading.Event()
        self.app.add_api_route("/ticks", self._ticks, responses={200: {"content": {"text/event-stream": {}}}})

    async def _ticks(self) -> StreamingResponse:
        async def events() -> AsyncIterator[str]:
            yield "data: first\n\n"
            await anyio.to_thread.run_sync(self.told.wait, 60, abandon_on_cancel=True)
            yield "data: second\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")
