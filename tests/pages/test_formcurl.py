"""What a form would send, as a command: as far as it is filled in, and without secrets."""

import shlex
from typing import Any

from tests.forms.operations import TEXT, body, operation, parameter
from tests.pages.workshop import ID, does, workshop
from webapp.client import APIClient
from webapp.forms.form import OperationForm
from webapp.forms.submission import Submission
from webapp.forms.upload import Upload
from webapp.pages.formcurl import curl_of_form
from webapp.testing import Answer

BASE = "https://api.example.com"
FILE = {"type": "string", "format": "binary"}
SECRET = {"type": "string", "format": "password"}


def command(asked: Any, *pairs: tuple[str, str | Upload], media_type: str | None = None) -> list[str]:
    """The words of the command for what was typed, as a shell reads them."""
    told = curl_of_form(APIClient(BASE), OperationForm(asked, media_type), Submission.of(pairs))
    return shlex.split(told.replace(" \\\n  ", " "))


def shown(answer: Answer) -> str:
    return answer.page.one("#curl").text


def test_what_is_typed_is_in_it_and_secrets_are_not() -> None:
    asked = operation(
        parameter("id", "path"),
        parameter("dry", "query", schema=TEXT),
        parameter("X-Api-Token", "header", schema=TEXT),
        body({"type": "object", "properties": {"name": TEXT, "pin": SECRET}}),
        path="/things/{id}",
    )
    words = command(
        asked,
        ("path/id", "7"),
        ("query/dry", "yes"),
        ("header/X-Api-Token", "hush"),
        ("body/name", "Säge"),
        ("body/pin", "hush"),
    )

    assert words[3] == f"{BASE}/things/7?dry=yes"
    assert "X-Api-Token: $X_API_TOKEN" in words
    assert words[-1] == '{"name": "Säge", "pin": "••••••"}'
    assert "hush" not in " ".join(words)


def test_what_is_not_filled_in_yet_is_left_to_be_filled_in() -> None:
    words = command(operation(parameter("id", "path"), path="/things/{id}"))

    assert words == ["curl", "-X", "POST", f"{BASE}/things/:id"]


def test_a_file_goes_by_its_name_and_is_not_read() -> None:
    class Unread:
        def __aiter__(self) -> Any:
            raise AssertionError

    form = {"type": "object", "properties": {"note": TEXT, "file": FILE, "password": SECRET}}
    sent = command(
        operation(body(form, "multipart/form-data")),
        ("body/note", "a=b"),
        ("body/password", "hush"),
        ("body/file", Upload("plan.txt", "text/plain", Unread())),
    )
    whole = command(operation(body(FILE, "application/pdf")), ("body", Upload("a b.pdf", "application/pdf", Unread())))

    assert sent[-6:] == ["--form-string", "note=a=b", "--form-string", "password=$PASSWORD", "-F", 'file=@"plan.txt"']
    assert whole[-2:] == ["--data-binary", "@a b.pdf"]
    assert "Content-Type: application/pdf" in whole


def test_forms_and_texts_are_sent_as_they_are() -> None:
    form = {"type": "object", "properties": {"name": TEXT, "pin": SECRET}}
    typed = command(
        operation(body(form, "application/x-www-form-urlencoded")), ("body/name", "a b"), ("body/pin", "hush")
    )
    text = command(operation(body(TEXT, "text/plain")), ("body", "@home"))
    patch = command(operation(body(form, "application/merge-patch+json")), ("body/name", "x"))

    assert typed[-4:] == ["--data-urlencode", "name=a b", "--data-urlencode", "pin=$PIN"]
    assert text[-2:] == ["--data-raw", "@home"]
    assert "Content-Type: text/plain" in text
    assert [word for word in patch if "Content-Type" in word] == ["Content-Type: application/merge-patch+json"]


async def test_a_form_shows_it_and_keeps_what_was_typed() -> None:
    async with workshop({}) as (browser, api):
        await browser.get("/-/operations/create-tool")
        page = await browser.submit("#form", button="curl", **{"body/name": "Saw", "body/weight": "heavy"})

    assert page.status == 200
    assert '{"name": "Saw"}' in shown(page)
    assert "$API_URL" in shown(page)
    assert page.page.one("[name=body/weight]").get("value") == "heavy"
    assert [each for each in api.requests if each.method == "POST"] == []


async def test_a_question_shows_what_it_would_send() -> None:
    paths = {"/tools/{tool_id}/oil": {"post": does("oilTool", "Oil tool", None, None, ID)}}
    async with workshop({}, paths=paths) as (browser, _):
        await browser.get("/-/operations/oil-tool?tool_id=7")
        page = await browser.submit("#form", button="curl")

    assert shown(page) == 'curl -X POST \\ "$API_URL"/tools/7/oil'
