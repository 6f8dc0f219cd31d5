from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from webapp.errors import SettingsError
from webapp.settings import Settings, is_https

KEY = "k" * 32


def test_each_setting_is_read_from_the_variable_of_its_name(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "WEBAPP_API_URL": "https://api.example.com/v1",
            "WEBAPP_HUE": "150",
            "WEBAPP_SECRET_KEY": f"{KEY}, {'o' * 40}",
            "WEBAPP_SESSION_IDLE": "60.5",
            "WEBAPP_DEBUG": "yes",
            "WEBAPP_TEMPLATES": str(tmp_path),
        }
    )

    assert settings.api_url == "https://api.example.com/v1"
    assert settings.hue == 150
    assert settings.secret_key == (KEY, "o" * 40)
    assert settings.session_idle == 60.5
    assert settings.debug is True
    assert settings.templates == tmp_path


def test_what_is_given_wins_over_the_environment_and_none_is_not_given() -> None:
    environ = {"WEBAPP_API_URL": "http://from.env", "WEBAPP_TITLE": "From the environment"}

    settings = Settings.from_env(environ, api_url="http://given", title=None)

    assert settings.api_url == "http://given"
    assert settings.title == "From the environment"


def test_an_empty_variable_counts_as_unset_and_foreign_ones_are_ignored() -> None:
    settings = Settings.from_env({"WEBAPP_API_URL": "  ", "WEBAPP_UNKNOWN": "x", "PATH": "/bin"})

    assert settings == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("WEBAPP_API_URL", "api.example.com", "not an http:// or https:// URL"),
        ("WEBAPP_API_URL", "ftp://api.example.com", "not an http:// or https:// URL"),
        ("WEBAPP_API_URL", "http://", "not an http:// or https:// URL"),
        ("WEBAPP_API_URL", "http://api.example.com:99999", "not a URL"),
        ("WEBAPP_API_URL", "http://[::1", "not a URL"),
        ("WEBAPP_API_URL", "http://api.example.com/?key=1", "leave out what follows the path"),
        ("WEBAPP_PUBLIC_URL", "https://app.example.com/ui", "the origin alone"),
        ("WEBAPP_PUBLIC_URL", "app.example.com", "not an http:// or https:// URL"),
        ("WEBAPP_HUE", "blue", "not a whole number"),
        ("WEBAPP_HUE", "360", "between 0 and 359"),
        ("WEBAPP_HUE", "-1", "between 0 and 359"),
        ("WEBAPP_SECRET_KEY", "short", "fewer than 32 characters"),
        ("WEBAPP_SECRET_KEY", f"{KEY},short", "fewer than 32 characters"),
        ("WEBAPP_COOKIE_NAME", "a b", "cookie's name"),
        ("WEBAPP_COOKIE_NAME", "a;b", "cookie's name"),
        ("WEBAPP_SESSION_IDLE", "soon", "not a number"),
        ("WEBAPP_SESSION_IDLE", "0", "more than 0"),
        ("WEBAPP_SESSION_LIFETIME", "nan", "more than 0"),
        ("WEBAPP_API_TIMEOUT", "inf", "more than 0"),
        ("WEBAPP_MAX_SESSIONS", "-5", "more than 0"),
        ("WEBAPP_DEBUG", "maybe", "one of true, false"),
        ("WEBAPP_TEMPLATES", "/nowhere/at/all", "not a folder"),
        ("WEBAPP_LOG_FORMAT", "xml", "console or json"),
        ("WEBAPP_OPENAPI", "ftp://example.com/openapi.json", "not an http:// or https:// URL"),
        ("WEBAPP_OPENAPI", "https://ada:sesame@example.com/openapi.json", "user name or password"),
        ("WEBAPP_TRUSTED_PROXIES", "proxy.internal", "no address or network"),
        ("WEBAPP_TRUSTED_PROXIES", "10.0.0.2, 10.0.0.256", "'10.0.0.256', which is no address"),
        ("WEBAPP_TRUSTED_PROXIES", "10.1.2.3/16", "'10.1.2.3/16'; the network is 10.1.0.0/16"),
        ("WEBAPP_CONFIG", "nowhere.toml", "not a file"),
        ("WEBAPP_DOCUMENT_REFRESH", "-1", "0 or more"),
        ("WEBAPP_DOCUMENT_REFRESH", "often", "not a number"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_its_variable(variable: str, value: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({variable: value})

    message = str(caught.value)
    assert message.startswith(f"{variable} ")
    assert complaint in message
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("value", ["*", "10.0.0.2, ::1", "10.1.0.0/16,fe80::/10", "10.0.0.2,"])
def test_proxies_are_addresses_and_networks(value: str) -> None:
    assert Settings.from_env({"WEBAPP_TRUSTED_PROXIES": value}).trusted_proxies == value


def test_credentials_in_the_api_url_are_refused_without_repeating_them() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(api_url="https://ada:sesame@api.example.com")

    assert "WEBAPP_API_URL" in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_bad_secret_key_is_not_repeated_either() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(secret_key=("hunter2",))

    assert "hunter2" not in str(caught.value)
    assert KEY not in repr(Settings(secret_key=(KEY,)))


@pytest.mark.parametrize(
    ("public_url", "https"), [(None, None), ("https://app.example.com", True), ("http://localhost:8000/", False)]
)
def test_https_is_known_from_the_public_url_alone(public_url: str | None, https: bool | None) -> None:
    assert Settings(public_url=public_url).https is https


def test_a_folder_may_be_given_as_text(tmp_path: Path) -> None:
    assert Settings(templates=str(tmp_path)).templates == str(tmp_path)


def test_a_documents_address_may_have_a_query() -> None:
    assert Settings(openapi="https://example.com/schema/?format=json", document_refresh=0).document_refresh == 0


@pytest.mark.parametrize(
    ("url", "scheme", "expected"),
    [
        (None, "https", True),
        (None, "http", False),
        ("https://app.example.com", "http", True),
        ("http://app.example.com", "https", False),
    ],
)
def test_whether_browsers_come_over_https_is_as_the_operator_says_or_else_as_they_do(
    url: str | None, scheme: str, expected: bool
) -> None:
    assert is_https(Settings(public_url=url).https, scheme) is expected


def test_nothing_changes_settings_once_they_are_made() -> None:
    settings = Settings()

    with pytest.raises(FrozenInstanceError):
        settings.api_url = "http://127.0.0.1:1"  # type: ignore[misc]
