"""The client works alone."""

import subprocess
import sys

import webapp.client

CHECK = """
import sys
import webapp.client
loaded = {name for name in sys.modules if name.partition(".")[0] == "webapp"}
others = {name for name in ("starlette", "jinja2", "pydantic", "aiohttp", "uvicorn") if name in sys.modules}
print(sorted(name for name in loaded if not name.startswith("webapp.client")), sorted(others))
"""


def test_importing_the_client_brings_nothing_else_of_ours() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['webapp', 'webapp.errors', 'webapp.record'] []"


def test_the_public_names_are_exact() -> None:
    assert webapp.client.__all__ == [
        "APIClient",
        "ASGIBackend",
        "ClientObserver",
        "Credentials",
        "RefreshEndpoint",
        "Reply",
        "RequestContext",
        "StreamReply",
        "request_context",
        "shared_transport",
    ]
