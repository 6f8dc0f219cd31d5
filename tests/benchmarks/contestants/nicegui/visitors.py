"""Opens sessions and holds them: `python visitors.py URL ROW`; reads how many on each line, and answers when it has."""

import ast
import asyncio
import re
import sys
import uuid

import httpx
import socketio


async def main(url: str, row: str) -> None:
    """Everything is held until nobody asks for more."""
    held = []
    async with httpx.AsyncClient(base_url=url) as http:
        while line := await asyncio.to_thread(sys.stdin.readline):
            for _ in range(int(line)):
                http.cookies.clear()
                held.append(await _open(http, url, row))
            print(line, end="", flush=True)
    for socket in held:
        await socket.disconnect()


async def _open(http: httpx.AsyncClient, url: str, row: str) -> socketio.AsyncClient:
    """What the browser does: fetch the page, then connect for it; RuntimeError without the row."""
    page = (await http.get("/")).raise_for_status()
    if row not in page.text:
        raise RuntimeError("The row isn't in the page.")
    found = re.search(r"query: (\{.*?\}),\n", page.text)
    if found is None:
        raise RuntimeError("The page doesn't say how to connect.")
    query = {**ast.literal_eval(found[1]), "document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4())}
    socket = socketio.AsyncClient(reconnection=False)
    cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    await socket.connect(
        f"{url}/?{httpx.QueryParams(query)}",
        headers={"Cookie": cookie},
        transports=["websocket"],
        socketio_path="/_nicegui_ws/socket.io",
    )
    return socket


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
