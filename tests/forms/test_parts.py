"""Multipart forms, read as they come."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import BadRequest, TooLarge
from webapp.forms import parts
from webapp.forms.parts import Pair, read_parts
from webapp.forms.upload import Upload

BOUNDARY = "xyz"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(content: bytes, disposition: str, *headers: str) -> bytes:
    lines = [f"--{BOUNDARY}", f"Content-Disposition: form-data; {disposition}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content + b"\r\n"


def text(name: str, value: str) -> bytes:
    return part(value.encode(), f'name="{name}"')


def file(name: str, content: bytes, *, filename: str = "a.bin", type_: str = "image/png") -> bytes:
    return part(content, f'name="{name}"; filename="{filename}"', f"Content-Type: {type_}")


def form(*each: bytes) -> bytes:
    return b"".join(each) + f"--{BOUNDARY}--\r\n".encode()


class Sender:
    """A browser that knows how much of its form was taken."""

    def __init__(self, body: bytes, *, size: int = 1000) -> None:
        self.body = body
        self.size = size
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < len(self.body):
            chunk = self.body[self.taken : self.taken + self.size]
            self.taken += len(chunk)
            yield chunk


async def read(body: bytes, *, hold: int = 1000, size: int = 1000) -> list[Pair]:
    return await read_parts(TYPE, Sender(body, size=size), hold=hold)


def upload(pair: Pair) -> Upload:
    assert isinstance(pair[1], Upload)
    return pair[1]


async def test_texts_and_small_files_are_all_there_in_their_order() -> None:
    pairs = await read(form(text("a", "1"), file("f", b"png"), text("a", "ž"), file("g", b"", filename="none.txt")))

    assert [name for name, _ in pairs] == ["a", "f", "a", "g"]
    assert (pairs[0][1], pairs[2][1]) == ("1", "ž")
    assert (upload(pairs[1]).filename, upload(pairs[1]).media_type) == ("a.bin", "image/png")
    assert (upload(pairs[1]).content, upload(pairs[3]).content) == (b"png", b"")
    assert [await upload(pairs[1]).read() for _ in range(2)] == [b"png", b"png"]


async def test_a_large_file_is_not_read_before_its_bytes_are_wanted() -> None:
    sender = Sender(form(text("a", "1"), file("f", b"x" * 100_000), text("b", "2")))

    pairs = await read_parts(TYPE, sender, hold=1000)

    assert [name for name, _ in pairs] == ["a", "f"]
    assert upload(pairs[1]).content is None
    assert sender.taken <= 3000
    assert await upload(pairs[1]).read() == b"x" * 100_000


async def test_what_follows_a_large_file_comes_after_it() -> None:
    body = form(file("f", b"x" * 5000), text("a", "1"), file("g", b"y" * 5000), text("b", "2"))
    (first,) = await read(body)

    rest = upload(first).rest
    assert rest is not None
    found: list[tuple[str, object]] = []
    async for name, value in rest:
        found.append((name, await value.read() if isinstance(value, Upload) else value))

    assert found == [("a", "1"), ("g", b"y" * 5000), ("b", "2")]


async def test_files_are_held_up_to_a_bound_together() -> None:
    pairs = await read(form(*(file("f", b"x" * 400) for _ in range(4))))

    assert [upload(pair).content is None for pair in pairs] == [False, False, True]


async def test_an_empty_file_input_is_no_field() -> None:
    assert await read(form(file("f", b"", filename=""), text("a", "1"))) == [("a", "1")]


@given(
    content=st.binary(max_size=300).map(lambda noise: noise + b"\r\n--xy" + noise),
    size=st.integers(1, 60),
    hold=st.integers(0, 700),
)
async def test_bytes_arrive_as_they_were_however_they_are_cut(content: bytes, size: int, hold: int) -> None:
    pairs = await read(form(text("a", "1"), file("f", content)), size=size, hold=hold)

    assert pairs[0] == ("a", "1")
    assert await upload(pairs[1]).read() == content


@pytest.mark.parametrize(
    "type_", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 300}", "multipart/form-data; boundary="]
)
async def test_a_form_without_a_usable_boundary_cannot_be_read(type_: str) -> None:
    with pytest.raises(BadRequest, match="can't be read"):
        await read_parts(type_, Sender(form(text("a", "1"))))


@pytest.mark.parametrize(
    "body", [b"junk", part(b"x", "filename=a"), b"--xyz\r\nno colon\r\n\r\nx", b"--xyz\r\nx: " + b"y" * 9000]
)
async def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        await read(body + b"\r\n--xyz--\r\n")


@pytest.mark.parametrize("cut", [1, 60, 75, 2050])
async def test_a_form_that_arrives_in_part_is_never_taken_for_whole(cut: int) -> None:
    with pytest.raises(BadRequest, match="only in part"):
        await read(form(text("a", "1"), text("b", "x" * 2000))[:cut])


async def test_a_file_that_arrives_in_part_is_never_taken_for_whole() -> None:
    (pair,) = await read(form(file("f", b"x" * 5000))[:4000])

    with pytest.raises(BadRequest, match="only in part"):
        await upload(pair).read()


async def test_texts_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_TEXT", 100)
    assert await read(form(text("a", "x" * 49), text("b", "y" * 49)))

    with pytest.raises(TooLarge):
        await read(form(text("a", "x" * 60), text("b", "y" * 60)))
    with pytest.raises(TooLarge):
        await read(form(text("a" * 60, "x" * 41)))


async def test_fields_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_PAIRS", 3)
    assert len(await read(form(*(text("a", "1") for _ in range(3))))) == 3

    with pytest.raises(TooLarge):
        await read(form(*(text("a", "1") for _ in range(4))))
