"""What a backend holds, asked of itself and not of our pages."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

SignIn = Callable[[httpx.Client], Mapping[str, str]]
"""Signs in with a client; returns the headers to send from then on."""


class Held:
    """A backend's own API, as one of its users; signs in anew where the pages have ended the session."""

    def __init__(self, url: str, sign_in: SignIn) -> None:
        self._api = httpx.Client(base_url=url, trust_env=False, timeout=30)
        self._sign_in = sign_in

    def __call__(self, path: str) -> Any:
        """The JSON at a path."""
        return self._ask(path).raise_for_status().json()

    def has(self, path: str) -> bool:
        """Whether something is there. Directus says 403 of what isn't."""
        return self._ask(path).status_code not in (403, 404)

    def close(self) -> None:
        """Let go of the connection."""
        self._api.close()

    def _ask(self, path: str) -> httpx.Response:
        answer = self._api.get(path)
        if answer.status_code in (401, 403):
            self._api.cookies.clear()
            self._api.headers.update(self._sign_in(self._api))
            answer = self._api.get(path)
        return answer


def bearer(path: str, key: str = "json", **account: str) -> SignIn:
    """Signing in by `path` with an account sent as `json` or as form `data`, for a token in the answer."""

    def sign_in(api: httpx.Client) -> dict[str, str]:
        given: Any = {key: account}
        answer = api.post(path, **given).raise_for_status().json()
        return {"Authorization": f"Bearer {answer['access_token']}"}

    return sign_in


def always(**headers: str) -> SignIn:
    """No signing in: headers that are sent with every request."""
    return lambda api: headers
