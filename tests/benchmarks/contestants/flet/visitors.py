"""Opens sessions and holds them: `python visitors.py URL ROW`; reads how many on each line, and answers when it has."""

import contextlib
import sys

import msgpack
from flet.messaging.protocol import MessageAction
from websockets.sync.client import connect

PAGE = {"route": "/", "pwa": False, "web": True, "platform": "linux", "width": 1280, "height": 720, "wasm": True}
"""What the browser tells of itself."""


def main(url: str, row: bytes) -> None:
    """Everything is held until nobody asks for more."""
    with contextlib.ExitStack() as held:
        for line in sys.stdin:
            for _ in range(int(line)):
                _open(held, url, row)
            print(line, end="", flush=True)


def _open(held: contextlib.ExitStack, url: str, row: bytes) -> None:
    """What the browser does: connect, register, wait for the rows."""
    socket = held.enter_context(connect(f"ws{url.removeprefix('http')}/ws", max_size=None))
    registration = {"session_id": "", "page_name": "", "page": PAGE}
    packed = msgpack.packb([MessageAction.REGISTER_CLIENT.value, registration])
    # A frame's first byte says that a message follows.
    socket.send(b"\x00" + packed)
    while row not in socket.recv(timeout=60):
        pass


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].encode())
