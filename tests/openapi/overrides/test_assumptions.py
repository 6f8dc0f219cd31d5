"""What the file says was assumed about signing in, and how sure that is."""

from typing import Any

import pytest

from tests.pages.vault import Vault
from webapp.openapi.document import Document
from webapp.openapi.overrides.applying import apply_overrides
from webapp.openapi.overrides.assumptions import assumptions_of
from webapp.openapi.overrides.dumping import dump_overrides
from webapp.openapi.overrides.reading import parse_overrides, read_overrides
from webapp.openapi.resources import build_site
from webapp.openapi.site import Site

TEXT = {"type": "string"}


def posted(*names: str) -> dict[str, Any]:
    """A POST of JSON with these texts."""
    schema = {"type": "object", "properties": dict.fromkeys(names, TEXT)}
    body = {"content": {"application/json": {"schema": schema}}}
    return {"post": {"requestBody": body, "responses": {"200": {"description": "OK"}}}}


def site(root: dict[str, Any]) -> Site:
    """The site of a document."""
    return build_site(Document({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, **root}, url=None))


def test_every_way_and_what_operations_ask_for_is_told() -> None:
    told = list(assumptions_of(build_site(Document(Vault().app.openapi(), url=None))))

    assert told[0] == (
        "One signs in with username and password, posted as a form to /auth/token. Sure: the document declares it."
    )
    assert "One signs in with a key in the header X-Admin-Key. Sure: the document declares it." in told
    assert "3 operations ask for user (Authorization: Bearer ...)." in told
    assert "1 operation asks for report (a key in the query report_key)." in told
    assert "1 operation asks for user (Authorization: Bearer ...), if one has it." in told
    assert 'A token goes as "Authorization: Bearer ..." (the usual; scheme puts it right).' in told
    assert "Who one is tells GET /auth/me (a guess by its path and fields)." in told
    assert told[-1].endswith("a redirect to a login page where GET /auth/me confirms it.")


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        (
            {"paths": {"/login": posted("email", "password")}},
            "One signs in with email and password, posted as JSON to /login. A guess by its path and fields.",
        ),
        (
            {"paths": {"/auth/refresh": posted("refresh_token")}},
            "by POST /auth/refresh with the token in refresh",
        ),
        ({"paths": {}}, "Nothing renews a sign-in: once it is refused, one signs in again (refresh puts it right)."),
        ({"paths": {}}, "only where that says so in words that strangers get too."),
        ({"paths": {}}, "Nobody tells who one is; what was typed is tried on the page that one goes to, or on a list."),
        (
            {
                "paths": {},
                "components": {
                    "securitySchemes": {
                        "t": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <token>"}
                    }
                },
            },
            'A token goes as "Authorization: Token ..." (read from the description; scheme puts it right).',
        ),
    ],
)
def test_what_is_not_declared_is_called_a_guess(root: dict[str, Any], sentence: str) -> None:
    assert any(sentence in told for told in assumptions_of(site(root)))


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        (["/a"], "1 operation asks for what isn't said: all that one holds is sent (GET /a)."),
        (
            ["/a", "/b", "/c", "/d"],
            "4 operations ask for what isn't said: all that one holds is sent (GET /a, GET /b, GET /c and more).",
        ),
        ([], ""),
    ],
)
def test_operations_that_say_nothing_are_named_and_the_sign_in_is_none_of_them(paths: list[str], sentence: str) -> None:
    answered = {"responses": {"200": {"description": "OK"}}}
    gate = {"type": "apiKey", "in": "header", "name": "X-Gate"}
    schemes = {"user": {"type": "http", "scheme": "bearer"}, "gate": gate}
    gated = {"/gated": {"get": {**answered, "security": [{"gate": []}, {"user": []}]}}}
    signing = {"/login": posted("email", "password"), "/auth/refresh": posted("refresh_token")}
    read = {path: {"get": answered} for path in paths}
    made = site({"paths": {**signing, **gated, **read}, "components": {"securitySchemes": schemes}})

    assert [each for each in assumptions_of(made) if "isn't said" in each] == [sentence] * bool(sentence)


def test_what_is_said_of_writes_is_in_the_file_and_changes_nothing_when_it_is_read() -> None:
    said = read_overrides(
        {
            "api": {
                "write_headers": {"X-Requested-With": "XMLHttpRequest"},
                "csrf": {"cookie": "csrftoken", "header": "X-CSRFToken", "path": "/csrf"},
                "media_type": "application/vnd.api+json",
            }
        }
    )
    made = build_site(Document(Vault().app.openapi(), url=None))
    again = parse_overrides(dump_overrides(made, api=said.api), "file")

    assert again.api == said.api
    assert apply_overrides(made, again) == made
    assert parse_overrides(dump_overrides(made), "file").api == read_overrides({}).api
