"""Our templates: each says what it needs, uses what it imports, escapes what it shows, and passes the lint."""

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from tests.html.asking import PARTIAL, asking, renderer
from tests.html.samples import ALONE, FRAGMENTS, NOTICED, SAMPLES, SHELL, STRANGER
from webapp.html import context
from webapp.html.assets import find_folder
from webapp.html.htmx import VARY
from webapp.html.kinds import Kind
from webapp.testing.lint import Subject, lint
from webapp.testing.markup import parse

TEMPLATES = find_folder("templates")
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in NAMES if name.startswith("pages/")]
ENVIRONMENT: Environment = renderer().environment
ALWAYS_THERE = {"shell", "layout", "fragment", "url", "asset", "zip"}

PAGE_OF = {f"pages/{name.removesuffix('Page').lower()}.html": name for name in dir(context) if name.endswith("Page")}


def source(name: str) -> str:
    """A template as it is written."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def tree(name: str) -> nodes.Template:
    """A template as Jinja reads it."""
    return ENVIRONMENT.parse(source(name), name)


def annotations(page: str) -> dict[str, str]:
    """The fields of a page's dataclass with their types, as they are written."""
    module = ast.parse(Path(inspect.getfile(getattr(context, page))).read_text(encoding="utf-8"))
    (found,) = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == page]
    return {
        node.target.id: ast.unparse(node.annotation).replace("'", "")
        for node in found.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def used_by(name: str) -> set[str]:
    """The variables that a template and what it includes take from outside."""
    names = list(tree(name).find_all(nodes.Name))
    imports = tree(name).find_all(nodes.FromImport)
    made_here = {each.name for each in names if each.ctx != "load"} | {"self", "super", "loop"}
    made_here |= {alias if isinstance(alias, str) else alias[1] for each in imports for alias in each.names}
    used = {each.name for each in names if each.ctx == "load"} - made_here
    for included in tree(name).find_all(nodes.Include):
        assert isinstance(included.template, nodes.Const)
        used |= used_by(included.template.value)
    return used


def render(template: str, page: Any, *, fragment: str | None = None, shell: context.Shell = SHELL) -> str:
    """A page, or its part, as it is sent."""
    asked = asking(PARTIAL if fragment else {})
    answer = renderer(shell=shell).render(asked, template, page, fragment=fragment)
    return bytes(answer.body).decode()


def test_each_page_of_the_contract_has_a_template_and_a_sample() -> None:
    assert sorted(PAGE_OF) == PAGES
    assert {template for template, _ in SAMPLES.values()} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_pages_comment_says_what_its_dataclass_says(name: str) -> None:
    comment = re.match(r"\{#\n(.*?)#\}", source(name), re.DOTALL)
    assert comment is not None
    expected = annotations(PAGE_OF[name])

    said = dict(re.findall(r"^  ([a-z_]+) {2,}(\S(?:\S| (?! ))*)", comment[1], re.MULTILINE))

    assert said == expected


@pytest.mark.parametrize("name", PAGES)
def test_a_page_uses_the_fields_of_its_dataclass_and_nothing_else(name: str) -> None:
    declared = {field.name for field in fields(getattr(context, PAGE_OF[name]))}

    assert used_by(name) - ALWAYS_THERE == declared


@pytest.mark.parametrize("name", NAMES)
def test_every_template_begins_with_what_it_is_for(name: str) -> None:
    assert re.match(r"\{#-?\s+\S", source(name))


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_imported_is_used(name: str) -> None:
    imported = {
        alias if isinstance(alias, str) else alias[1]
        for statement in tree(name).find_all(nodes.FromImport)
        for alias in statement.names
    }
    used = {node.name for node in tree(name).find_all(nodes.Name) if node.ctx == "load"}

    assert imported <= used
    assert not list(tree(name).find_all(nodes.Import)), "import macros by name"


def test_every_macro_and_every_partial_is_used_somewhere() -> None:
    macros = {macro.name for name in NAMES for macro in tree(name).find_all(nodes.Macro)}
    called = {node.name for name in NAMES for node in tree(name).find_all(nodes.Name) if node.ctx == "load"}
    included = {
        node.template.value
        for name in NAMES
        for node in tree(name).find_all(nodes.Include)
        if isinstance(node.template, nodes.Const)
    }

    assert macros - called == set()
    assert {name for name in NAMES if name.startswith("partials/")} == included


@pytest.mark.parametrize("name", NAMES)
def test_no_template_breaks_the_rules(name: str) -> None:
    text = source(name)

    assert "|safe" not in text.replace(" ", "")
    assert "autoescape" not in text
    assert not re.search(r"\bhx-on|\bjs:|javascript:|\sstyle=|<style|\son[a-z]+=", text)
    # Filters of triggers are code, which the content security policy forbids.
    assert not re.search(r'hx-trigger="[^"]*\[', text)
    # What is meant for those inside has to say so.
    for attribute in re.findall(r"<(?:body|nav|thead|ul|main)\b[^>]*\s(hx-[a-z:-]+)=", text):
        assert attribute.endswith(":inherited")


@pytest.mark.parametrize("shell", [SHELL, NOTICED, STRANGER, ALONE], ids=["signed-in", "noticed", "stranger", "alone"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_page_passes_the_lint(sample: str, shell: context.Shell) -> None:
    document = parse(render(*SAMPLES[sample], shell=shell))

    assert lint(Subject(document, fragment=False, vary=VARY)) == []


@pytest.mark.parametrize("sample", [name for name, (template, _) in SAMPLES.items() if template in FRAGMENTS])
def test_a_part_of_a_page_passes_the_lint(sample: str) -> None:
    template, page = SAMPLES[sample]
    whole = parse(render(template, page))

    part = parse(render(template, page, fragment=FRAGMENTS[template]))

    known = [each.id for each in whole.root.walk() if each.id]
    assert lint(Subject(part, fragment=True, vary=VARY, known_ids=known)) == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_whatever_is_in_a_page_is_only_text(sample: str) -> None:
    template, page = SAMPLES[sample]
    shell = replace(poisoned(SHELL), path="/issues", hue=None)

    document = parse(render(template, poisoned(page), shell=shell))

    tame = parse(render(template, page))
    assert [each for each in document.root.walk() if each.tag == "evil"] == []
    assert [each for each in document.root.walk() if "evil" in each.attributes] == []
    assert {each.tag for each in document.root.walk()} <= {each.tag for each in tame.root.walk()} | KNOWN_TAGS
    assert not document.duplicate_attributes


POISON = "'\"><evil evil=1>{{ 7 * 7 }}<script>alert(1)</script><!--"
KNOWN_TAGS = {"span", "a", "p", "b", "small", "br", "h2", "div"}


def poisoned(value: Any) -> Any:
    """The same with all texts as bad as they get, but for those that are names of ours."""
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return POISON if value else value
    if isinstance(value, tuple | list):
        return type(value)(poisoned(each) for each in value)
    if isinstance(value, dict):
        return {f"{POISON}{key}": poisoned(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        ours = {"id", "sorted", "type", "username_type"}
        changed = {
            field.name: poisoned(getattr(value, field.name)) for field in fields(value) if field.name not in ours
        }
        return replace(value, **changed)
    return value


DANGEROUS = ["javascript:alert(1)", "data:text/html,<script>", " javascript:x", "https:evil", "vbscript:x"]


@pytest.mark.parametrize("value", DANGEROUS)
def test_no_value_becomes_a_link_that_runs(value: str) -> None:
    facts = tuple(context.Fact(kind, kind, kind, value) for kind in Kind)
    columns = tuple(context.Column(kind, kind, kind) for kind in Kind)
    row = context.Row("r-1", None, "Row", (value,) * len(columns), (None,) * len(columns))
    section = context.Section("Rows", columns=columns, rows=(row,))
    page = context.DetailPage("x", "X", (), facts, (section,), (), "")

    document = parse(render("pages/detail.html", page))

    main = document.root.find("main")
    assert main is not None
    assert main.all("a") == []
    assert main.all("img") == []


def shown(kind: Kind, value: Any) -> Iterator[str]:
    """The markup of a value, as a fact and as a cell."""
    fact = context.Fact("key", "Label", kind, value)
    row = context.Row("r-1", "/r/1", "Row", ("first", value), (None, None))
    columns = (context.Column("first", "First", Kind.TEXT), context.Column("key", "Label", kind))
    section = context.Section("Rows", columns=columns, rows=(row,))
    page = context.DetailPage("x", "X", (), (fact,), (section,), (), "")
    root = parse(render("pages/detail.html", page)).root
    for found in (root.find("main dd"), root.find("main td")):
        assert found is not None
        yield found.text


@pytest.mark.parametrize("value", ["hunter2", None, "", 5, {"a": "hunter2"}, ["hunter2"]])
def test_a_secret_is_never_shown(value: Any) -> None:
    assert list(shown(Kind.SECRET, value)) == ["hidden", "hidden"]


@pytest.mark.parametrize(
    ("kind", "value", "fact", "cell"),
    [
        (Kind.TEXT, None, "none", "\u2013"),
        (Kind.TEXT, "", "none", "\u2013"),
        (Kind.TEXT, 0, "0", "0"),
        (Kind.BOOLEAN, False, "No", "No"),
        (Kind.BOOLEAN, "yes", "yes", "yes"),
        (Kind.INTEGER, 0, "0", "0"),
        (Kind.CODE, 123456, "123456", "123456"),
        (Kind.DATETIME, "2026-11-18T12:00:00Z", "18 Nov 2026, 12:00 3 days ago", "2026-11-18 12:00"),
        (Kind.DATE, "2026-11-20", "20 Nov 2026 yesterday", "2026-11-20"),
        (Kind.DATE, "soon", "soon", "soon"),
        (Kind.LIST, [], "none", "\u2013"),
        (Kind.LIST, ["a", "b"], "a b", "a b"),
        (Kind.JSON, {"name": "Apollo"}, "name Apollo", "Apollo"),
        (Kind.URL, "no link", "no link", "no link"),
        (Kind.PERCENT, 46.25, "46.25 %", "46.25 %"),
        (Kind.SECONDS, 93_784, "1 d 2 h", "1 d 2 h"),
        (Kind.SECONDS, {"a": 1}, '{ "a": 1 }', '{ "a": 1 }'),
        (Kind.MILLISECONDS, 1534, "1.5 s", "1.5 s"),
        (Kind.DURATION, "PT90M", "90 min", "90 min"),
        (Kind.PHONE, "+49 30 1234567", "+49 30 1234567", "+49 30 1234567"),
    ],
)
def test_a_value_is_shown_as_what_it_is(kind: Kind, value: Any, fact: str, cell: str) -> None:
    assert list(shown(kind, value)) == [fact, cell]


def test_the_first_column_leads_to_the_rows_page() -> None:
    root = parse(render(*SAMPLES["list"])).root

    heads = root.all("tbody th")
    assert [head.get("scope") for head in heads] == ["row"] * 25
    assert [head.all("a")[0].get("href") for head in heads[:2]] == ["/issues/1", "/issues/2"]


def test_a_row_whose_first_value_is_missing_is_called_by_its_title() -> None:
    row = context.Row("r-7", "/r/7", "Issue 7", (None,), (None,))
    page = replace(SAMPLES["list"][1], columns=(context.Column("title", "Title", Kind.TEXT),), rows=(row,))

    root = parse(render("pages/list.html", page)).root

    assert [link.text for link in root.all("tbody a")] == ["Issue 7"]


def test_the_filter_form_works_without_javascript_and_keeps_what_it_should() -> None:
    root = parse(render(*SAMPLES["list"])).root
    form = root.find("form#filters")
    assert form is not None

    assert (form.get("action"), form.get("method")) == ("/issues", "get")
    assert form.get("hx-get") == "/issues"
    assert form.get("hx-target") == "#list"
    kept = {each.get("name"): each.get("value") for each in root.all("#list input") if each.get("form") == "filters"}
    assert kept == {"sort": "title", "size": "25"}


def test_sorting_and_turning_pages_are_links_that_htmx_takes_over() -> None:
    root = parse(render(*SAMPLES["list"])).root

    for name in ("#list thead", "#list nav"):
        element = root.find(name)
        assert element is not None
        assert element.get("hx-boost:inherited").startswith("target:#list")
        assert all(link.get("href").startswith("/issues?") for link in element.all("a"))
    assert [head.get("aria-sort") for head in root.all("thead th")][:2] == ["ascending", ""]


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("list-empty", "Nothing here yet"),
        ("list-no-match", "Nothing matches"),
        ("list-past-the-end", "Past the end"),
        ("list-refused", "did not accept"),
    ],
)
def test_a_list_without_rows_says_why(sample: str, expected: str) -> None:
    assert expected in render(*SAMPLES[sample])


def test_a_list_says_aloud_how_much_there_is() -> None:
    root = parse(render(*SAMPLES["list"], fragment="list")).root

    assert [each.text for each in root.walk() if "data-announce" in each.attributes] == ["26\u201350 of 2 381"]


@pytest.mark.parametrize(
    ("pager", "extent"),
    [
        (context.Pager(1, 25, None, None, "/x"), "1\u201325"),
        (context.Pager(1, 25, 25, None, None), "25 in all"),
        (context.Pager(1, 0, 0, None, None), "0 of 0"),
        (context.Pager(1, 0, None, None, None), "No rows"),
        (context.Pager(None, None, 52, None, None), "52 in all"),
        (context.Pager(None, None, None, None, None, beginning_href="/x"), "A later page"),
        (context.Pager(None, None, 52, None, None, beginning_href="/x"), "A later page of 52"),
        (context.Pager(51, 52, 52, "/x", None), "51\u201352 of 52"),
        (None, "25 in all"),
    ],
)
def test_the_extent_of_a_list_is_told_as_far_as_it_is_known(pager: context.Pager | None, extent: str) -> None:
    root = parse(render("pages/list.html", replace(SAMPLES["list"][1], pager=pager))).root

    assert [each.text for each in root.walk() if "data-announce" in each.attributes] == [extent]


def test_an_error_that_passes_tries_again_with_and_without_javascript() -> None:
    page = render(*SAMPLES["error"])

    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert 'data-retry="5"' in page
    assert "http-equiv" not in render(*SAMPLES["error-empty"])


def test_who_is_signed_in_can_sign_out_from_every_page() -> None:
    signed_in = parse(render(*SAMPLES["home"])).root
    stranger = parse(render(*SAMPLES["home"], shell=STRANGER)).root

    assert [form.get("action") for form in signed_in.all("header form")] == ["/-/jump", "/logout"]
    assert [form.get("method") for form in signed_in.all("header form")] == ["get", "post"]
    assert [link.get("href") for link in stranger.all("header a")][-1] == "/login?next=%2Fissues%3Fpage%3D2"
