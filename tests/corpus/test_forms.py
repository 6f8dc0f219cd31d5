"""
Every form of every document: what was put in arrives, and is what the document asks for.

Values drawn by Hypothesis from the document's schemas are put into the form as it is rendered, sent as a browser would
send it, and taken by an API that judges them with a JSON Schema library.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.corpus.documents import Corpus, Declared
from tests.corpus.mock import MockAPI, decoded
from tests.corpus.strategies import values
from tests.html.asking import renderer
from webapp.client.paths import fill_path, join
from webapp.errors import UnsafePath
from webapp.forms import Control, Values
from webapp.forms.build import BuildContext
from webapp.forms.form import OperationForm
from webapp.forms.pointer import split
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.site import Operation, Site
from webapp.testing import Answer, Browser
from webapp.testing.forms import fill_in
from webapp.testing.markup import Element, parse

FILE = ("paper.pdf", b"%PDF-1.4 \xff", "application/pdf")
EXAMPLES = 3
"""Values for each form: the simplest, and two more."""

FORM = renderer().environment.from_string(
    '{% from "fields/field.html" import field %}'
    '<form method="post" action="/"><button>Send</button>{% for each in fields %}{{ field(each) }}{% endfor %}</form>'
)


@pytest.fixture
def site(corpus: Corpus) -> Site:
    return build_site(Document.parse(corpus.path.read_bytes()), base_url=f"http://api.test{corpus.prefix}")


async def test_what_is_put_into_a_form_arrives(corpus: Corpus, api: MockAPI, site: Site, browser: Browser) -> None:
    wrong: list[str] = []
    tried = 0
    declared = {(each.method, each.path.partition("?")[0].partition("#")[0]): each for each in corpus.operations}
    for operation in site.operations:
        called = declared[operation.method, operation.path]
        if operation.method == "GET" or has_only_other_bodies(called) or is_around_accounts(site, operation):
            continue
        for drawn in draw(corpus, api, called):
            tried += 1
            api.seen.clear()
            page = await browser.post(f"/-/operations/{operation.slug}", pairs(operation, drawn))
            wrong += [f"{operation.name} {drawn}: {each}" for each in complaints(api, operation, page.status, drawn)]

    assert tried or all(each.method == "GET" for each in corpus.operations)
    assert wrong == []


async def test_what_is_put_into_a_question_arrives(corpus: Corpus, api: MockAPI, site: Site, browser: Browser) -> None:
    wrong: list[str] = []
    tried = 0
    declared = {each.path.partition("?")[0].partition("#")[0]: each for each in corpus.operations if is_get(each)}
    for operation in site.operations:
        if operation.method != "GET" or operation in (site.accounts.sign_out, site.accounts.refresh):
            continue
        if needs_headers(declared[operation.path]):
            continue
        for drawn in filter(is_said, draw(corpus, api, declared[operation.path])):
            tried += 1
            api.seen.clear()
            page = await browser.get(
                f"/-/operations/{operation.slug}?{urlencode([*pairs(operation, drawn), ('go', '1')])}"
            )
            wrong += [
                f"{operation.name} {drawn}: {each}" for each in misheard(api, declared[operation.path], page, drawn)
            ]

    assert tried or all(map(needs_headers, declared.values()))
    assert wrong == []


def is_said(drawn: Values) -> bool:
    """Whether each input says something: an empty text in a page's address is as good as none."""
    return not any(value == "" or (isinstance(value, list) and "" in value) for value in drawn["query"].values())


def needs_headers(declared: Declared) -> bool:
    """Whether it can't be asked by an address alone."""
    return any(each["in"] == "header" and each.get("required") for each in declared.parameters)


def is_get(declared: Declared) -> bool:
    return declared.method == "GET"


def misheard(api: MockAPI, declared: Declared, page: Answer, drawn: Values) -> Iterator[str]:
    """What of a question didn't arrive, or not as it was asked."""
    if page.status != 200:
        yield f"the page is a {page.status}"
    asked = [each for each in api.seen if each.operation.method == "GET"]
    if not asked:
        yield f"it didn't arrive, but {[each.path for each in api.seen]}"
        return
    seen = asked[0]
    yield from seen.complaints
    path = declared.path.partition("?")[0].partition("#")[0]
    for name, value in drawn["path"].items():
        text = ",".join(map(str, value)) if isinstance(value, list) else value
        path = path.replace(f"{{{name}}}", text if isinstance(text, str) else json.dumps(text))
    if unquote(seen.path).rstrip("/") != unquote(path).rstrip("/"):
        yield f"it arrived at {seen.path}"
    schemas = {each["name"]: each for each in declared.parameters if each["in"] == "query"}
    for name, value in drawn["query"].items():
        if name in api.credentials:
            continue
        given = [each for key, each in seen.query if key == name]
        schema = api.corpus.resolve(schemas[name].get("schema", {}))
        if is_plain(value) and (not given or decoded(given, schemas[name], schema, api.corpus) != value):
            yield f"{name} arrived as {given}"


def is_plain(value: Any) -> bool:
    """Whether one way of writing a value in a query is as good as the only one."""
    if isinstance(value, list):
        return bool(value) and all(not isinstance(each, dict | list) and "," not in str(each) for each in value)
    return not isinstance(value, dict) and value is not None


def is_around_accounts(site: Site, operation: Operation) -> bool:
    """Whether it has pages of its own: signing in and out."""
    sign_in = site.accounts.sign_in
    return operation in (site.accounts.sign_out, site.accounts.refresh) or (
        sign_in is not None and (operation.method, operation.path) == ("POST", sign_in.path)
    )


def draw(corpus: Corpus, api: MockAPI, declared: Declared) -> list[dict[str, Any]]:
    """A few sets of inputs that the document allows."""
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=EXAMPLES * 3,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(corpus, declared))
    def collect(drawn: dict[str, Any]) -> None:
        if drawn not in found and allowed(api, declared, drawn):
            found.append(drawn)

    collect()
    return found[:EXAMPLES]


def inputs(corpus: Corpus, declared: Declared) -> st.SearchStrategy[dict[str, Any]]:
    """Values for an operation's parameters and its JSON body, if it takes one."""
    parts: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    optional: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    for each in declared.parameters:
        if each["in"] in parts:
            needed = parts if each["in"] == "path" or each.get("required") else optional
            needed[each["in"]][each["name"]] = values(corpus, each.get("schema", {}))
    drawn = {name: st.fixed_dictionaries(needed, optional=optional[name]) for name, needed in parts.items()}
    schema = body_schema(declared)
    if schema is not None:
        return st.fixed_dictionaries({**drawn, "body": values(corpus, schema)})
    return st.fixed_dictionaries(drawn)


def body_schema(declared: Declared) -> dict[str, Any] | None:
    """The schema of the body that forms prefer: JSON's, else a form's without files."""
    contents = (declared.body or {}).get("content") or {}
    for kind in ("json", "urlencoded"):
        for media_type, content in contents.items():
            if kind in media_type:
                found = content.get("schema", {})
                return found if isinstance(found, dict) else {}
    return None


def has_only_other_bodies(declared: Declared) -> bool:
    """Whether the body can only be a file, XML, YAML or text."""
    return bool((declared.body or {}).get("content")) and body_schema(declared) is None


def allowed(api: MockAPI, declared: Declared, drawn: dict[str, Any]) -> bool:
    """Whether the document really allows what was drawn, and a path can hold it."""
    schemas = {(each["in"], each["name"]): each.get("schema", {}) for each in declared.parameters}
    for part in ("path", "query"):
        for name, value in drawn[part].items():
            if api.contract.complaints(schemas[part, name], value):
                return False
            if part == "path" and not fits_a_segment(value):
                return False
    schema = body_schema(declared)
    return schema is None or not api.contract.complaints(schema, drawn["body"])


def fits_a_segment(value: Any) -> bool:
    """Whether a path can hold it: what anybody on the way might take for dots or slashes is never sent."""
    if value in (None, [], "") or set("/\\%") & set(str(value)):
        return False
    try:
        join("", fill_path("/{value}", {"value": str(value)}))
    except UnsafePath:
        return False
    return True


def pairs(operation: Operation, drawn: Values) -> list[tuple[str, str]]:
    """What a browser sends for the form that these values fill; passwords are typed, as no form shows them."""
    fields = OperationForm(operation).fields(drawn, BuildContext())
    page = parse(FORM.render(fields=fields)).root
    secrets = [each for top in fields for each in top.walk() if each.control is Control.PASSWORD]
    typed = {each.name: at(drawn, each.name) for each in secrets if at(drawn, each.name) is not None}
    return fill_in(page, page.one("form"), typed).fields


def at(values: Any, pointer: str) -> Any:
    """The value at a pointer; None where there is none."""
    for part in split(pointer):
        if isinstance(values, list):
            values = values[int(part)] if int(part) < len(values) else None
        else:
            values = values.get(part) if isinstance(values, dict) else None
    return values


def complaints(api: MockAPI, operation: Operation, status: int, drawn: Values) -> Iterator[str]:
    """What is wrong with what arrived."""
    arrived = [each for each in api.seen if each.operation.method == operation.method]
    if not arrived and operation.method in ("PUT", "PATCH") and not drawn.get("body"):
        return  # a change of nothing isn't sent
    if len(arrived) != 1:
        yield f"it arrived {len(arrived)} times, and the page is a {status}"
        return
    (seen,) = arrived
    yield from seen.complaints
    if status >= 400:
        yield f"the page is a {status}"
    if "body" in drawn and "json" in seen.headers.get("content-type", ""):
        body = json.loads(seen.body) if seen.body else None
        if body != drawn["body"] and not (body is None and drawn["body"] == {}):
            yield f"arrived as {body}"


async def test_files_and_texts_arrive_as_they_are(corpus: Corpus, api: MockAPI, site: Site, browser: Browser) -> None:
    declared = {(each.method, each.path.partition("?")[0].partition("#")[0]): each for each in corpus.operations}
    others = [each for each in site.operations if has_only_other_bodies(declared[each.method, each.path])]
    wrong = []
    for operation in others:
        page = await browser.get(f"/-/operations/{operation.slug}")
        form = page.page.one("#form")
        inputs = [each for each in form.walk() if each.tag in ("input", "textarea") and "/" in each.get("name")]
        inputs += [each for each in form.walk() if each.get("name") == "body"]
        given: dict[str, Any] = {
            each.get("name"): FILE if each.get("type") == "file" else "17" for each in inputs if is_typed(each)
        }
        api.seen.clear()
        await browser.submit("#form", **given)
        arrived = [each for each in api.seen if each.operation.method == operation.method]
        sent = (b"%PDF-1.4 \xff" if FILE in given.values() else b"17") if len(arrived) == 1 else b""
        if len(arrived) != 1 or arrived[0].complaints or sent not in arrived[0].body:
            wrong.append(f"{operation.name}: {[each.complaints for each in arrived]} {given}")

    assert wrong == []


def is_typed(control: Element) -> bool:
    """Whether a person fills it in, rather than the form or a button."""
    return control.get("type", "text") not in ("hidden", "checkbox", "radio") and ":" not in control.get("name")
