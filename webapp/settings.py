"""The settings of one frontend, from arguments and `WEBAPP_*` variables: wrong ones stop the start."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webapp.errors import SettingsError

HOUR = 3600.0
DAY = 24 * HOUR
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """
    Everything an operator may decide. Durations are in seconds, sizes in bytes.

    `from_env` reads each field from the variable of its name, `WEBAPP_API_URL` for `api_url`.
    """

    api_url: str | None = None
    """The API's base URL; not needed for an API in the same process."""
    openapi: str | None = None
    """The OpenAPI document's URL or file, where it isn't found from the base URL."""
    config: Path | str | None = None
    """A file that says what the pages get wrong, as `webapp inspect` writes it."""
    document_refresh: float = 30.0
    """How often to look, while requests come, whether the document has changed; 0 for never."""
    title: str | None = None
    """What the site is called; the document's title otherwise."""
    hue: int | None = None
    """The accent's hue, 0 to 359."""
    public_url: str | None = None
    """Where browsers find this, `https://app.example.com`; decides about Secure cookies and foreign origins."""
    secret_key: tuple[str, ...] = field(default=(), repr=False)
    """Keys that sign the session cookie, newest first; the others still verify. Random for each start if empty."""
    session_store: str | None = field(default=None, repr=False)
    """Redis or Valkey that all processes share sessions by, `redis://...`; this process' memory, if None."""
    cookie_name: str = "webapp_session"
    session_idle: float = 8 * HOUR
    session_lifetime: float = 14 * DAY
    max_sessions: int = 100_000
    max_sessions_per_user: int = 50
    sign_in_tries: int = 10
    """Wrong passwords for one account; browsers that it was signed in with before have as many of their own."""
    sign_in_tries_per_address: int = 50
    """Wrong passwords and new accounts from one address; 0 for no limit, of either."""
    sign_in_window: float = 900.0
    """Within which all of these come back, one after the other."""
    admin_token: str | None = field(default=None, repr=False)
    """Whoever sends it lists and ends sessions at `/-/admin/sessions`; nobody does without it."""
    image_hosts: tuple[str, ...] = ()
    """Hosts that pictures in answers may be shown from, by https; `*` for any. They learn who looks at a page."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses and networks whose X-Forwarded-* headers are believed, separated by commas; `*` for all."""
    oidc_issuer: str | None = None
    """The OpenID provider to sign in at: its issuer, or its discovery document's URL; the document's, if None."""
    oidc_client_id: str | None = None
    """Who we are at the provider."""
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_scopes: str | None = None
    """What to ask for, separated by spaces."""
    oidc_audience: str | None = None
    """Whom the access token is for, where the provider has to be told."""
    oidc_token: str = "access"  # noqa: S105
    """Which of the provider's tokens the API gets: `access` or `id`."""
    oidc_name: str | None = None
    """What the button calls the provider; its host otherwise."""
    api_key: str | None = field(default=None, repr=False)
    """A key or token that every call carries, whoever asks; no page, log or command ever shows it."""
    api_timeout: float = 10.0
    api_connect_timeout: float = 5.0
    api_max_body: int = 32 * MIB
    api_connections: int = 100
    """Connections of a process to the API at once, of all sessions together."""
    api_renewals: int = 20
    """Sign-ins that a process renews at the API at once, of all sessions together."""
    max_connections: int = 4096
    """Connections of browsers to a process at once, beyond which new ones get a 503; for `webapp run`."""
    shutdown_delay: float = 1.0
    """How long a process that is told to stop says so and still serves; for `webapp run`."""
    shutdown_grace: int = 8
    """How long requests under way may then take to end; for `webapp run`."""
    max_upload: int | None = None
    """Bytes of a form with its files; as many as the API takes, if None."""
    templates: Path | str | None = None
    """A folder whose templates come before ours."""
    metrics: bool = False
    """Whether to count and time what happens, for Prometheus at `/-/metrics`."""
    metrics_token: str | None = field(default=None, repr=False)
    """What a scraper has to show; without it only a direct connection from this machine is answered."""
    tracing: bool = False
    """Whether to make spans with OpenTelemetry."""
    log_format: str = "console"
    """`console` or `json`."""
    debug: bool = False

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            if value is not None and (complaint := check(value)):
                raise SettingsError(f"{_variable(name)} {complaint}.")
        for name in ("oidc_issuer", "oidc_client_secret"):
            if getattr(self, name) is not None and self.oidc_client_id is None:
                raise SettingsError(f"{_variable(name)} is of no use without WEBAPP_OIDC_CLIENT_ID.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, **given: Any) -> "Settings":
        """
        Read the environment; what is `given` (and not None) wins.

        Raises SettingsError with one sentence that names the variable.
        """
        known = {_variable(each.name): each.name for each in fields(cls)}
        values: dict[str, Any] = {}
        for variable, text in environ.items():
            if variable in known and text.strip():
                name = known[variable]
                values[name] = _parse(variable, text.strip(), _READERS.get(name, str))
        values.update({name: value for name, value in given.items() if value is not None})
        return cls(**values)

    @property
    def https(self) -> bool | None:
        """Whether browsers come over https; None where nobody said."""
        return None if self.public_url is None else self.public_url.startswith("https://")


def is_https(https: bool | None, scheme: str) -> bool:
    """Whether a browser came over https: as the operator says, or else, where that's None, as its request has it."""
    return scheme == "https" if https is None else https


def _variable(name: str) -> str:
    return f"WEBAPP_{name.upper()}"


def _parse(variable: str, text: str, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(text)
    except ValueError:
        raise SettingsError(f"{variable} is {text!r}, which is not {_WANTED[reader]}.") from None


def _flag(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _several(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


_READERS: dict[str, Callable[[str], Any]] = {
    "hue": int,
    "secret_key": _several,
    "image_hosts": lambda text: _several(text.lower()),
    "session_idle": float,
    "session_lifetime": float,
    "max_sessions": int,
    "max_sessions_per_user": int,
    "sign_in_tries": int,
    "sign_in_tries_per_address": int,
    "sign_in_window": float,
    "api_timeout": float,
    "api_connect_timeout": float,
    "api_max_body": int,
    "api_connections": int,
    "api_renewals": int,
    "max_connections": int,
    "shutdown_delay": float,
    "shutdown_grace": int,
    "max_upload": int,
    "config": Path,
    "document_refresh": float,
    "templates": Path,
    "metrics": _flag,
    "tracing": _flag,
    "debug": _flag,
}

_WANTED: dict[Callable[[str], Any], str] = {
    int: "a whole number",
    float: "a number",
    _flag: "one of true, false, yes, no, on, off, 1, 0",
}


def _http_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"is {url!r}, which is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return f"is {url!r}, which is not an http:// or https:// URL"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password, which would end up in links and logs"
    if parts.query or parts.fragment:
        return f"is {url!r}; leave out what follows the path"
    return None


def _document(place: str) -> str | None:
    """A file is looked for when the app is made; a URL may have a query."""
    return _http_url(place.partition("?")[0]) if "://" in place else None


def _origin(url: str) -> str | None:
    return _http_url(url) or (
        f"is {url!r}; give the origin alone, without a path" if urlsplit(url).path.strip("/") else None
    )


def _strong(keys: tuple[str, ...]) -> str | None:
    if any(len(key) < 32 for key in keys):
        return (
            "has a key of fewer than 32 characters; "
            "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` makes one"
        )
    return None


def _secret(key: str) -> str | None:
    if len(key) < 8:
        return "has fewer than 8 characters, so it couldn't be kept out of the pages"
    return None if key.isascii() and key.isprintable() else "holds what no header can: it must be printable ASCII"


def _long_enough(token: str) -> str | None:
    return None if len(token) >= 16 else "has fewer than 16 characters"


def _store_url(url: str) -> str | None:
    if url.startswith(_STORES):
        return None
    return f"must begin with {', '.join(_STORES[:-1])} or {_STORES[-1]}"  # not told: there may be a password in it


def _positive(number: float) -> str | None:
    return None if 0 < number < float("inf") else f"is {number}, but must be more than 0"


def _not_negative(number: float) -> str | None:
    return None if 0 <= number < float("inf") else f"is {number}, but must be 0 or more"


def _token(name: str) -> str | None:
    fine = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return None if fine else f"is {name!r}; letters, digits, - and _ make a cookie's name"


def _hosts(hosts: tuple[str, ...]) -> str | None:
    """What goes into a policy may not end what it is part of."""
    wrong = [host for host in hosts if host != "*" and not _HOST.fullmatch(host)]
    return f"names {wrong[0]!r}, which is no host, as in avatars.example.com or *.example.com" if wrong else None


def _proxies(text: str) -> str | None:
    """The server takes a wrong one for the name of a peer that never comes, and believes no proxy at all."""
    for each in _several(text):
        try:
            network = ip_network("0.0.0.0/0" if each == "*" else each, strict=False)
        except ValueError:
            return f"names {each!r}, which is no address or network, as in 10.0.0.2 or 10.1.0.0/16"
        if "/" in each and network.network_address != ip_address(each.partition("/")[0]):
            return f"names {each!r}; the network is {network}"
    return None


_STORES = (
    "redis://",
    "rediss://",
    "unix://",
    *(f"redis{tls}+{kind}://" for kind in ("sentinel", "cluster") for tls in ("", "s")),
)
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")


def _file(path: Path | str) -> str | None:
    return None if Path(path).is_file() else f"is {str(path)!r}, which is not a file"


def _folder(path: Path | str) -> str | None:
    return None if Path(path).is_dir() else f"is {str(path)!r}, which is not a folder"


_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "api_url": _http_url,
    "openapi": _document,
    "public_url": _origin,
    "hue": lambda hue: None if 0 <= hue < 360 else f"is {hue}, but must lie between 0 and 359",
    "secret_key": _strong,
    "session_store": _store_url,
    "cookie_name": _token,
    "session_idle": _positive,
    "session_lifetime": _positive,
    "max_sessions": _positive,
    "max_sessions_per_user": _positive,
    "sign_in_tries": _not_negative,
    "sign_in_tries_per_address": _not_negative,
    "sign_in_window": _positive,
    "admin_token": lambda token: None if len(token) >= 32 else "has fewer than 32 characters",
    "oidc_issuer": lambda url: _http_url(url.partition("?")[0]),
    "oidc_token": lambda which: None if which in ("access", "id") else f"is {which!r}, but must be access or id",
    "api_key": _secret,
    "api_timeout": _positive,
    "api_connect_timeout": _positive,
    "api_max_body": _positive,
    "api_connections": _positive,
    "api_renewals": _positive,
    "max_connections": _positive,
    "shutdown_delay": _not_negative,
    "shutdown_grace": _not_negative,
    "max_upload": _positive,
    "image_hosts": _hosts,
    "trusted_proxies": _proxies,
    "config": _file,
    "document_refresh": _not_negative,
    "templates": _folder,
    "metrics_token": _long_enough,
    "log_format": lambda form: None if form in ("console", "json") else f"is {form!r}, but must be console or json",
}
