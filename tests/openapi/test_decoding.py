"""The text of a document, in JSON and in YAML."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.errors import DocumentError
from webapp.openapi.decoding import decode

YAML = """
openapi: 3.1.0
info: {title: Shop, version: 1.0}
common: &common
  type: object
  limit: 5
paths:
  /things:
    get:
      responses:
        200: {description: OK}
made: 2026-01-02
at: 2026-01-02T03:04:05Z
country: NO
clock: 12:30
code: 0123
nothing: ~
also:
on: yes
truth: true
price: 1.5
merged:
  <<: *common
  limit: 7
shared: [*common, *common]
"""


def test_yaml_has_the_values_that_json_has_and_no_others() -> None:
    found = decode(YAML)

    assert found["paths"]["/things"]["get"]["responses"] == {"200": {"description": "OK"}}
    assert found["info"] == {"title": "Shop", "version": 1.0}
    assert (found["made"], found["at"]) == ("2026-01-02", "2026-01-02T03:04:05Z")
    assert (found["country"], found["clock"], found["code"], found["on"]) == ("NO", "12:30", "0123", "yes")
    assert (found["nothing"], found["also"], found["truth"], found["price"]) == (None, None, True, 1.5)
    assert found["merged"] == {"type": "object", "limit": 7}
    assert found["shared"][0] is found["shared"][1]


Texts = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]))
Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | Texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(Texts, inner, max_size=4),
    max_leaves=20,
)


@given(Values)
def test_json_is_read_alike_as_json_and_as_yaml(value: Any) -> None:
    text = json.dumps({"a": value})

    assert decode("---\n" + text) == decode(text) == json.loads(text)


def test_a_name_given_twice_loses_no_operation() -> None:
    twice = '{"/a": {"get": 1, "put": 1}, "/b": {}, "/a": {"post": 2, "put": 2}, "x": 1, "x": 3}'
    expected = {"/a": {"get": 1, "put": 2, "post": 2}, "/b": {}, "x": 3}

    assert decode(twice) == expected
    assert decode(f"---\n{twice}") == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("openapi: [", "not valid YAML: .*line 2"),
        ("a: b: c", "not valid YAML"),
        ("a: *nobody", "undefined alias"),
        ("a: &a [*a]", "recursive"),
        ("? [a, b]\n: c", "a key in line 1"),
        ("- " * 100_000 + "a", "too deeply"),
        ("a: " + "[" * 100_000, "too deeply"),
        ("[" * 100_000, "too deep or too large"),
        ('{"a": ' + "9" * 5000 + "}", "too deep or too large"),
        ('{"a" 1}', r"line 1, column 6"),
        ("", "empty"),
        ("<html></html>", "web page"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_says_why(text: str | bytes, complaint: str) -> None:
    with pytest.raises(DocumentError, match=complaint):
        decode(text)


def bomb(line: str, first: str) -> str:
    """Thirty lines, each of which is nine of the one before it."""
    return first + "".join(line.format(at=at, inner=", ".join([f"*a{at - 1}"] * 9)) for at in range(1, 30))


def test_aliases_cannot_make_much_of_little() -> None:
    with pytest.raises(DocumentError, match="aliases make too much"):
        decode(bomb("a{at}: &a{at} [{inner}]\n", "a0: &a0 [x, x]\n"))

    merged = decode(bomb("a{at}: &a{at} {{<<: [{inner}]}}\n", "a0: &a0 {x: 1}\n"))
    assert merged["a29"] == {"x": 1}


def test_tags_make_nothing_but_texts() -> None:
    assert decode("a: !!python/object/apply:os.getcwd x") == {"a": "x"}
    assert decode("a: !!binary aGk=") == {"a": "aGk="}


def test_yaml_says_what_to_install_where_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "webapp.openapi.yamltext", None)

    with pytest.raises(DocumentError, match="install PyYAML"):
        decode("openapi: 3.1.0")
