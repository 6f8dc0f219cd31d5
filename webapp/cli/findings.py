"""What is unsafe or wrong in a configuration, as far as the settings alone tell."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from webapp.record import record
from webapp.serving.files import room_for
from webapp.settings import DAY, MIB, Settings


class Severity(StrEnum):
    """How bad it is: an error isn't safe to serve with, a warning may be meant, a note is only to be known."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@record(frozen=True, slots=True)
class Finding:
    """One thing to know: `about` is the variable to set, or what it is about."""

    severity: Severity
    about: str
    sentence: str

    @property
    def line(self) -> str:
        return f"{self.severity:<8} {self.about}: {self.sentence}"


ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
FEWEST_SIGNS = 10
"""Different characters in a key that was made by chance: a random one of 32 has about 20."""
_LATE = 60.0
_LARGE = 256 * MIB


def findings_of(settings: Settings) -> Iterator[Finding]:
    """Everything that can be said without asking anybody."""
    yield from _of_browsers(settings)
    yield from _of_sessions(settings)
    yield from _of_their_store(settings)
    yield from _of_the_api(settings)
    yield from _of_limits(settings)
    yield from _of_operation(settings)


def _of_browsers(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if url is None:
        yield Finding(
            WARNING,
            "WEBAPP_PUBLIC_URL",
            "is not set: each request's Host decides about Secure cookies and other sites.",
        )
    elif not settings.https and not is_local(url):
        yield Finding(ERROR, "WEBAPP_PUBLIC_URL", "is plain http: passwords and the cookie travel in clear.")
    trusted = [each.strip() for each in settings.trusted_proxies.split(",")]
    if "*" in trusted:
        yield Finding(
            ERROR, "WEBAPP_TRUSTED_PROXIES", "is *: anybody may claim any address and https; name the proxy's address."
        )
    elif settings.https and set(trusted) <= {"127.0.0.1", "::1"}:
        yield Finding(
            NOTE,
            "WEBAPP_TRUSTED_PROXIES",
            "trusts this machine alone: name the proxy's address if it runs elsewhere, or all browsers look like one.",
        )
    if "*" in settings.image_hosts:
        yield Finding(WARNING, "WEBAPP_IMAGE_HOSTS", "is *: any host that data names learns who looks at a page.")


def _of_sessions(settings: Settings) -> Iterator[Finding]:
    if not settings.secret_key:
        yield Finding(WARNING, "WEBAPP_SECRET_KEY", "is not set: a restart signs everybody out.")
    if any(len(set(key)) < FEWEST_SIGNS for key in settings.secret_key):
        yield Finding(ERROR, "WEBAPP_SECRET_KEY", "has a key that can be guessed: it is made of few different signs.")
    if settings.cookie_name == "webapp_session":
        yield Finding(NOTE, "WEBAPP_COOKIE_NAME", "is the default: another app on this host needs a name of its own.")
    if settings.session_idle > settings.session_lifetime:
        yield Finding(WARNING, "WEBAPP_SESSION_IDLE", "is longer than WEBAPP_SESSION_LIFETIME, so it never applies.")
    if settings.session_idle > 7 * DAY:
        yield Finding(WARNING, "WEBAPP_SESSION_IDLE", "keeps an unused session for more than a week.")
    if settings.session_lifetime > 90 * DAY:
        yield Finding(WARNING, "WEBAPP_SESSION_LIFETIME", "keeps a session for more than 90 days.")
    if not settings.sign_in_tries_per_address:
        yield Finding(WARNING, "WEBAPP_SIGN_IN_TRIES_PER_ADDRESS", "is 0: an address may guess passwords without end.")
    if settings.sign_in_tries > 100:
        yield Finding(WARNING, "WEBAPP_SIGN_IN_TRIES", "lets anybody guess more than 100 passwords of one account.")


def _of_their_store(settings: Settings) -> Iterator[Finding]:
    store = settings.session_store or ""
    if store.startswith(("redis://", "redis+")) and not is_local(store.partition(",")[0]):
        yield Finding(NOTE, "WEBAPP_SESSION_STORE", "is without TLS: its password travels in clear; rediss:// has it.")


def _of_the_api(settings: Settings) -> Iterator[Finding]:
    for variable, url in (("WEBAPP_API_URL", settings.api_url), ("WEBAPP_OIDC_ISSUER", settings.oidc_issuer)):
        if url is not None and url.startswith("http://") and not is_local(url):
            yield Finding(WARNING, variable, "is plain http to another machine: tokens and passwords travel in clear.")


def _of_limits(settings: Settings) -> Iterator[Finding]:
    if settings.api_timeout > _LATE:
        yield Finding(WARNING, "WEBAPP_API_TIMEOUT", f"lets a page wait for more than {_LATE:.0f} seconds.")
    if settings.api_timeout < 1:
        yield Finding(WARNING, "WEBAPP_API_TIMEOUT", "gives the API less than a second, and then up.")
    if settings.api_connect_timeout > settings.api_timeout:
        yield Finding(WARNING, "WEBAPP_API_CONNECT_TIMEOUT", "is longer than WEBAPP_API_TIMEOUT, so it never applies.")
    if settings.api_max_body > _LARGE:
        yield Finding(WARNING, "WEBAPP_API_MAX_BODY", "lets one answer take more than 256 MB of memory.")
    if settings.max_sessions > 1_000_000:
        yield Finding(WARNING, "WEBAPP_MAX_SESSIONS", "lets sessions take more than 2 GB of memory.")
    if (room := room_for(settings.max_connections)) < settings.max_connections:
        yield Finding(
            WARNING, "WEBAPP_MAX_CONNECTIONS", f"is more than the system allows: {room}, by its limit of open files."
        )
    if not settings.document_refresh:
        yield Finding(NOTE, "WEBAPP_DOCUMENT_REFRESH", "is 0: a change of the API's document takes a restart to show.")


def _of_operation(settings: Settings) -> Iterator[Finding]:
    if settings.debug:
        yield Finding(WARNING, "WEBAPP_DEBUG", "is on: answers name templates, and the log says more than it need.")
    if settings.metrics and settings.metrics_token is None:
        severity = WARNING if settings.public_url is not None and not is_local(settings.public_url) else NOTE
        yield Finding(
            severity,
            "WEBAPP_METRICS_TOKEN",
            "is not set: metrics are for direct connections from this machine, and for all browsers "
            "behind a proxy here that adds no X-Forwarded-For.",
        )
    for variable, token in (
        ("WEBAPP_METRICS_TOKEN", settings.metrics_token),
        ("WEBAPP_ADMIN_TOKEN", settings.admin_token),
    ):
        if token is not None and len(set(token)) < FEWEST_SIGNS:
            yield Finding(ERROR, variable, "can be guessed: it is made of few different signs.")
    if settings.admin_token is not None and settings.admin_token == settings.metrics_token:
        yield Finding(ERROR, "WEBAPP_ADMIN_TOKEN", "is WEBAPP_METRICS_TOKEN, too: whoever scrapes may end sessions.")
    if settings.metrics_token is not None and not settings.metrics:
        yield Finding(NOTE, "WEBAPP_METRICS", "is off, so WEBAPP_METRICS_TOKEN is of no use.")
    if not settings.shutdown_grace:
        yield Finding(WARNING, "WEBAPP_SHUTDOWN_GRACE", "is 0: a restart cuts off what is under way.")


def is_local(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
