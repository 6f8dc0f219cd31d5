"""A walk through the whole demo, as a process: every line of its log belongs to a request, and none tells a secret."""

import json
import re
from collections.abc import Callable

import httpx
import pytest

from tests.cli.process import serving, up

MARKERS = {
    "a wrong password": "marker-wrong-password-1",
    "a search": "marker-searched-for-2",
    "a cookie": "marker-foreign-cookie-3",
    "a header": "marker-authorization-4",
    "a body": "marker-in-a-body-5",
    "a metrics token": "marker-metrics-token-6",
}
RIGHT = "demo-pass-123"


def walk(client: httpx.Client) -> set[str]:
    """Sign in, look at everything that the pages link to, write, and leave; gives the ids of all answers."""
    client.cookies.set("other", MARKERS["a cookie"])
    client.headers.update(
        {"Authorization": f"Bearer {MARKERS['a header']}", "Origin": str(client.base_url).rstrip("/")}
    )
    ids = set()

    def ask(method: str, path: str, **options: object) -> httpx.Response:
        answer = client.request(method, path, **options)  # type: ignore[arg-type]
        ids.add(answer.headers["x-request-id"])
        return answer

    for password in (MARKERS["a wrong password"], RIGHT):
        ask("POST", "/login", data={"username": "demo@example.com", "password": password, "next": "/"})
    seen: set[str] = set()
    ahead = ["/", "/-/operations", "/-/account", f"/issues?q={MARKERS['a search']}", "/nowhere", "/-/readyz"]
    while ahead and len(seen) < 60:
        path = ahead.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page = ask("GET", path)
        ahead += [link for link in re.findall(r'href="(/[^"#]*)"', page.text) if "logout" not in link]
    ask("POST", "/-/operations/nothing", data={"secret": MARKERS["a body"]})
    ask("POST", "/projects", data={"name": MARKERS["a body"]})
    ask("POST", "/login", content=b"\xff" * 10, headers={"Content-Type": "multipart/form-data; boundary=x"})
    ask("POST", "/logout")
    return ids


@pytest.mark.parametrize("debug", ["0", "1"])
def test_every_line_has_the_id_of_a_request_and_no_secret_is_in_any(debug: str, figure: Callable[[str], None]) -> None:
    token = MARKERS["a metrics token"]
    with serving(
        "demo", WEBAPP_LOG_FORMAT="json", WEBAPP_DEBUG=debug, WEBAPP_METRICS="on", WEBAPP_METRICS_TOKEN=token
    ) as (url, process):
        up(url)
        shown = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, timeout=30) as client:
            ids = walk(client)
        metrics = httpx.get(f"{url}/-/metrics", headers=shown)
        process.terminate()
        process.ended()
    text = process.said[process.said.index("{") :]
    lines = [json.loads(line) for line in text.splitlines()]

    # What the process does of itself has no request: it reads the document, sweeps, and ends.
    itself = ("webapp.openapi", "webapp.serving")
    nobodys = [line for line in lines if line["request_id"] == "-" and line["logger"] not in itself]
    figure(f"debug={debug}: {len(lines)} log lines of {len(ids)} requests, {len(nobodys)} without a request's id")
    assert metrics.status_code == 200
    assert "webapp_sign_ins_total" in metrics.text
    assert [line for line in nobodys if line["level"] != "debug"] == []
    assert {line["request_id"] for line in lines if line["logger"] == "webapp.access"} >= ids
    hits = {what for what, marker in MARKERS.items() if marker in text + metrics.text}
    assert hits == set()
    assert RIGHT not in text
