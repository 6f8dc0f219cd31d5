"""Opens sessions and holds them: `python visitors.py URL ROW`; reads how many on each line, and answers when it has."""

import contextlib
import sys

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


def main(url: str, row: bytes) -> None:
    """Everything is held until nobody asks for more."""
    with contextlib.ExitStack() as held:
        for line in sys.stdin:
            for _ in range(int(line)):
                _open(held, url, row)
            print(line, end="", flush=True)


def _open(held: contextlib.ExitStack, url: str, row: bytes) -> None:
    """What the browser does: connect, have the app run, wait until it has; RuntimeError without the row."""
    address = f"ws{url.removeprefix('http')}/_stcore/stream"
    socket = held.enter_context(connect(address, subprotocols=["streamlit"], max_size=None))
    run = BackMsg()
    run.rerun_script.query_string = ""
    socket.send(run.SerializeToString())
    seen = b""
    while True:
        data = socket.recv(timeout=60)
        seen += data
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "script_finished":
            break
    if row not in seen:
        raise RuntimeError("The app has run, and the row isn't in what came.")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].encode())
