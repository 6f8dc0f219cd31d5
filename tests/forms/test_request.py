"""Inputs as the request that carries them: every style, every place, every kind of body."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.forms.operations import LIST, OBJECT, TEXT, body, operation, parameter
from webapp.errors import UnsafePath
from webapp.forms import ABSENT
from webapp.forms.request import Outgoing, encode
from webapp.forms.upload import Upload

THREE = ["x", "y", "z"]
PAIR = {"a": "1", "b": "2"}


def in_path(value: Any, schema: Any = TEXT, **style: Any) -> str:
    """The path of an operation that has this value in it."""
    outgoing = encode(operation(parameter("p", "path", schema, **style), path="/t/{p}"), {"path": {"p": value}})
    return outgoing.path.removeprefix("/t/")


@pytest.mark.parametrize(
    ("value", "style", "explode", "expected"),
    [
        ("a b/c", "simple", False, "a%20b%2Fc"),
        (7, "simple", False, "7"),
        (True, "simple", False, "true"),
        (THREE, "simple", False, "x,y,z"),
        (THREE, "simple", True, "x,y,z"),
        (PAIR, "simple", False, "a,1,b,2"),
        (PAIR, "simple", True, "a=1,b=2"),
        ("x", "label", False, ".x"),
        (THREE, "label", False, ".x,y,z"),
        (THREE, "label", True, ".x.y.z"),
        (PAIR, "label", False, ".a,1,b,2"),
        (PAIR, "label", True, ".a=1.b=2"),
        ("x", "matrix", False, ";p=x"),
        ("", "matrix", False, ";p"),
        (THREE, "matrix", False, ";p=x,y,z"),
        (THREE, "matrix", True, ";p=x;p=y;p=z"),
        (PAIR, "matrix", False, ";p=a,1,b,2"),
        (PAIR, "matrix", True, ";a=1;b=2"),
        (["a,b", "c"], "simple", False, "a%2Cb,c"),
    ],
)
def test_a_path_holds_a_value_in_its_style(value: Any, style: str, explode: bool, expected: str) -> None:
    assert in_path(value, style=style, explode=explode) == expected


@pytest.mark.parametrize("value", ["", ".", "..", ABSENT])
def test_a_path_is_not_made_of_what_would_change_it(value: Any) -> None:
    with pytest.raises(UnsafePath, match="'p'"):
        in_path(value)


@pytest.mark.parametrize(
    ("value", "style", "explode", "expected"),
    [
        ("x", "form", True, [("p", "x")]),
        ("", "form", True, [("p", "")]),
        (None, "form", True, []),
        (False, "form", True, [("p", "false")]),
        (1.5, "form", True, [("p", "1.5")]),
        (THREE, "form", True, [("p", "x"), ("p", "y"), ("p", "z")]),
        (THREE, "form", False, [("p", "x,y,z")]),
        ([], "form", False, []),
        (PAIR, "form", True, [("a", "1"), ("b", "2")]),
        (PAIR, "form", False, [("p", "a,1,b,2")]),
        (THREE, "spaceDelimited", False, [("p", "x y z")]),
        (THREE, "pipeDelimited", False, [("p", "x|y|z")]),
        (PAIR, "deepObject", True, [("p[a]", "1"), ("p[b]", "2")]),
        ({"a": {"c": ["x", "y"]}}, "deepObject", True, [("p[a][c][]", "x"), ("p[a][c][]", "y")]),
        ({"a": {"c": 1}}, "form", True, [("a", '{"c":1}')]),
    ],
)
def test_a_query_holds_a_value_in_its_style(
    value: Any, style: str, explode: bool, expected: list[tuple[str, str]]
) -> None:
    outgoing = encode(operation(parameter("p", style=style, explode=explode)), {"query": {"p": value}})

    assert list(outgoing.params) == expected


@pytest.mark.parametrize(
    ("value", "explode", "expected"),
    [("x", False, "x"), (THREE, False, "x,y,z"), (PAIR, False, "a,1,b,2"), (PAIR, True, "a=1,b=2")],
)
def test_a_header_holds_a_value_in_its_style(value: Any, explode: bool, expected: str) -> None:
    outgoing = encode(operation(parameter("X-Thing", "header", explode=explode)), {"header": {"X-Thing": value}})

    assert outgoing.headers == {"X-Thing": expected}


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\x00b", "\ud800"])
def test_a_header_can_not_break_out_of_its_line(value: str) -> None:
    with pytest.raises(UnsafePath, match="X-Thing"):
        encode(operation(parameter("X-Thing", "header")), {"header": {"X-Thing": value}})


def test_cookies_go_together_and_hold_nothing_that_ends_them() -> None:
    two = operation(parameter("a", "cookie"), parameter("b", "cookie", LIST))

    assert encode(two, {"cookie": {"a": "1", "b": ["x", "y"]}}).headers == {"Cookie": "a=1; b=x; b=y"}
    with pytest.raises(UnsafePath, match="cookie"):
        encode(two, {"cookie": {"a": "1; admin=1"}})


def test_a_parameter_with_a_media_type_is_json() -> None:
    filtered = operation(parameter("filter", schema=OBJECT, media_type="application/json"))

    assert encode(filtered, {"query": {"filter": PAIR}}).params == (("filter", '{"a":"1","b":"2"}'),)


def test_an_answer_that_is_no_json_is_asked_for_by_its_type() -> None:
    plain, table = operation(), replace(operation(), answer_types=("text/csv",))

    assert "Accept" not in encode(plain, {}).headers
    assert encode(table, {}).headers["Accept"] == "text/csv, */*;q=0.5"


def test_what_is_absent_is_not_sent() -> None:
    asked = operation(parameter("q"), parameter("X-Thing", "header"), body())

    assert encode(asked, {"query": {"q": ABSENT}}) == Outgoing("POST", "/things")


@pytest.mark.parametrize(
    ("media_type", "sent_as"),
    [
        ("application/json", None),
        ("*/*", None),
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("application/merge-patch+json", "application/merge-patch+json"),
        ("application/json; charset=utf-8", "application/json; charset=utf-8"),
    ],
)
def test_json_is_sent_as_the_type_that_was_declared(media_type: str, sent_as: str | None) -> None:
    outgoing = encode(operation(body(OBJECT, media_type)), {"body": PAIR}, media_type)

    assert outgoing.json == PAIR
    assert outgoing.headers.get("Content-Type") == sent_as


def test_null_is_a_body_of_its_own() -> None:
    outgoing = encode(operation(body()), {"body": None})

    assert outgoing.json is None


def test_a_form_repeats_lists_and_writes_objects_as_json() -> None:
    outgoing = encode(
        operation(body(OBJECT, "application/x-www-form-urlencoded")),
        {"body": {"a": "1", "tags": ["x", "y"], "deep": {"c": True}, "none": None, "yes": True}},
    )

    assert outgoing.data == (("a", "1"), ("tags", "x"), ("tags", "y"), ("deep", '{"c":true}'), ("yes", "true"))


def test_a_form_is_written_as_the_document_wants_it() -> None:
    form = body(
        OBJECT,
        "application/x-www-form-urlencoded",
        deep={"style": "deepObject", "explode": True},
        tags={"explode": False},
        list={"contentType": "application/json"},
    )

    outgoing = encode(operation(form), {"body": {"deep": {"c": 1}, "tags": ["x", "y"], "list": [1, 2]}})

    assert outgoing.data == (("deep[c]", "1"), ("tags", "x,y"), ("list", "[1,2]"))


async def test_a_part_has_the_type_that_the_document_wants() -> None:
    form = body(
        OBJECT,
        "multipart/form-data",
        note={"contentType": "text/markdown"},
        ids={"contentType": "application/json"},
        any={"contentType": "text/plain, text/html"},
    )

    outgoing = encode(operation(form), {"body": {"note": "# Hi", "ids": [1, 2], "any": "x"}})

    assert isinstance(outgoing.content, bytes)
    assert b'name="note"\r\nContent-Type: text/markdown\r\n\r\n# Hi\r\n' in outgoing.content
    assert b'name="ids"\r\nContent-Type: application/json\r\n\r\n[1,2]\r\n' in outgoing.content
    assert b'name="any"\r\n\r\nx\r\n' in outgoing.content


async def everything(content: Any) -> bytes:
    """All bytes of a body."""
    if isinstance(content, bytes):
        return content
    return b"".join([chunk async for chunk in content])


async def test_a_multipart_form_of_texts_is_whole_so_that_it_can_be_sent_again() -> None:
    outgoing = encode(operation(body(OBJECT, "multipart/form-data")), {"body": {"a": "1", "deep": {"c": 1}}})

    assert isinstance(outgoing.content, bytes)
    boundary = outgoing.headers["Content-Type"].removeprefix("multipart/form-data; boundary=")
    assert outgoing.content.startswith(f"--{boundary}\r\n".encode())
    assert outgoing.content.endswith(f"--{boundary}--\r\n".encode())
    assert b'name="a"\r\n\r\n1\r\n' in outgoing.content
    assert b'name="deep"\r\nContent-Type: application/json\r\n\r\n{"c":1}\r\n' in outgoing.content


async def test_a_file_is_passed_on_as_it_comes_and_what_is_behind_it_too() -> None:
    read: list[bytes] = []

    async def chunks() -> AsyncIterator[bytes]:
        for each in (b"one", b"two"):
            read.append(each)
            yield each

    async def behind() -> AsyncIterator[tuple[str, str | Upload]]:
        yield "body/note", "late"
        yield "next", "/"

    file = Upload('a"b.txt', "text/plain", chunks(), rest=behind())
    outgoing = encode(operation(body(OBJECT, "multipart/form-data")), {"body": {"a": "1", "file": file}})

    assert read == []
    content = await everything(outgoing.content)
    assert b'name="file"; filename="a%22b.txt"\r\nContent-Type: text/plain\r\n\r\nonetwo\r\n' in content
    assert b'name="note"\r\n\r\nlate\r\n' in content
    assert b"next" not in content


@pytest.mark.parametrize(
    ("media_type", "sent_as"), [("image/*", "image/png"), ("application/octet-stream", "application/octet-stream")]
)
async def test_a_body_that_is_a_file_is_its_bytes(media_type: str, sent_as: str) -> None:
    file = Upload.held("a.png", "image/png", b"PNG")

    outgoing = encode(operation(body({"type": "string", "format": "binary"}, media_type)), {"body": file})

    assert await everything(outgoing.content) == b"PNG"
    assert outgoing.headers["Content-Type"] == sent_as


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/yaml"])
def test_text_is_sent_as_it_was_written(media_type: str) -> None:
    outgoing = encode(operation(body(TEXT, media_type)), {"body": "<a>ž</a>"})

    assert outgoing.content == "<a>ž</a>"
    assert outgoing.headers["Content-Type"] == media_type


def test_the_body_is_the_one_that_was_chosen() -> None:
    either = operation(body(), body(OBJECT, "application/x-www-form-urlencoded"))

    assert encode(either, {"body": PAIR}, "application/x-www-form-urlencoded").data == (("a", "1"), ("b", "2"))
    assert encode(either, {"body": PAIR}).json == PAIR


def test_a_value_of_several_segments_keeps_its_slashes_and_stays_where_it_is() -> None:
    path = parameter("path", "path", spans=True)

    def sent(value: str) -> str:
        return encode(operation(path, path="/files/{path}"), {"path": {"path": value}}).path

    assert sent("a b/c?/d%2F") == "/files/a%20b/c%3F/d%252F"
    for value in ("a/../b", "../x", "a//b", "/etc", "a/", "."):
        with pytest.raises(UnsafePath):
            sent(value)
