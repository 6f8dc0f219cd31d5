"""The checks that every page goes through: each finds its fault, and nothing else."""

import pytest

from webapp.testing.lint import CHECKS, Finding, LintError, Subject, lint
from webapp.testing.markup import parse

GOOD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Orders</title>
<link rel="stylesheet" href="/-/static/x.css"><script src="/-/static/x.js" defer></script>
<script type="speculationrules">{}</script></head>
<body>
<a href="#main">Skip</a>
<main id="main" tabindex="-1">
<h1>Orders</h1>
<p id="hint">By name.</p>
<form action="/orders" method="get">
<label for="q">Search</label><input id="q" name="q" type="search" aria-describedby="hint">
<label>State <select name="state"><option>open</option></select></label>
<input type="hidden" name="sort" value="a"><textarea name="n" aria-label="Note"></textarea>
<button>Find</button><input type="submit" value="Go"><button aria-label="Close"><svg><title>x</title></svg></button>
</form>
<img src="/x.png" alt="">
<a href="/orders/1"><img src="/1.png" alt="Order 1"></a>
<dialog id="d"><form method="dialog"><button>Close</button></form></dialog>
<template><p id="hint"></p></template>
<script type="application/json">{}</script>
</main>
</body>
</html>"""

VARY = "HX-Request-Type, Cookie"

FAULTS = [
    ("doctype", "<!doctype html>\n", "", "doesn't begin"),
    ("doctype", "<!doctype html>", "<!DOCTYPE html PUBLIC 'x'>", "doesn't begin"),
    ("lang", ' lang="en"', "", "no lang"),
    ("title", "<title>Orders</title>", "", "0 <title>"),
    ("title", "<title>Orders</title>", "<title></title>", "empty"),
    ("h1", "<h1>Orders</h1>", "<h2>Orders</h2>", "0 <h1>"),
    ("h1", "<h1>Orders</h1>", "<h1>Orders</h1><h1>More</h1>", "2 <h1>"),
    ("h1", "<h1>Orders</h1>", "<h1></h1>", "empty"),
    ("main", '<main id="main" tabindex="-1">', '<main id="main"></main><main>', "2 <main>"),
    ("ids", '<p id="hint">', '<p id="q"></p><p id="hint">', "'q' stands 2 times"),
    ("ids", '<dialog id="d">', '<dialog id="d d">', "'d d' is no id"),
    ("labels", '<label for="q">Search</label>', "", "has no label"),
    ("labels", '<label for="q">Search</label>', '<label for="q"></label>', "has no label"),
    ("labels", "<label>State <select", "<label><select", "has no label"),
    ("labels", ' aria-label="Note"', "", "has no label"),
    ("buttons", "<button>Find</button>", "<button></button>", "has no text"),
    ("buttons", "<button>Find</button>", '<input type="button">', "has no text"),
    ("links", "Skip", "", "has no text"),
    ("links", 'alt="Order 1"', 'alt=""', "has no text"),
    ("forms", ' action="/orders"', "", "has no action"),
    ("forms", 'action="/orders" method="get"', "", "has no action and no method"),
    ("inline", 'script type="application/json"', "script", "inline and has no nonce"),
    ("inline", "<meta", "<style>p{}</style><meta", "inline and has no nonce"),
    ("inline", '<p id="hint">', '<p id="hint" style="color:red">', "style of its own"),
    ("handlers", "<button>Find", '<button onclick="x()">Find', "has onclick"),
    ("handlers", "<button>Find", '<button hx-on:click="x()">Find', "has hx-on:click"),
    ("handlers", 'href="/orders/1"', 'href=" JavaScript:x()"', "javascript: URL"),
    ("images", '<img src="/x.png" alt="">', '<img src="/x.png">', "has no alt"),
    ("references", 'aria-describedby="hint"', 'aria-describedby="hint none"', "names 'none'"),
    ("references", 'href="#main"', 'href="#top"', "names 'top'"),
    ("attributes", '<p id="hint">', '<p id="hint" class="a" class="b">', "'class' twice"),
    ("balance", "</h1>", "</h1></p>", "</p> ends nothing"),
]
"""A check, what to replace in the good page with what, and what the check says then."""


def findings(html: str, *, fragment: bool = False, vary: str = VARY, skip: tuple[str, ...] = ()) -> list[Finding]:
    return lint(Subject(parse(html), fragment=fragment, vary=vary), skip=skip)


def test_a_good_page_passes() -> None:
    assert findings(GOOD) == []


@pytest.mark.parametrize(("check", "old", "new", "message"), FAULTS)
def test_a_fault_is_found_by_its_check_alone(check: str, old: str, new: str, message: str) -> None:
    assert old in GOOD

    found = findings(GOOD.replace(old, new, 1))

    assert {each.check for each in found} == {check}
    assert message in found[0].message


def test_every_check_has_a_page_that_fails_it() -> None:
    assert {check for check, *_ in FAULTS} | {"fragment", "vary"} == CHECKS.keys()


@pytest.mark.parametrize("vary", ["", "Cookie", "HX-Request"])
def test_a_page_must_vary_with_what_htmx_asks_for(vary: str) -> None:
    assert [each.check for each in findings(GOOD, vary=vary)] == ["vary"]


def test_a_fragment_needs_none_of_what_surrounds_a_page() -> None:
    assert findings('<table id="list"><tr><td>Tea</td></tr></table>', fragment=True) == []


def test_a_page_where_a_fragment_was_asked_for_is_found() -> None:
    found = findings(GOOD, fragment=True)

    assert {each.check for each in found} == {"fragment"}
    assert len(found) == 4


def test_a_fragment_may_refer_to_the_page_it_stands_in() -> None:
    fragment = '<input aria-labelledby="title"><label for="far">x</label>'

    alone = lint(Subject(parse(fragment), fragment=True, vary=VARY))
    placed = lint(Subject(parse(fragment), fragment=True, vary=VARY, known_ids={"title", "far"}))

    assert [each.check for each in alone] == ["references", "references"]
    assert placed == []


def test_a_check_is_left_out_by_name() -> None:
    assert findings(GOOD, vary="", skip=("vary",)) == []


def test_a_check_that_does_not_exist_can_not_be_left_out() -> None:
    with pytest.raises(ValueError, match="no such check: spelling"):
        findings(GOOD, skip=("spelling",))


def test_the_error_lists_all_findings() -> None:
    error = LintError("GET /orders (200)", [Finding("lang", "no lang"), Finding("vary", "no Vary")])

    assert str(error) == "GET /orders (200): 2 found\n  lang: no lang\n  vary: no Vary"
    assert [finding.check for finding in error.findings] == ["lang", "vary"]
