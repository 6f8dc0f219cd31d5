import json
import logging

import pytest

from webapp.client import RequestContext, request_context
from webapp.observability import configure_logging


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_an_exception_is_part_of_its_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")

    try:
        raise RuntimeError("on purpose")
    except RuntimeError:
        logging.getLogger("webapp").exception("it failed", stack_info=True)

    [line] = [json.loads(text) for text in lines(capsys)]
    assert "RuntimeError: on purpose" in line["exception"]
    assert "test_logs" in line["stack"]
    assert line["request_id"] == "-"


def test_console_lines_are_plain_text_and_debug_says_more(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console", debug=True)

    logging.getLogger("webapp.sessions").debug("dropped")

    assert "DEBUG" in (line := capsys.readouterr().err)
    assert line.rstrip().endswith("- webapp.sessions: dropped")


FORGED = "Title\n2026-01-01 00:00:00,000 ERROR   - webapp: forged"
HOSTILE = [
    FORGED,
    "a\r\nb",
    "a\x1b[2Jb",
    "a\x9b2Jb",
    "a\u2028b",
    "a\x85b",
    "a\u202eb",
    "a\x00b",
    "a\x08b",
    "a\x7fb",
    "a\x0bb",
]


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_data_forges_no_line_and_moves_no_cursor(form: str, hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(form)

    logging.getLogger("webapp").info("%s: ready", hostile)

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert len(said.splitlines()) == 1
    assert not any(ord(sign) < 0x20 or 0x80 <= ord(sign) < 0xA0 for sign in said.rstrip("\n"))
    assert not {"\u2028", "\u202e", "\x1b"} & set(said)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_exceptions_words_forge_no_line(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console")

    try:
        raise RuntimeError(hostile)
    except RuntimeError:
        logging.getLogger("webapp").exception("it failed", stack_info=True)

    first, *others = lines(capsys)
    assert first.endswith("it failed")
    assert others
    assert all(line.startswith("    | ") and "\x1b" not in line for line in others)


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio", "aiohttp.client", "somebody.else"])
def test_the_lines_of_libraries_come_out_the_same_way_with_the_requests_id(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("json")
    token = request_context.set(RequestContext("request-1234"))
    try:
        logging.getLogger(name).warning("something is odd")
        logging.getLogger(name).debug("Authorization: Bearer sesame")
    finally:
        request_context.reset(token)

    [line] = [json.loads(text) for text in lines(capsys)]
    assert (line["logger"], line["message"], line["request_id"]) == (name, "something is odd", "request-1234")


def test_libraries_keep_to_their_warnings_even_where_we_say_more(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console", debug=True)

    for name in ("httpx", "httpcore", "aiohttp", "asyncio", "uvicorn.error", "hpack"):
        logging.getLogger(name).debug("Cookie: sesame")
        logging.getLogger(name).info("Cookie: sesame")

    assert capsys.readouterr().err == ""


def test_what_a_line_says_besides_its_message_is_in_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")

    logging.getLogger("webapp.audit").info("signed in", extra={"event": "sign_in", "session": "ab12", "odd": object})
    logging.getLogger("uvicorn.error").warning("odd", extra={"headers": "sesame"})

    ours, theirs = (json.loads(text) for text in lines(capsys))
    assert (ours["event"], ours["session"]) == ("sign_in", "ab12")
    assert "headers" not in theirs


def test_configured_twice_each_line_comes_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console")
    configure_logging("json")

    logging.getLogger("webapp").info("once")

    assert len(lines(capsys)) == 1


def test_a_warning_of_python_is_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")

    logging.getLogger("py.warnings").warning("deprecated")

    [line] = [json.loads(text) for text in lines(capsys)]
    assert line["level"] == "warning"
