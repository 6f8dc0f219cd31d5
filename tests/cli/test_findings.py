"""What settings alone tell: each unsafe or wrong one, with what is said of it and how bad it is."""

from typing import Any

import pytest

from webapp.cli.findings import Finding, findings_of, is_local
from webapp.settings import DAY, MIB, Settings

KEY = "Xk3vQ9_p2LrT7wZ1mB8sYd4fHj6NcGa0"
SOUND: dict[str, Any] = {
    "api_url": "https://api.example.com",
    "public_url": "https://app.example.com",
    "secret_key": (KEY,),
    "cookie_name": "orders",
    "trusted_proxies": "10.0.0.7",
}

TABLE: list[tuple[dict[str, Any], str, str, str]] = [
    ({"public_url": None}, "warning", "WEBAPP_PUBLIC_URL", "is not set"),
    ({"public_url": "http://app.example.com"}, "error", "WEBAPP_PUBLIC_URL", "plain http"),
    ({"trusted_proxies": "*"}, "error", "WEBAPP_TRUSTED_PROXIES", "anybody may claim any address"),
    ({"trusted_proxies": "10.0.0.1, *"}, "error", "WEBAPP_TRUSTED_PROXIES", "anybody may claim any address"),
    ({"trusted_proxies": "127.0.0.1"}, "note", "WEBAPP_TRUSTED_PROXIES", "if it runs elsewhere"),
    ({"image_hosts": ("*",)}, "warning", "WEBAPP_IMAGE_HOSTS", "learns who looks"),
    ({"secret_key": ()}, "warning", "WEBAPP_SECRET_KEY", "a restart signs everybody out"),
    ({"secret_key": (KEY, "ab" * 16)}, "error", "WEBAPP_SECRET_KEY", "can be guessed"),
    ({"cookie_name": "webapp_session"}, "note", "WEBAPP_COOKIE_NAME", "another app on this host"),
    ({"session_store": "redis://store.internal"}, "note", "WEBAPP_SESSION_STORE", "rediss://"),
    ({"session_store": "redis+cluster://one,two"}, "note", "WEBAPP_SESSION_STORE", "rediss://"),
    ({"session_idle": 15 * DAY, "session_lifetime": 20 * DAY}, "warning", "WEBAPP_SESSION_IDLE", "more than a week"),
    ({"session_idle": 2 * DAY, "session_lifetime": DAY}, "warning", "WEBAPP_SESSION_IDLE", "never applies"),
    ({"session_lifetime": 91 * DAY}, "warning", "WEBAPP_SESSION_LIFETIME", "more than 90 days"),
    ({"sign_in_tries_per_address": 0}, "warning", "WEBAPP_SIGN_IN_TRIES_PER_ADDRESS", "without end"),
    ({"sign_in_tries": 5000}, "warning", "WEBAPP_SIGN_IN_TRIES", "more than 100"),
    ({"api_url": "http://api.internal:8000"}, "warning", "WEBAPP_API_URL", "plain http to another machine"),
    (
        {"oidc_issuer": "http://id.internal", "oidc_client_id": "x"},
        "warning",
        "WEBAPP_OIDC_ISSUER",
        "plain http to another machine",
    ),
    ({"api_timeout": 3600.0}, "warning", "WEBAPP_API_TIMEOUT", "wait for more than 60 seconds"),
    ({"api_timeout": 0.1, "api_connect_timeout": 0.1}, "warning", "WEBAPP_API_TIMEOUT", "less than a second"),
    ({"api_connect_timeout": 20.0}, "warning", "WEBAPP_API_CONNECT_TIMEOUT", "never applies"),
    ({"api_max_body": 1024 * MIB}, "warning", "WEBAPP_API_MAX_BODY", "256 MB"),
    ({"max_sessions": 10_000_000}, "warning", "WEBAPP_MAX_SESSIONS", "2 GB"),
    ({"max_connections": 10**9}, "warning", "WEBAPP_MAX_CONNECTIONS", "open files"),
    ({"document_refresh": 0.0}, "note", "WEBAPP_DOCUMENT_REFRESH", "takes a restart"),
    ({"debug": True}, "warning", "WEBAPP_DEBUG", "is on"),
    ({"metrics": True}, "warning", "WEBAPP_METRICS_TOKEN", "is not set"),
    ({"metrics": True, "metrics_token": "a" * 20}, "error", "WEBAPP_METRICS_TOKEN", "can be guessed"),
    ({"admin_token": "ab" * 20}, "error", "WEBAPP_ADMIN_TOKEN", "can be guessed"),
    (
        {"metrics": True, "metrics_token": KEY, "admin_token": KEY},
        "error",
        "WEBAPP_ADMIN_TOKEN",
        "whoever scrapes may end sessions",
    ),
    ({"metrics_token": KEY}, "note", "WEBAPP_METRICS", "is off"),
    ({"shutdown_grace": 0}, "warning", "WEBAPP_SHUTDOWN_GRACE", "cuts off"),
]


def found(**changed: Any) -> list[Finding]:
    return list(findings_of(Settings(**(SOUND | changed))))


def test_of_a_sound_configuration_there_is_nothing_to_say() -> None:
    assert found() == []
    assert found(metrics=True, metrics_token=KEY, api_url="http://127.0.0.1:8000") == []
    assert found(session_store="rediss://store.internal", oidc_client_id="x") == []


@pytest.mark.parametrize(("changed", "severity", "about", "said"), TABLE, ids=[f"{row[2]}-{row[3]}" for row in TABLE])
def test_what_is_unsafe_is_said_of_the_variable_to_set(
    changed: dict[str, Any], severity: str, about: str, said: str
) -> None:
    [finding] = found(**changed)

    assert (finding.severity, finding.about) == (severity, about)
    assert said in finding.sentence
    assert "\n" not in finding.line
    assert finding.line.startswith(severity)


def test_no_finding_shows_a_secret() -> None:
    secrets = {"secret_key": ("ab" * 16,), "metrics_token": "zz" * 10, "api_key": "qqqqqqqqqqqq", "metrics": True}

    assert not any(secret in each.line for each in found(**secrets) for secret in ("abab", "zzzz", "qqqq"))


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://[::1]/", True),
        ("http://localhost", True),
        ("http://app.localhost", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example.com", False),
        ("http://api", False),
    ],
)
def test_this_machine_is_told_from_others(url: str, local: bool) -> None:
    assert is_local(url) is local
