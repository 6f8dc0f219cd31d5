"""Behind a proxy that keeps its connections, nothing is read as a request that the proxy didn't take for one."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.cli.process import serving, up
from tests.serving.nginx import nginx_before
from tests.serving.smuggling import ALL
from tests.serving.wire import exchange, statuses


async def test_the_server_reads_as_many_requests_as_the_proxy_has_passed_on(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    with serving("demo", WEBAPP_SHUTDOWN_DELAY="0") as (url, process):
        up(url)
        with nginx_before(int(url.rpartition(":")[2]), tmp_path) as nginx:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{nginx.port}") as client:
                assert (await client.get("/-/livez")).text == "ok\n"
            answers = []
            for some in (ALL[: len(ALL) // 2], ALL[len(ALL) // 2 :]):
                answers += await asyncio.gather(*(exchange(nginx.port, each.pieces, within=60) for each in some))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{nginx.port}") as client:
                assert (await client.get("/-/livez")).text == "ok\n"
            passed_on = len(nginx.passed_on)
        process.send_signal(signal.SIGINT)
        process.ended()

    read = process.said.count("webapp.access: ") + process.said.count("webapp.serving: refused ")
    answered = sum(len(statuses(answer)) for answer in answers)
    figure(f"{len(ALL)} payloads through nginx: it passed on {passed_on} requests, and {read - 1} were read")
    assert read - 1 == passed_on  # the first was asked for without it
    assert answered >= len(ALL) * 0.9
    assert passed_on < len(ALL)
