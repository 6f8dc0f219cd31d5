"""The same question in a terminal: what a shell reads is what the page asks, and no secret is in it."""

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pages.house import demo_browser
from tests.pages.library import books, library, library_api
from tests.pages.vault import Vault
from webapp.client import APIClient, Credentials
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.schemes import guide_of
from webapp.openapi.site import Operation
from webapp.pages.curl import as_curl

GET = Operation("GET", "/books", "list_books", "List books")
POST = Operation("POST", "/books", "add_book", "Add a book")
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


def client(credentials: Credentials | None = None, base: str = "https://api.example.com/v1") -> APIClient:
    """A client of an API that everybody can reach."""
    return APIClient(base, credentials=credentials, api_key_name="X-Key")


def words(command: str) -> list[str]:
    """The command as a shell cuts it up."""
    return shlex.split(command.replace(" \\\n  ", " "))


def test_a_get_is_its_address() -> None:
    command = as_curl(client(), GET, "/books", [("q", "a b'c"), ("page", "2")])

    assert words(command) == ["curl", "https://api.example.com/v1/books?q=a%20b%27c&page=2"]


@given(TEXTS, TEXTS)
def test_nothing_breaks_out_of_its_word(name: str, value: str) -> None:
    command = as_curl(client(), POST, "/books", [("q", value)], json={name: value}, headers={"X-Note": value})

    assert len(words(command)) == 10


@pytest.mark.parametrize(
    ("credentials", "told"),
    [
        (Credentials("t0ken"), ["-H", "Authorization: Bearer $TOKEN"]),
        (Credentials("t0ken", scheme="Token"), ["-H", "Authorization: Token $TOKEN"]),
        (Credentials("t0ken", scheme=""), ["-H", "Authorization: $TOKEN"]),
        (Credentials(basic=("ada", "t0ken")), ["-u", "$USERNAME:$PASSWORD"]),
        (Credentials(api_key="t0ken"), ["-H", "x-key: $API_KEY"]),
        (Credentials(cookies={"sid": "t0ken"}), ["-b", "$COOKIES"]),
        (Credentials(), []),
    ],
)
def test_who_asks_is_told_by_the_names_of_variables(credentials: Credentials, told: list[str]) -> None:
    command = as_curl(client(credentials), GET, "/books")

    assert words(command)[2:] == told
    assert "t0ken" not in command


@pytest.mark.parametrize(
    ("held", "path", "told"),
    [
        (Credentials("t0ken"), "/notes", ["-H", "Authorization: Bearer $TOKEN"]),
        (Credentials("t0ken"), "/audits", ["-H", "X-Admin-Key: $X_ADMIN_KEY"]),
        (Credentials("t0ken"), "/vaults", ["-u", "$USERNAME:$PASSWORD"]),
        (Credentials("t0ken"), "/reports?report_key=$REPORT_KEY", []),
        (Credentials(cookies={"sid": "t0ken"}), "/notes", ["-b", "$COOKIES"]),
        (Credentials(), "/notes", ["-H", "Authorization: Bearer $TOKEN"]),
        (Credentials(), "/audits", ["-H", "X-Admin-Key: $X_ADMIN_KEY"]),
        (Credentials(), "/greetings", []),
    ],
)
def test_what_isnt_held_yet_is_named_as_the_operation_asks_for_it(
    held: Credentials, path: str, told: list[str]
) -> None:
    site = build_site(Document(Vault().app.openapi(), url=None))
    asked = next(each for each in site.operations if (each.method, each.path) == ("GET", path.partition("?")[0]))
    api = client(held)
    api.guide = guide_of(site)

    command = words(as_curl(api, asked, asked.path))

    assert command[1:] == [f"https://api.example.com/v1{path}", *told]


@pytest.mark.parametrize(
    ("scheme", "told"),
    [
        ({"type": "apiKey", "in": "header", "name": "X-Gate"}, ["-H", "X-Gate: $X_GATE"]),
        ({"type": "apiKey", "in": "cookie", "name": "gate"}, ["-b", "gate=$GATE"]),
        ({"type": "http", "scheme": "basic"}, ["-u", "$USERNAME:$PASSWORD"]),
        ({"type": "http", "scheme": "bearer"}, ["-H", "Authorization: Bearer $TOKEN"]),
        (
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <token>"},
            ["-H", "Authorization: Token $TOKEN"],
        ),
        ({"type": "apiKey", "in": "header", "name": "Authorization"}, ["-H", "Authorization: $TOKEN"]),
        ({"type": "mutualTLS"}, ["-H", "Authorization: Bearer $TOKEN"]),
    ],
)
def test_a_stranger_reads_what_the_only_scheme_asks_for(scheme: dict[str, Any], told: list[str]) -> None:
    books = {"get": {"security": [{"gate": []}], "responses": {"200": {"description": "OK"}}}}
    root = {"openapi": "3.1.0", "paths": {"/books": books}, "components": {"securitySchemes": {"gate": scheme}}}
    site = build_site(Document(root, url=None))
    api = client()
    api.guide = guide_of(site)

    assert words(as_curl(api, site.operations[0], "/books"))[2:] == told


def test_of_a_set_that_is_held_in_part_all_is_named() -> None:
    schemes = {"user": {"type": "http", "scheme": "bearer"}, "gate": {"type": "apiKey", "in": "header", "name": "Gate"}}
    books = {"get": {"security": [{"user": [], "gate": []}], "responses": {"200": {"description": "OK"}}}}
    root = {"openapi": "3.1.0", "paths": {"/books": books}, "components": {"securitySchemes": schemes}}
    site = build_site(Document(root, url=None))
    api = client(Credentials("t0ken"))
    api.guide = guide_of(site)

    command = words(as_curl(api, site.operations[0], "/books"))

    assert command[2:] == ["-H", "Authorization: Bearer $TOKEN", "-H", "Gate: $GATE"]


def test_secrets_in_what_is_sent_are_named_too() -> None:
    command = as_curl(
        client(),
        POST,
        "/books",
        [("access_token", "s3cret"), ("q", "tea")],
        json={"title": "Tea", "password": "s3cret"},
        headers={"Authorization": "s3cret", "X-Trace": "1"},
    )

    assert "s3cret" not in command
    assert words(command)[3] == "https://api.example.com/v1/books?access_token=$ACCESS_TOKEN&q=tea"
    assert words(command)[4:] == [
        "-H",
        "X-Trace: 1",
        "-H",
        "Content-Type: application/json",
        "--data-raw",
        '{"title": "Tea", "password": "\u2022\u2022\u2022\u2022\u2022\u2022"}',
    ]


def test_forms_and_files_are_written_as_curl_takes_them() -> None:
    form = as_curl(client(), POST, "/books", data=[("title", "A & B"), ("password", "s3cret")])
    files = as_curl(client(), POST, "/books", data=[("title", "@x")], files=[("cover", 'a";type=x.png')])

    assert words(form)[4:] == ["--data-urlencode", "title=A & B", "--data-urlencode", "password=$PASSWORD"]
    assert words(files)[4:] == ["--form-string", "title=@x", "-F", 'cover=@"a__type_x.png"']


@pytest.mark.parametrize(
    "base",
    [
        "http://backend:8000",
        "http://api",
        "http://10.0.0.7:8000",
        "http://[fd00::7]",
        "http://api.default.svc.cluster.local",
        "https://api.corp.internal",
    ],
)
def test_an_address_that_only_this_server_knows_is_not_told(base: str) -> None:
    command = as_curl(client(base=base), GET, "/books")

    assert command == 'curl "$API_URL"/books'


@pytest.mark.parametrize("base", ["http://localhost:8000", "http://127.0.0.1:8000", "https://[::1]:8000"])
def test_an_address_of_this_machine_is_told(base: str) -> None:
    assert words(as_curl(client(base=base), GET, "/books"))[1] == f"{base}/books"


def test_a_body_that_is_too_long_is_left_out() -> None:
    assert "--data-raw" not in as_curl(client(), POST, "/books", json={"blurb": "x" * 30_000})


async def test_every_page_of_a_get_has_its_command() -> None:
    answers: dict[str, Any] = {"GET /books": books(1), "GET /books/1": {"id": 1}, "GET /stats": {"total": 1}}
    async with library(library_api(answers)) as browser:
        found = [
            (await browser.get(path)).page.one("#curl").text for path in ("/-/raw/books", "/books/1", "/stats?days=7")
        ]

    assert found == ["curl \"$API_URL\"'/books?size=25'", 'curl "$API_URL"/books/1', "curl \"$API_URL\"'/stats?days=7'"]


async def test_no_page_tells_the_token() -> None:
    async with demo_browser() as browser:
        await browser.sign_in("demo@example.com", "demo-pass-123")
        page = await browser.get("/-/raw/issues?size=10")

    assert "$TOKEN" in page.page.one("#curl").text or "$COOKIES" in page.page.one("#curl").text
