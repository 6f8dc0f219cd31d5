"""The error bodies of the world."""

import random
import string
from typing import Any

import pytest

from webapp.client.problems import Problem, field_path, generic, read_problem
from webapp.client.redaction import is_secret_name, loggable, scrub

FASTAPI = {
    "detail": [
        {"type": "missing", "loc": ["body", "title"], "msg": "Field required", "input": {"password": "hush"}},
        {"type": "x", "loc": ["body", "items", 0, "price"], "msg": "Too low", "input": "hush", "ctx": {"ge": "hush"}},
        {"type": "x", "loc": ["query", "page"], "msg": "Not a number", "input": "hush"},
    ]
}


@pytest.mark.parametrize(
    ("data", "detail", "fields", "code"),
    [
        ({"detail": "Email already registered"}, "Email already registered", {}, None),
        (
            FASTAPI,
            None,
            {"title": ("Field required",), "items.0.price": ("Too low",), "page": ("Not a number",)},
            None,
        ),
        ({"detail": [{"loc": ["body"], "msg": "Invalid JSON"}]}, "Invalid JSON", {}, None),
        ({"detail": [{"loc": ["body", "body"], "msg": "Too long"}]}, None, {"body": ("Too long",)}, None),
        ({"detail": {"code": "NO_ROOM", "reason": "The room is full"}}, "The room is full", {}, "NO_ROOM"),
        (
            {
                "exception_message": "Invalid request received.",
                "exception_detail": [
                    {"loc": ["body", "name"], "msg": "Value error, Lower case only.", "input": "HUSH"}
                ],
                "request_body": {"name": "HUSH", "value": "hush"},
            },
            "Invalid request received.",
            {"name": ("Lower case only.",)},
            None,
        ),
        (
            {"detail": {"reason": "Unique constraint violation", "message": "Check logs for ID 7"}},
            "Unique constraint violation. Check logs for ID 7",
            {},
            None,
        ),
        (
            {"detail": "REGISTER_USER_ALREADY_EXISTS"},
            "Register user already exists",
            {},
            "REGISTER_USER_ALREADY_EXISTS",
        ),
        (
            {
                "type": "https://x/y",
                "title": "Not enough credit",
                "status": 403,
                "detail": "It costs 50.",
                "instance": "/a",
            },
            "It costs 50.",
            {},
            None,
        ),
        ({"type": "about:blank", "title": "Not enough credit", "status": 403}, "Not enough credit", {}, None),
        (
            {
                "title": "Invalid",
                "errors": [
                    {"detail": "must be positive", "pointer": "#/age"},
                    {"detail": "must be green", "pointer": "#/profile/color~1shade"},
                ],
            },
            "Invalid",
            {"age": ("must be positive",), "profile.color/shade": ("must be green",)},
            None,
        ),
        (
            {"title": "Bad", "invalid-params": [{"name": "age", "reason": "must be positive"}]},
            "Bad",
            {"age": ("must be positive",)},
            None,
        ),
        (
            {"title": ["This field is required."], "owner": {"email": ["Taken.", "Too long."]}},
            None,
            {"title": ("This field is required.",), "owner.email": ("Taken.", "Too long.")},
            None,
        ),
        ({"non_field_errors": ["Passwords differ."]}, "Passwords differ.", {}, None),
        (
            {"lines": [{}, {"price": ["Required."]}], "non_field_errors": ["No."]},
            "No.",
            {"lines.1.price": ("Required.",)},
            None,
        ),
        ({"detail": "Not found.", "code": "not_found"}, "Not found.", {}, "not_found"),
        (
            {
                "errors": [
                    {
                        "status": "422",
                        "code": "blank",
                        "title": "Invalid",
                        "detail": "can't be blank",
                        "source": {"pointer": "/data/attributes/title"},
                    },
                    {"detail": "unknown", "source": {"parameter": "include"}},
                    {"detail": "bad", "source": {"pointer": "/data/relationships/owner"}},
                    {"detail": "no type", "source": {"pointer": "/data/type"}},
                ]
            },
            None,
            {"title": ("can't be blank",), "include": ("unknown",), "owner": ("bad",), "type": ("no type",)},
            "blank",
        ),
        (
            {"errors": {"title": ["can't be blank"], "base": ["is closed"], "user.email": ["taken"]}},
            "is closed",
            {"title": ("can't be blank",), "user.email": ("taken",)},
            None,
        ),
        (
            {"message": "The given data was invalid.", "errors": {"items.0.price": ["Required."]}},
            "The given data was invalid.",
            {"items.0.price": ("Required.",)},
            None,
        ),
        (
            {
                "title": "One or more validation errors occurred.",
                "errors": {"$.items[0].price": ["Bad."], "Email": "No."},
            },
            "One or more validation errors occurred.",
            {"items.0.price": ("Bad.",), "Email": ("No.",)},
            None,
        ),
        (
            {"message": "Validation failed", "errors": [{"field": "email", "message": "taken"}]},
            "Validation failed",
            {"email": ("taken",)},
            None,
        ),
        (
            {
                "timestamp": 1,
                "status": 400,
                "error": "Bad Request",
                "path": "/x",
                "errors": [{"field": "age", "defaultMessage": "must be positive", "rejectedValue": "hush"}],
            },
            "Bad Request",
            {"age": ("must be positive",)},
            None,
        ),
        ({"errors": ["Name is short", "Age is odd"]}, "Name is short Age is odd", {}, None),
        (
            {"statusCode": 400, "message": ["email must be an email"], "error": "Bad Request"},
            "Bad Request email must be an email",
            {},
            None,
        ),
        ({"error": {"message": "No such model", "code": "model_not_found"}}, "No such model", {}, "model_not_found"),
        (
            {"error": "invalid_grant", "error_description": "Token expired"},
            "Token expired",
            {},
            "invalid_grant",
        ),
        ({"error": "invalid_client"}, "Invalid client", {}, "invalid_client"),
        (
            {"errors": [{"message": "Bad payload.", "extensions": {"code": "FAILED_VALIDATION", "field": "name"}}]},
            None,
            {"name": ("Bad payload.",)},
            "FAILED_VALIDATION",
        ),
        (
            {
                "error": {
                    "code": 400,
                    "message": "Bad",
                    "details": [{"fieldViolations": [{"field": "a.b", "description": "odd"}]}],
                }
            },
            "Bad",
            {"a.b": ("odd",)},
            None,
        ),
        ({"violations": [{"propertyPath": "tags[0]", "message": "odd"}]}, None, {"tags.0": ("odd",)}, None),
        ({"issues": [{"path": ["a", 0], "message": "odd"}]}, None, {"a.0": ("odd",)}, None),
        ({"email": "is taken"}, None, {"email": ("is taken",)}, None),
        ("Just words", "Just words", {}, None),
        ([{"loc": ["body", "a"], "msg": "odd"}], None, {"a": ("odd",)}, None),
        ({}, None, {}, None),
        (7, None, {}, None),
        ({"detail": None, "errors": None, "x": None}, None, {}, None),
    ],
)
def test_a_problem_is_read_from(data: Any, detail: str | None, fields: dict[str, Any], code: str | None) -> None:
    problem = read_problem(422, data)

    assert dict(problem.fields) == fields
    assert problem.detail == (generic(422) if detail is None else detail)
    assert problem.code == code
    assert "hush" not in repr(problem)


@pytest.mark.parametrize(
    ("status", "text", "detail"),
    [
        (400, "Bad things\nhappened", "Bad things happened"),
        (500, "Internal Server Error", "The API failed to answer."),
        (500, "Traceback (most recent call last):\n  File x", generic(500)),
        (500, "<html><h1>Oops</h1>", generic(500)),
        (404, "  <!doctype html>", generic(404)),
        (418, "x" * 501, generic(418)),
        (503, "", generic(503)),
    ],
)
def test_a_body_that_is_no_json_is_shown_only_if_it_is_a_sentence(status: int, text: str, detail: str) -> None:
    assert read_problem(status, None, text) == Problem(detail)


@pytest.mark.parametrize(
    ("entry", "locations"),
    [
        ({"loc": ["query", "page"], "msg": "odd"}, {"page": "query"}),
        ({"loc": ["body", "a", 0], "msg": "odd"}, {"a.0": "body"}),
        ({"loc": ["body"], "msg": "odd"}, {}),
        ({"loc": ["a", "b"], "msg": "odd"}, {}),
        ({"loc": [], "msg": "odd"}, {}),
        ({"source": {"parameter": "page"}, "detail": "odd"}, {"page": "query"}),
        ({"source": {"pointer": "/data/attributes/a"}, "detail": "odd"}, {"a": "body"}),
    ],
)
def test_which_part_of_the_request_is_meant_is_kept(entry: Any, locations: dict[str, str]) -> None:
    assert dict(read_problem(422, {"detail": [entry]}).locations) == locations


def test_sentences_about_the_whole_are_told_apart_and_scrubbed() -> None:
    problem = read_problem(400, {"message": ["pin must not be 4711x", "name is taken"]})

    assert problem.sentences == ("pin must not be 4711x", "name is taken")
    assert "4711x" not in repr(scrub(problem, {"password": "4711x"}))


def test_fields_are_not_guessed_from_a_servers_own_failure() -> None:
    assert read_problem(500, {"hostname": "db-1", "stack": ["a", "b"]}).fields == {}


def test_control_characters_and_direction_marks_become_spaces() -> None:
    problem = read_problem(400, {"detail": "a\x00b\u202ec\ud800d\r\n  e"})

    assert problem.detail == "a b c d e"


def test_an_api_cannot_fill_a_page_with_its_error() -> None:
    data = {
        "detail": "x" * 100_000,
        "errors": {f"f{n}" * 100: [f"m{m}" * 300 for m in range(20)] for n in range(200)},
    }
    problem = read_problem(422, data)

    assert len(problem.detail) <= 500
    assert len(problem.fields) == 100
    assert max(len(name) for name in problem.fields) <= 200
    assert max(len(messages) for messages in problem.fields.values()) == 10
    assert max(len(text) for messages in problem.fields.values() for text in messages) <= 500


def test_depth_is_bounded() -> None:
    nested: Any = "deep"
    for _ in range(500):
        nested = {"errors": nested}
    lists: Any = "deep"
    for _ in range(500):
        lists = [lists]

    assert read_problem(422, nested).detail == generic(422)
    assert read_problem(422, {"errors": {"a": lists}}).detail == generic(422)
    assert read_problem(422, {"detail": nested}).detail == generic(422)


def test_no_body_makes_it_fail() -> None:
    chance = random.Random(7)
    names = [
        "detail",
        "errors",
        "error",
        "loc",
        "msg",
        "message",
        "field",
        "source",
        "pointer",
        "title",
        "a",
        "",
        "code",
    ]

    def anything(depth: int) -> Any:
        kind = chance.randrange(8 if depth < 5 else 5)
        if kind > 5:
            return {chance.choice(names): anything(depth + 1) for _ in range(chance.randrange(4))}
        if kind == 5:
            return [anything(depth + 1) for _ in range(chance.randrange(4))]
        words = "".join(chance.choices(string.printable + "/#[]$~", k=chance.randrange(12)))
        return [None, True, 7, 1.5, words][kind]

    for _ in range(5_000):
        problem = read_problem(chance.choice([400, 422, 500]), anything(0))
        assert problem.detail


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a", "a"),
        ("a.b", "a.b"),
        ("user[email]", "user.email"),
        ("items[0][price]", "items.0.price"),
        ("$.a[0].b", "a.0.b"),
        ("#/a/0/b", "a.0.b"),
        ("/a~1b/c~0d", "a/b.c~d"),
        ("#/a%20b", "a b"),
        ("/data/attributes/a", "a"),
        ("/data/id", "id"),
        ("tags[]", "tags"),
        ("", ""),
    ],
)
def test_field_paths_are_dotted(name: str, path: str) -> None:
    assert field_path(name) == path


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "passwd",
        "client_secret",
        "access_token",
        "api_key",
        "apikey",
        "X-API-Key",
        "code",
        "sid",
        "session_id",
        "Authorization",
        "state",
        "csrf_token",
        "otp",
        "signature",
        "id_token",
        "passphrase",
    ],
)
def test_secrets_are_known_by_their_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["page", "q", "title", "postcode", "country_of", "author", "monkey", "keyword", "passenger"]
)
def test_ordinary_names_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/items?page=2&token=hush&q=x", "/items?page=2&token=***&q=x"),
        ("/items?code=hush", "/items?code=***"),
        ("/items?token", "/items?token"),
        ("/reset/" + "h" * 43, "/reset/***"),
        ("/verify/" + "h" * 43 + "/now", "/verify/***/now"),
        ("/items/0b9a3c1e-1111-2222-3333-444455556666", "/items/0b9a3c1e-1111-2222-3333-444455556666"),
        ("/items?", "/items?"),
    ],
)
def test_a_logged_path_holds_no_secret(target: str, shown: str) -> None:
    assert loggable(target) == shown


def test_a_logged_path_is_short() -> None:
    assert len(loggable("/x?" + "y" * 5000)) < 210


def test_a_submitted_secret_is_taken_out_of_the_problem() -> None:
    problem = Problem(
        "hunter22 is too common", {"password": ("hunter22 was leaked",), "name": ("ada is taken",)}, "weak"
    )
    submitted = {"name": "ada", "password": "hunter22", "nested": [{"tokens": {"a": "ada", "n": 5}}]}

    assert scrub(problem, submitted) == Problem(
        "*** is too common", {"password": ("*** was leaked",), "name": ("ada is taken",)}, "weak"
    )
    assert scrub(problem, None) is problem
    assert scrub(problem, {"name": "hunter22"}) is problem


def test_what_was_submitted_may_be_deep() -> None:
    deep: Any = {"password": "hunter22"}
    for _ in range(50):
        deep = [deep]

    assert scrub(Problem("hunter22"), deep).detail == "hunter22"
