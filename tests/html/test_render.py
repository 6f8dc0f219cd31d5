"""The renderer: layouts, fragments, overrides, headers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jinja2
import pytest
from starlette.requests import Request

from tests.html.asking import PARTIAL, RESTORED, WHOLE, asking, renderer
from tests.html.samples import FULL_LIST, SAMPLES, SHELL, STRANGER
from webapp.html.htmx import VARY
from webapp.html.render import PageEnvironment, render
from webapp.testing.markup import parse

LIST_NAMES = ["issues/list.html", "pages/list.html"]
TARGET = {**PARTIAL, "HX-Target": "section#list"}


def template(folder: Path, name: str, source: str) -> None:
    """A template of a user's own."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def text(answer: Any) -> str:
    """What an answer holds."""
    return bytes(answer.body).decode()


def test_a_browser_gets_the_whole_page() -> None:
    answer = renderer().render(asking(), LIST_NAMES, FULL_LIST, fragment="list")
    page = parse(text(answer)).root

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert text(answer).startswith("<!doctype html>")
    assert page.find("title").text == "Issues · Tracker"  # type: ignore[union-attr]
    assert page.find("body").classes == ["list", "list-issues"]  # type: ignore[union-attr]
    assert len(page.all("tbody tr")) == 25


@pytest.mark.parametrize("headers", [WHOLE, RESTORED, {**PARTIAL, "HX-History-Restore-Request": "true"}])
def test_htmx_gets_the_whole_page_where_it_swaps_the_whole_page(headers: dict[str, str]) -> None:
    answer = renderer().render(asking(headers), LIST_NAMES, FULL_LIST, fragment="list")

    assert text(answer).startswith("<!doctype html>")
    assert "hx-retarget" not in answer.headers


def test_htmx_gets_the_part_alone_where_it_swaps_a_part() -> None:
    answer = renderer().render(asking(TARGET), LIST_NAMES, FULL_LIST, fragment="list")
    page = parse(text(answer)).root

    assert "<html" not in text(answer)
    assert page.find("title").text == "Issues · Tracker"  # type: ignore[union-attr]
    assert len(page.all("tbody tr")) == 25
    assert not page.all("main")
    assert "hx-retarget" not in answer.headers


def test_the_part_is_the_same_in_the_page_and_alone() -> None:
    whole = text(renderer().render(asking(), LIST_NAMES, FULL_LIST, fragment="list"))
    part = text(renderer().render(asking(TARGET), LIST_NAMES, FULL_LIST, fragment="list"))

    assert part.partition("</title>\n")[2].strip() in whole


def test_a_part_of_a_page_without_a_title_has_none(tmp_path: Path) -> None:
    template(
        tmp_path,
        "mine.html",
        "{% extends layout %}{% block main %}<h1>M</h1>{% block p %}<p>x{% endblock %}{% endblock %}",
    )

    answer = renderer([tmp_path]).render(asking(PARTIAL), "mine.html", {}, fragment="p")

    assert text(answer).strip() == "<p>x"


def test_the_first_candidate_that_is_there_is_taken(tmp_path: Path) -> None:
    template(
        tmp_path, "issues/list.html", "{% extends layout %}{% block main %}<h1>Mine: {{ title }}</h1>{% endblock %}"
    )

    ours = renderer([tmp_path])

    assert "<h1>Mine: Issues</h1>" in text(ours.render(asking(), LIST_NAMES, FULL_LIST))
    assert "Mine" not in text(ours.render(asking(), ["users/list.html", "pages/list.html"], FULL_LIST))


def test_a_page_without_any_template_is_an_error() -> None:
    with pytest.raises(jinja2.TemplatesNotFound):
        renderer().render(asking(), ["a.html", "b.html"], {})


def test_an_override_of_a_block_works_in_the_page_and_alone(tmp_path: Path) -> None:
    source = """{% extends "default:pages/list.html" %}
{% block row %}<tr id="{{ row.id }}"><td>{{ row.title|upper }} of {{ title }}</td></tr>{% endblock %}
{% block table %}<p>{{ rows|length }} rows</p>{{ super() }}{% endblock %}"""
    template(tmp_path, "issues/list.html", source)

    for headers in ({}, TARGET):
        page = text(renderer([tmp_path]).render(asking(headers), LIST_NAMES, FULL_LIST, fragment="list"))
        assert "<p>25 rows</p>" in page
        assert f'<tr id="issues-1"><td>{FULL_LIST.rows[0].title.upper()} of Issues' in page
        assert page.count(" of Issues</td>") == 25
        assert 'id="sort-1"' in page


def test_an_override_may_import_and_set(tmp_path: Path) -> None:
    source = """{% extends "default:pages/list.html" %}
{% from "ui/facts.html" import shown %}
{% set unit = "votes" %}
{% block row %}<tr><td>{{ shown("integer", row.values[3], false) }} {{ unit }}</td></tr>{% endblock %}"""
    template(tmp_path, "issues/list.html", source)

    for headers in ({}, TARGET):
        page = text(renderer([tmp_path]).render(asking(headers), LIST_NAMES, FULL_LIST, fragment="list"))
        assert page.count(" votes</td>") == 25


def test_a_row_of_ones_own_may_have_our_cells(tmp_path: Path) -> None:
    source = """{% extends "default:pages/list.html" %}
{% block row %}<tr id="{{ row.id }}" class="mine">{{ cells }}</tr>{% endblock %}"""
    template(tmp_path, "issues/list.html", source)
    ours = text(renderer().render(asking(), LIST_NAMES, FULL_LIST))

    page = text(renderer([tmp_path]).render(asking(), LIST_NAMES, FULL_LIST))

    assert page.count('" class="mine">') == len(FULL_LIST.rows)
    shown = [[cell.text for cell in parse(each).root.all("tbody td")] for each in (page, ours)]
    assert shown[0] == shown[1] != []


def test_cells_of_ones_own_are_in_every_table(tmp_path: Path) -> None:
    source = """{% macro heading(column, id="") %}<th>{{ column.label|upper }}</th>{% endmacro %}
{% macro write(columns, rows, into) %}
{% for row in rows %}
{% set cells %}<td>{{ row.values[0] }} in {{ columns|length }} columns</td>{% endset %}
{% set _ = into.append(cells) %}
{% endfor %}
{% endmacro %}"""
    template(tmp_path, "ui/table.html", source)

    page = text(renderer([tmp_path]).render(asking(), LIST_NAMES, FULL_LIST))

    assert page.count(f" in {len(FULL_LIST.columns)} columns</td></tr>") == len(FULL_LIST.rows)
    assert "<th>TITLE</th>" in page


def test_a_block_that_no_override_names_is_still_a_part(tmp_path: Path) -> None:
    template(
        tmp_path,
        "pages/list.html",
        '{% extends "default:pages/list.html" %}{% block heading %}<h1>Mine</h1>{% endblock %}',
    )

    page = text(renderer([tmp_path]).render(asking(TARGET), LIST_NAMES, FULL_LIST, fragment="list"))

    assert "Mine" not in page
    assert page.count("<tr id=") == 25


def test_the_layout_and_its_pieces_can_be_replaced(tmp_path: Path) -> None:
    template(tmp_path, "partials/_top.html", "<header>Mine</header>")
    template(
        tmp_path,
        "layout.html",
        '{% extends "default:layout.html" %}{% block head %}<meta name="mine" content="1">{% endblock %}',
    )

    page = text(renderer([tmp_path]).render(asking(), LIST_NAMES, FULL_LIST))

    assert "<header>Mine</header>" in page
    assert '<meta name="mine" content="1">' in page


def test_the_variables_of_a_page_are_the_fields_of_its_dataclass(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Mine:
        word: str

    template(tmp_path, "mine.html", "{{ word }} {{ shell.site }} {{ url('/x') }}")

    assert (
        text(renderer([tmp_path]).render(asking(root_path="/app"), "mine.html", Mine("hello")))
        == "hello Tracker /app/x"
    )


def test_a_mapping_will_do_for_a_page_of_ones_own(tmp_path: Path) -> None:
    template(tmp_path, "mine.html", "{{ word }}")

    assert text(renderer([tmp_path]).render(asking(), "mine.html", {"word": "<hello>"})) == "&lt;hello&gt;"


def test_the_function_uses_the_renderer_of_the_request() -> None:
    request: Request = asking()
    request.state.renderer = renderer()

    answer = render(request, *SAMPLES["home"], status=201, headers={"X-Mine": "1"})

    assert answer.status_code == 201
    assert answer.headers["x-mine"] == "1"


@pytest.mark.parametrize("source", ["{{ nothing }}", "{{ word.nothing }}", "{{ data.nothing }}", "{{ data.a.b }}"])
def test_a_misspelt_name_is_an_error(tmp_path: Path, source: str) -> None:
    template(tmp_path, "mine.html", source)

    with pytest.raises(jinja2.UndefinedError):
        renderer([tmp_path]).render(asking(), "mine.html", {"word": "x", "data": {"a": 1}})


class Both:
    """Has attributes, and items too."""

    attribute = "attribute"

    def __getitem__(self, name: str) -> str:
        if name == "item":
            return "item"
        raise KeyError(name)


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ data.items }}", {"items": [1]}, "[1]"),
        ("{{ data.keys }}", MappingProxyType({"keys": "k"}), "k"),
        ("{{ data.get('a') }}", {"a": 1}, "1"),
        ("{{ data.a.b }}", {"a": {"b": "deep"}}, "deep"),
        ("{{ data.attribute }} {{ data.item }}", Both(), "attribute item"),
        ("{{ data.nothing is defined }}", Both(), "False"),
        ("{{ data.nothing is defined }}", {}, "False"),
        ("{{ data.real }}", 5, "5"),
        ("{{ data.nothing is defined }}", 5, "False"),
    ],
)
def test_a_key_comes_before_a_method(source: str, value: Any, shown: str) -> None:
    assert PageEnvironment().from_string(source).render(data=value) == shown


def test_values_are_escaped_everywhere() -> None:
    nasty = '"><script>alert(1)</script>'
    environment = renderer().environment

    assert environment.from_string("<a title='{{ x }}'>{{ x }}</a>").render(x=nasty).count("<script") == 0
    assert environment.from_string("{% set y %}{{ x }}{% endset %}{{ y }}").render(x=nasty).count("<script") == 0


def test_half_a_surrogate_pair_can_be_sent(tmp_path: Path) -> None:
    template(tmp_path, "mine.html", "{{ word }}")

    assert text(renderer([tmp_path]).render(asking(), "mine.html", {"word": "a\ud800b"})) == "a?b"


# Headers


def headers_of(status: int = 200, asked: Mapping[str, str] | None = None, **given: Any) -> Mapping[str, str]:
    """The headers of a page."""
    name, page = SAMPLES["error" if given.get("fragment") == "error" else "list"]
    return renderer(shell=given.pop("shell", SHELL)).render(asking(asked), name, page, status=status, **given).headers


@pytest.mark.parametrize("asked", [{}, PARTIAL, WHOLE, RESTORED])
def test_no_cache_mistakes_a_part_for_the_page(asked: dict[str, str]) -> None:
    assert headers_of(asked=asked)["vary"] == VARY


def test_what_a_signed_in_person_sees_is_not_kept() -> None:
    assert headers_of()["cache-control"] == "no-store"
    assert headers_of(shell=STRANGER)["cache-control"] == "private, no-cache"


def test_the_handlers_headers_win() -> None:
    headers = headers_of(
        422, TARGET, fragment="list", headers={"cache-control": "max-age=5", "HX-Push-Url": "/issues?q=a"}
    )

    assert headers["cache-control"] == "max-age=5"
    assert headers["hx-push-url"] == "/issues?q=a"


def test_an_error_never_lands_where_rows_belong() -> None:
    headers = headers_of(503, TARGET, fragment="error")

    assert headers["hx-retarget"] == "#main"
    assert headers["hx-reswap"].startswith("innerHTML")
    assert headers["hx-push-url"] == "false"


def test_a_list_with_an_error_in_it_stays_where_it_belongs() -> None:
    headers = headers_of(422, TARGET, fragment="list")

    assert "hx-retarget" not in headers
    assert headers["hx-push-url"] == "false"


def test_a_whole_page_never_lands_in_a_part_of_one() -> None:
    for headers in (headers_of(asked=TARGET), headers_of(500, TARGET)):
        assert headers["hx-retarget"] == "body"
        assert headers["hx-reswap"].startswith("innerHTML")


def test_a_part_that_is_a_template_of_its_own_goes_where_it_was_asked_for(tmp_path: Path) -> None:
    template(tmp_path, "rows.html", "<tr><td>1</td></tr>")

    headers = renderer([tmp_path]).render(asking(TARGET), "rows.html", {}).headers

    assert "hx-retarget" not in headers


@pytest.mark.parametrize("asked", [WHOLE, RESTORED])
def test_a_whole_error_page_needs_no_other_target(asked: dict[str, str]) -> None:
    headers = headers_of(503, asked, fragment="error")

    assert "hx-retarget" not in headers
    assert headers["hx-push-url"] == "false"


def test_browsers_without_htmx_are_told_nothing_about_it() -> None:
    assert not [name for name in headers_of(503, fragment="error") if name.startswith("hx-")]


def test_in_debug_a_header_names_the_templates_tried() -> None:
    debugged = renderer(debug=True).render(asking(), LIST_NAMES, FULL_LIST)

    assert debugged.headers["x-webapp-templates"] == "issues/list.html?, pages/list.html"
    assert "x-webapp-templates" not in headers_of()


def test_in_debug_a_changed_template_is_read_again(tmp_path: Path) -> None:
    template(tmp_path, "mine.html", "before")
    quick, debugged = renderer([tmp_path]), renderer([tmp_path], debug=True)
    assert text(quick.render(asking(), "mine.html", {})) == text(debugged.render(asking(), "mine.html", {})) == "before"

    template(tmp_path, "mine.html", "after that")
    template(tmp_path, "first.html", "new")

    assert text(quick.render(asking(), "mine.html", {})) == "before"
    assert text(debugged.render(asking(), ["first.html", "mine.html"], {})) == "new"


@pytest.mark.parametrize("hue", [None, 150])
def test_the_accent_is_the_shells(hue: int | None) -> None:
    page = text(renderer(shell=replace(SHELL, hue=hue)).render(asking(), *SAMPLES["home"]))

    assert ("ui-hue-150." in page) is (hue is not None)


def test_which_templates_there_are_is_kept_for_no_more_pages_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.html.render.MOST_CHOSEN", 5)
    ours = renderer()

    for number in range(10):
        ours.render(asking(), [f"{number}/list.html", "pages/list.html"], FULL_LIST)
    ours.render(asking(), [f"{'x' * 1000}/list.html", "pages/list.html"], FULL_LIST)

    assert len(vars(ours)["_chosen"]) <= 5
