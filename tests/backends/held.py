"""What a backend holds, asked of itself and not of our pages."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

SignIn = Callable[[httpx.Client], Mapping[str, str]]
"""Signs in with a client; returns the headers to send from then on."""


class Held:
    """A backend's own API, as one of its users; signs in anew where the pages have ended the session."""

    def __init__(self, url: str, sign_in: SignIn) -> None:
        self._url = url
        self._sign_in = sign_in
        self._headers: Mapping[str, str] = {}

    def __call__(self, path: str) -> Any:
        """The JSON at a path."""
        return self._ask(path).raise_for_status().json()

    def has(self, path: str) -> bool:
        """Whether something is there. Directus says 403 of what isn't."""
        return self._ask(path).status_code not in (403, 404)

    def _ask(self, path: str) -> httpx.Response:
        with httpx.Client(base_url=self._url, trust_env=False, timeout=30, headers=self._headers) as api:
            answer = api.get(path)
            if answer.status_code not in (401, 403):
                return answer
            self._headers = self._sign_in(api)
            api.cookies.clear()
            return api.get(path, headers=self._headers)


def bearer(path: str, key: str = "json", **account: str) -> SignIn:
    """Signing in by `path` with an account sent as `json` or as form `data`: the answer has a token."""

    def sign_in(api: httpx.Client) -> dict[str, str]:
        given: Any = {key: account}
        answer = api.post(path, **given).raise_for_status().json()
        return {"Authorization": f"Bearer {answer['access_token']}"}

    return sign_in


def always(**headers: str) -> SignIn:
    """No signing in: headers that are sent with every request."""
    return lambda api: headers
