"""
`python -m tests.backends.install`: installs the backends of the tests ahead of them, one after the other.

Their scripts install what is missing at their first start, so each is started once and ended. What can't be had is
told and left to the tests, which say so as well.
"""

import sys
import time

from tests.backends.aegis import forget
from tests.backends.conftest import backend

HEALTH = {
    "run-aegis.sh": "/health/",
    "run-fluxlit.sh": "/api/healthz",
    "run-airflow.sh": "/openapi.json",
    "run-directus.sh": "/items/articles/7?access_token=test-static-token-42",
    "run-fastapi-users.sh": "/openapi.json",
    "run-prefect.sh": "/openapi.json",
    "run-oidc.sh": "/.well-known/openid-configuration",
    "run-oauth2-mock.sh": "/.well-known/openid-configuration",
}
"""In the order in which the tests want them."""


def main() -> int:
    """Install all; returns how many couldn't be."""
    failed = 0
    for script, health in HEALTH.items():
        begun = time.monotonic()
        try:
            with backend(script, health=health) as url:
                print(f"{script}: up after {time.monotonic() - begun:.0f} s", flush=True)
        except RuntimeError as error:
            print(f"{script}: {error}", file=sys.stderr, flush=True)
            failed += 1
            continue
        if script == "run-aegis.sh":
            forget(url)
    return failed


if __name__ == "__main__":
    sys.exit(main())
