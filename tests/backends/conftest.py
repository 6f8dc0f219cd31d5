"""Real backends, started for the tests and ended after them."""

import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.backends.aegis import forget, seed
from tests.backends.processes import free_port, running, starting
from webapp.testing import Browser

FOLDER = Path(os.environ.get("WEBAPP_BACKENDS") or Path(__file__).resolve().parents[3] / "shared" / "backends")

OWN = Path(__file__).resolve().parent
"""Where the scripts are that came with these tests."""

USERNAME = "demo@example.com"
PASSWORD = "demo-pass-123"
NEIGHBOUR = ("user2@example.com", "user2-pass-123")
"""Another account of Aegis."""

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
ADDRESS = "203.0.113.7"
"""Where the browser seems to be: an address kept for examples (RFC 5737)."""


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """One event loop for all: sessions stay signed in from test to test."""
    return "asyncio"


@contextmanager
def backend(script: str, *, health: str, **environment: str) -> Iterator[str]:
    """
    Run a backend by its script on a free port; its first start may install it.

    Without the scripts the test is skipped, but not in CI, where they have to be there.
    """
    path = OWN / script if (OWN / script).is_file() else FOLDER / script
    if not path.is_file() or not (FOLDER / "common.sh").is_file():
        reason = f"no {script} in {FOLDER}; WEBAPP_BACKENDS says where the backends' scripts are"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    url = f"http://localhost:{port}"
    with ExitStack() as stack:
        # What installs it ahead of the tests does so under the same lock; one start at a time installs once.
        with starting(script):
            # By address for the check alone: nothing but IPv4 is listened on.
            answers = f"http://127.0.0.1:{port}{health}"
            there = {"COMMON": str(FOLDER), **environment}
            stack.enter_context(running([str(path), str(port)], answers, environment=there, within=900))
        yield url


@contextmanager
def frontend(target: str, *options: str, **settings: str) -> Iterator[str]:
    """`webapp run TARGET` as anybody would run it."""
    port = free_port()
    url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "webapp", "run", target, "--port", str(port), *options]
    with running(command, f"http://127.0.0.1:{port}/-/livez", environment=settings, within=60):
        yield url


@pytest.fixture(scope="package")
def aegis() -> Iterator[str]:
    """Aegis with something in it and access tokens of a minute, that believes the frontend about who is asking."""
    with backend("run-aegis.sh", health="/health/", ACCESS_MIN="1", TRUST_PROXY="1", OAUTH="1") as url:
        seed(url, USERNAME, PASSWORD)
        yield url
    forget(url)


@pytest.fixture(scope="package")
def fluxlit() -> Iterator[str]:
    """FluxLit's demo; its API lies under /api."""
    with backend("run-fluxlit.sh", health="/api/healthz") as url:
        yield f"{url}/api"


@pytest.fixture(scope="package")
def on_aegis(aegis: str) -> Iterator[str]:
    """The frontend of Aegis."""
    with frontend(aegis) as url:
        yield url


@pytest.fixture(scope="package")
def on_fluxlit(fluxlit: str) -> Iterator[str]:
    """The frontend of FluxLit."""
    with frontend(fluxlit) as url:
        yield url


def browser_at(url: str) -> Browser:
    """A browser, as its proxy passes it on."""
    return Browser(base_url=url, headers={"User-Agent": FIREFOX, "X-Forwarded-For": ADDRESS})


@pytest.fixture(scope="package")
async def early(on_aegis: str) -> AsyncIterator[tuple[Browser, float]]:
    """A browser that signs in before everybody else and waits for its access to run out; with the time it did."""
    async with browser_at(on_aegis) as browser:
        await browser.sign_in(*NEIGHBOUR)
        yield browser, time.monotonic()
