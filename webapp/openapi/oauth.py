"""Finds in a document how one signs in somewhere else, by what its schemes declare and by the shape of its paths."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from webapp.openapi.codeflow import CodeFlow, OAuthButton
from webapp.openapi.document import mapping
from webapp.openapi.labels import humanise, normal, wordlist
from webapp.openapi.site import Operation

STARTS = ("start", "login", "authorize", "signin", "redirect", "begin")
CALLBACKS = ("callback", "complete", "return")
AROUND = frozenset({"oauth", "oauth2", "social", "sso", "openid", "oidc", "auth"})
NAMES = {"github": "GitHub", "gitlab": "GitLab", "linkedin": "LinkedIn", "openid": "OpenID", "bitbucket": "Bitbucket"}
NO_PROVIDERS = frozenset(
    wordlist("auth oauth oauth2 login token jwt sso social user users account accounts openid oidc")
)
"""Words before `/authorize` that don't name a provider."""
MOST_BUTTONS = 8

Schemes = Mapping[str, Mapping[str, Any]]


def code_flow(schemes: Schemes) -> CodeFlow | None:
    """The first scheme whose tokens come by a code from somewhere else, OpenID Connect before plain OAuth 2."""
    alone = not any(_takes_pasted(scheme) for scheme in schemes.values())
    for scheme in schemes.values():
        url = scheme.get("openIdConnectUrl")
        if scheme.get("type") == "openIdConnect" and isinstance(url, str) and url:
            return CodeFlow(discovery=url, alone=alone)
    for scheme in schemes.values():
        flow = mapping(mapping(scheme.get("flows")).get("authorizationCode")) if scheme.get("type") == "oauth2" else {}
        authorization, token = flow.get("authorizationUrl"), flow.get("tokenUrl")
        if isinstance(authorization, str) and isinstance(token, str) and authorization and token:
            scopes = tuple(str(scope) for scope in mapping(flow.get("scopes")))
            return CodeFlow(authorization=authorization, token=token, scopes=scopes, alone=alone)
    return None


def _takes_pasted(scheme: Mapping[str, Any]) -> bool:
    """Whether a scheme wants a token of its own in the header that a provider's would go into."""
    if scheme.get("type") == "http":
        return str(scheme.get("scheme")).lower() == "bearer"
    return (scheme.get("in"), str(scheme.get("name")).lower()) == ("header", "authorization")


def oauth_buttons(operations: Sequence[Operation]) -> tuple[OAuthButton, ...]:
    """The providers that the API itself signs in at: `GET /auth/oauth/github/start`, with a callback beside it."""
    gets = {each.path.rstrip("/"): each for each in operations if each.method == "GET"}
    found: dict[str, OAuthButton] = {}
    for path, operation in gets.items():
        for button in _buttons(path, operation, gets):
            found.setdefault(button.name, button)
    return tuple(found.values())[:MOST_BUTTONS]


def _buttons(path: str, operation: Operation, gets: Mapping[str, Operation]) -> Iterator[OAuthButton]:
    above, _, last = path.rpartition("/")
    before, _, provider = above.rpartition("/")
    callback = next((f"{above}/{word}" for word in CALLBACKS if f"{above}/{word}" in gets), None)
    if normal(last) not in STARTS or callback is None or not _is_around(before):
        return
    if any(parameter.required for parameter in operation.query):
        return
    if not provider.startswith("{"):
        if "{" not in path and normal(provider) not in NO_PROVIDERS:
            yield _button(provider, path, callback)
        return
    if path.count("{") == 1:
        for value in _values(operation, provider.strip("{}")):
            yield _button(value, path.replace(provider, value), callback.replace(provider, value))


def _is_around(path: str) -> bool:
    return any(normal(part) in AROUND for part in path.split("/"))


def _values(operation: Operation, name: str) -> Sequence[str]:
    """What may stand in a path for the provider, where the document lists it."""
    for parameter in operation.parameters:
        if parameter.location == "path" and parameter.name == name:
            return [
                value for value in parameter.schema.enum if isinstance(value, str) and value.replace("-", "").isalnum()
            ]
    return ()


def _button(provider: str, start: str, callback: str) -> OAuthButton:
    name = normal(provider)
    return OAuthButton(name, NAMES.get(name, humanise(provider)), start, callback)
