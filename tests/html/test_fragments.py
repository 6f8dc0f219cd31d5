"""Parts of pages that are kept: written anew whenever anything that they depend on is another."""

from dataclasses import replace
from typing import Any

import pytest
from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError
from markupsafe import Markup

from tests.html.asking import asking, renderer
from tests.html.samples import FULL_LIST, SHELL
from webapp.html.context import Link
from webapp.html.fragments import FIND, KEEP, LARGEST, LEAST, MOST_TEXT, Fragments, KeptExtension
from webapp.html.render import PageEnvironment


def environment(**sources: str) -> PageEnvironment:
    """Templates that keep what they write."""
    made = PageEnvironment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined, extensions=[KeptExtension]
    )
    fragments = Fragments()
    made.filters.update({FIND: fragments.find, KEEP: fragments.keep})
    return made


class Counted:
    """Says how many times it was written."""

    def __init__(self) -> None:
        self.times = 0

    def __str__(self) -> str:
        self.times += 1
        return f"<{self.times}>"


def shown(source: str, *rounds: dict[str, Any]) -> list[str]:
    """What a template makes of several pages' variables; `{{ count }}` tells a part that was written again."""
    template = environment(a=source).get_template("a")
    count = Counted()
    return [template.render(count=count, **each) for each in rounds]


def test_a_part_is_written_once_for_the_same_values() -> None:
    link = Link("Here", "/")
    same = {"text": "a", "link": link, "links": (link,)}
    again = {"text": "ab"[:1], "link": link, "links": (link,)}

    assert shown("{% kept text, link, links %}{{ count }}{% endkept %}", same, again) == ["&lt;1&gt;", "&lt;1&gt;"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "b"),
        ("", None),
        (True, 1),
        (False, 0),
        (0, None),
        (1, "1"),
        (Link("a", "/"), Link("a", "/")),
        ((Link("a", "/"),), (Link("a", "/"),)),
        ((), None),
        ((None,), ()),
    ],
)
def test_a_part_is_written_again_for_another_value(one: object, other: object) -> None:
    pages = shown("{% kept value %}{{ count }}{% endkept %}", {"value": one}, {"value": other}, {"value": one})

    assert pages == ["&lt;1&gt;", "&lt;2&gt;", "&lt;1&gt;"]


def test_each_place_keeps_its_own() -> None:
    two = "{% kept x %}a{{ x }}{% endkept %}{% kept x %}b{{ x }}{% endkept %}"
    source = two + "{% for n in y %}{% kept n %}{{ n }}{% endkept %}{% endfor %}"

    assert shown(source, {"x": "<", "y": "12"}, {"x": "<", "y": "21"}) == ["a&lt;b&lt;12", "a&lt;b&lt;21"]


def test_what_is_set_within_stays_within() -> None:
    source = "{% set x = 1 %}{% kept y %}{% set x = 2 %}{{ x }}{% endkept %}{{ x }}"

    assert shown(source, {"y": ""}, {"y": ""}) == ["21", "21"]


def test_it_has_to_be_said_what_a_part_depends_on() -> None:
    with pytest.raises(TemplateSyntaxError):
        environment(a="{% kept %}{% endkept %}").get_template("a")


def test_what_is_kept_stays_within_bounds() -> None:
    fragments = Fragments()
    text = Markup("x" * (LARGEST - 1))
    some = MOST_TEXT // len(text)
    for number in range(some + 1):
        fragments.keep(text, "here", (str(number),))
        assert fragments.find(("0",), "here") is text  # looked at, so not the longest unused

    assert fragments.find(("1",), "here") is None
    assert fragments.find((str(some),), "here") is text
    fragments.keep(text + text, "here", ("large",))
    assert fragments.find(("large",), "here") is None


def test_parts_that_say_nothing_stay_within_bounds_too() -> None:
    fragments = Fragments()
    for number in range(MOST_TEXT // LEAST + 1):
        fragments.keep(Markup(""), "here", (str(number),))

    assert fragments.find(("0",), "here") is None
    assert fragments.find(("1",), "here") == ""


def test_what_a_part_was_made_of_is_not_taken_for_what_comes_after_it() -> None:
    fragments = Fragments()
    for number in range(500):
        link = Link(str(number), "/")
        assert fragments.find((link, (link,)), "here") is None
        fragments.keep(Markup(str(number)), "here", (link, (link,)))


def test_no_page_has_a_part_of_somebody_elses() -> None:
    shells = [
        SHELL,
        replace(SHELL, user="Grace"),
        replace(SHELL, user=None),
        replace(SHELL, user=None, path="/elsewhere"),
        replace(SHELL, user=None, can_sign_in=False),
        replace(SHELL, site="Another"),
        replace(SHELL, path="/issues"),
        replace(SHELL, navigation=SHELL.navigation[1:]),
    ]
    current = [SHELL]
    shared = renderer()
    shared.shell = lambda _: current[0]
    for _ in range(2):
        for shell in shells:
            for root in ("", "/ui"):
                current[0] = shell
                alone = renderer(shell=shell).render(asking(root_path=root), "pages/list.html", FULL_LIST)
                assert shared.render(asking(root_path=root), "pages/list.html", FULL_LIST).body == alone.body
