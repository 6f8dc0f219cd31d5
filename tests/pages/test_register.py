"""A new account, where the API offers one."""

import httpx
import pytest

from tests.pages.house import demo_browser, scripted

FIELDS = {
    "type": "object",
    "required": ["email", "password"],
    "properties": {
        "email": {"type": "string", "format": "email"},
        "password": {"type": "string", "minLength": 8},
        "full_name": {"type": "string", "description": "As it should appear."},
        "id": {"type": "integer", "readOnly": True},
    },
}
REGISTER = {
    "/auth/register": {
        "post": {
            "operationId": "register",
            "requestBody": {"content": {"application/json": {"schema": FIELDS}}},
            "responses": {"200": {"description": "OK"}},
        }
    }
}


async def test_a_new_account_on_the_demo_is_signed_in_at_once() -> None:
    async with demo_browser() as browser:
        await browser.get("/login?next=/projects")
        await browser.get("/register?next=/projects")
        page = await browser.submit("main form", email="new@example.com", password="long-enough-1", full_name="New One")

        assert page.url == "/projects"
        assert "New One" in page.text


async def test_the_form_has_the_fields_of_the_document() -> None:
    async with scripted({}, paths=REGISTER) as browser:
        page = await browser.get("/register")

    assert page.page.one("input[name=email]").get("type") == "email"
    assert page.page.one("input[name=password]").get("autocomplete") == "new-password"
    assert page.page.find("input[name=id]") is None
    assert "As it should appear." in page.main
    assert "At least 8 characters." in page.main


async def test_a_rejected_field_says_so_and_keeps_what_was_typed_but_the_password() -> None:
    said = [
        {"loc": ["body", "email"], "msg": "not an address", "type": "value_error", "input": "sesame-open"},
        {"loc": ["body", "captcha"], "msg": "missing", "type": "missing"},
    ]
    async with scripted({"POST /auth/register": httpx.Response(422, json={"detail": said})}, paths=REGISTER) as browser:
        await browser.get("/register")
        page = await browser.submit("main form", email="ada@", password="sesame-open", full_name="Ada")

    assert page.status == 422
    assert "not an address" in page.main
    assert "captcha: missing" in page.main
    assert page.page.one("input[name=email]").get("value") == "ada@"
    assert page.page.one("input[name=email]").get("aria-invalid") == "true"
    assert page.page.one("input[name=full_name]").get("value") == "Ada"
    assert "sesame-open" not in page.text


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (httpx.Response(400, json={"detail": "Email already registered"}), 400, "already registered"),
        (httpx.Response(403, json={"detail": "Registration is closed"}), 403, "closed"),
        (httpx.Response(429, headers={"Retry-After": "60"}), 429, "Too many"),
        (httpx.ConnectError("refused"), 503, ""),
    ],
)
async def test_each_refusal_is_explained_on_the_form(answer: httpx.Response, status: int, words: str) -> None:
    async with scripted({"POST /auth/register": answer}, paths=REGISTER) as browser:
        await browser.get("/register")
        page = await browser.submit("main form", email="ada@example.com", password="sesame-open")

    assert page.status == status
    assert words in page.main
    assert page.page.one("input[name=email]").get("value") == "ada@example.com"


async def test_whoever_registers_with_anothers_name_where_an_api_takes_it_sees_and_ends_nothing_of_theirs() -> None:
    token = httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})
    answers = {"POST /auth/token": token, "POST /auth/register": token}
    async with scripted(answers, paths=REGISTER) as browser:
        await browser.sign_in("bob")
        other = browser.another()
        await other.get("/register")
        await other.submit("main form", email="bob", password="sesame-open", full_name="Eve")

        account = await other.get("/-/account")
        assert len(account.page.all("#sessions li")) == 1
        await other.post("/-/account/sessions/all")
        assert (await browser.get("/-/account")).path == "/-/account"


async def test_where_registering_does_not_sign_in_the_login_page_says_what_to_do() -> None:
    async with scripted({"POST /auth/register": httpx.Response(201, json={"id": 1})}, paths=REGISTER) as browser:
        await browser.get("/register?next=/things")
        page = await browser.submit("main form", email="ada@example.com", password="sesame-open")

    assert page.path == "/login"
    assert "account is ready" in page.main
    assert page.page.one("input[name=next]").get("value") == "/things"


async def test_an_api_that_takes_no_accounts_says_so() -> None:
    async with scripted({}) as browser:
        page = await browser.get("/register")

    assert page.status == 404
    assert "new accounts" in page.main
