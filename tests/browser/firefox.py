"""
A real Firefox, driven over WebDriver BiDi.

Playwright drives a build of its own; of a Firefox as people have it, it wants a command that Debian's doesn't know:
`emulation.setMediaFeaturesOverride`.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

ENTER = "\ue007"
PATIENCE = 60
"""Seconds until a Firefox that doesn't answer is given up."""


class Refused(Exception):
    """A command that Firefox did not carry out, with what it says."""


class Firefox:
    """One that runs: commands go over its socket one after another."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.version = ""
        self.answered: list[str] = []
        """The addresses of all answers that came over the wire or out of a cache, in order."""
        self._socket = socket
        self._sent = 0

    async def begin(self) -> None:
        """Start the one session, and hear of answers."""
        session = await self.send("session.new", capabilities={})
        self.version = session["capabilities"]["browserVersion"]
        await self.send("session.subscribe", events=["network.responseCompleted"])

    async def open(self) -> "Tab":
        """A new tab."""
        return Tab(self, (await self.send("browsingContext.create", type="tab"))["context"])

    async def send(self, method: str, **params: object) -> Any:
        """Give a command, and what it results in. Raises Refused."""
        self._sent += 1
        async with asyncio.timeout(PATIENCE):
            await self._socket.send_json({"id": self._sent, "method": method, "params": params})
            while (message := await self._socket.receive_json()).get("id") != self._sent:
                self._hear(message)
        if message["type"] == "error":
            raise Refused(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("method") == "network.responseCompleted":
            self.answered.append(message["params"]["response"]["url"])


class Tab:
    """A tab, and what people do in one."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    async def go(self, url: str) -> None:
        """Open an address, and wait until it has loaded."""
        await self._send("browsingContext.navigate", url=url, wait="complete")

    async def step(self, delta: int) -> None:
        """Go so many steps forward through the history, or back; the page may not be there yet."""
        await self._send("browsingContext.traverseHistory", delta=delta)

    async def close(self) -> None:
        """Close the tab."""
        await self._send("browsingContext.close")

    async def evaluate(self, expression: str) -> Any:
        """What an expression of JavaScript comes to in the page, awaited, as JSON has it. Raises Refused."""
        outcome = await self._firefox.send(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        if outcome["type"] == "exception":
            raise Refused(outcome["exceptionDetails"]["text"])
        return json.loads(outcome["result"].get("value", "null"))

    async def until(self, expression: str, enough: Callable[[Any], bool] = bool) -> Any:
        """
        Look at what an expression comes to until it is enough, and give it.

        `enough` sees everything on the way, and may raise. Raises TimeoutError.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                # While one page goes and the next comes there is nothing to look at.
                with contextlib.suppress(Refused):
                    seen = await self.evaluate(expression)
                    if enough(seen):
                        return seen
                await asyncio.sleep(0.02)

    async def click(self, selector: str) -> None:
        """Click the first element of a selector, with the mouse, once it is there."""
        element = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"document.readyState === 'complete' && !!{element}?.checkVisibility()")
        found = await self._send("browsingContext.locateNodes", locator={"type": "css", "value": selector})
        origin = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        await self._act(
            {
                "type": "pointer",
                "id": "mouse",
                "actions": [
                    {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
                    {"type": "pointerDown", "button": 0},
                    {"type": "pointerUp", "button": 0},
                ],
            }
        )

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keyboard", "actions": keys})

    async def _act(self, source: dict[str, Any]) -> None:
        await self._send("input.performActions", actions=[source])

    async def _send(self, method: str, **params: object) -> Any:
        return await self._firefox.send(method, context=self._context, **params)


@contextlib.asynccontextmanager
async def firefox(folder: Path) -> AsyncIterator[Firefox]:
    """
    A Firefox that has its home and its profile in an empty folder.

    Driven, it leaves its makers' servers alone by itself. Raises FileNotFoundError with what to do.
    """
    process = await asyncio.create_subprocess_exec(
        _executable(), "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(folder),
        env={**os.environ, "HOME": str(folder)}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr
    try:
        async with asyncio.timeout(PATIENCE):
            address = await _address(said)
        ignoring = asyncio.create_task(_ignore(said))
        async with ClientSession() as session, session.ws_connect(f"{address}/session", max_msg_size=0) as socket:
            running = Firefox(socket)
            await running.begin()
            yield running
            await running.send("browser.close")
        await asyncio.wait_for(process.wait(), PATIENCE)
        await ignoring
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _executable() -> str:
    for name in ("firefox-esr", "firefox"):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("The tests in Firefox need one: apt-get install firefox-esr")


async def _address(said: asyncio.StreamReader) -> str:
    while line := await said.readline():
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line.decode(errors="replace")):
            return found[1]
    raise RuntimeError("Firefox ended before it could be driven")


async def _ignore(said: asyncio.StreamReader) -> None:
    """Take what it says, so that it never waits for somebody to."""
    while await said.read(65536):
        pass
