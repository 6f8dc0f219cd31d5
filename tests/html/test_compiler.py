"""What our templates are compiled to puts out what Jinja's own would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, StrictUndefined, UndefinedError, pass_context
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from markupsafe import Markup, escape

from tests.html.asking import PARTIAL, asking, renderer
from tests.html.samples import ALONE, FRAGMENTS, NOTICED, SAMPLES, SHELL, STRANGER
from webapp.html.compiler import FIELDS, html
from webapp.html.context import Link, Row, Shell
from webapp.html.kinds import Kind
from webapp.html.render import PageEnvironment, Renderer


def as_jinja_has_it(found: Renderer) -> Renderer:
    """The same renderer on Jinja's own code."""
    found.environment.code_generator_class = CodeGenerator
    found.environment.context_class = Context
    return found


def shown(sources: dict[str, str], name: str, **variables: Any) -> str:
    """What one of the templates puts out; what Jinja's own code does is the same."""
    answers = []
    for plain in (False, True):
        environment = PageEnvironment(loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined)
        if plain:
            environment.code_generator_class = CodeGenerator
            environment.context_class = Context
        answers.append(environment.get_template(name).render(variables))
    assert answers[0] == answers[1]
    return answers[0]


@pytest.mark.parametrize("shell", [SHELL, NOTICED, STRANGER, ALONE], ids=["user", "notice", "stranger", "alone"])
def test_every_page_is_what_jinja_makes_of_it(shell: Shell) -> None:
    ours, plain = renderer(shell=shell), as_jinja_has_it(renderer(shell=shell))

    for template, page in SAMPLES.values():
        assert ours.render(asking(), template, page).body == plain.render(asking(), template, page).body


def test_every_part_of_a_page_is_what_jinja_makes_of_it() -> None:
    ours, plain = renderer(), as_jinja_has_it(renderer())

    for template, page in SAMPLES.values():
        if part := FRAGMENTS.get(template):
            pair = [each.render(asking(PARTIAL), template, page, fragment=part).body for each in (ours, plain)]
            assert pair[0] == pair[1]


class Text(str):
    """A text that isn't exactly a str."""

    __slots__ = ()


class Safe:
    """Something that knows its own HTML."""

    def __html__(self) -> str:
        return "<b>&amp;</b>"


class SafeText(Text):
    """A text that knows its own HTML."""

    __slots__ = ()

    def __html__(self) -> str:
        return "<i>"


HOSTILE = "<script>alert('&\"')</script>"


@pytest.mark.parametrize(
    "value",
    [HOSTILE, Text(HOSTILE), Markup(HOSTILE), Safe(), SafeText(HOSTILE), Kind.LONG_TEXT, None, 7, 1.5, [HOSTILE]],
    ids=lambda value: type(value).__name__,
)
def test_what_is_put_out_is_escaped_as_ever(value: object) -> None:
    assert html(value) == str(escape(value))
    assert shown({"a": "{{ value }}"}, "a", value=value) == str(escape(value))


@given(st.text())
def test_every_text_is_escaped_as_ever(text: str) -> None:
    assert html(text) == str(escape(text))


def test_what_a_block_or_a_macro_gives_is_not_escaped_again() -> None:
    source = """{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}
{% set kept %}<i>{{ bold(word) }}</i>{% endset %}{{ kept }}
{% block end %}{{ bold(word) }}{{ self.title() }}{% endblock %}
{% block title %}<u>{{ word }}</u>{% endblock %}"""

    assert shown({"a": source}, "a", word="<&>").split() == [
        "<i><b>&lt;&amp;&gt;</b></i>",
        "<b>&lt;&amp;&gt;</b><u>&lt;&amp;&gt;</u>",
        "<u>&lt;&amp;&gt;</u>",
    ]


def test_where_escaping_is_switched_off_it_stays_off() -> None:
    bold = "{% macro m(v) %}{{ v }}{% endmacro %}"
    source = bold + "{% autoescape false %}{{ word }}{{ m(word) }}{% endautoescape %} {{ word }}"

    assert shown({"a": source}, "a", word="<") == "<&lt; &lt;"


@dataclass
class Lookalike:
    """No dataclass of ours, with a field of the same name."""

    label: str


@pytest.mark.parametrize(
    "thing",
    [Link("Here", "/"), {"label": "Here"}, Lookalike("Here")],
    ids=["a dataclass of ours", "a mapping", "another dataclass"],
)
def test_an_attribute_is_what_it_ever_was(thing: object) -> None:
    assert "label" in FIELDS
    source = "{{ thing.label }}{{ thing['label'] }}{{ things[0].label }}{% if thing.href is defined %}!{% endif %}"

    assert shown({"a": source}, "a", thing=thing, things=[thing]).startswith("HereHereHere")


@pytest.mark.parametrize(
    "source", ["{{ row.label }}", "{{ row.nothing }}", "{{ nobody.label }}", "{{ row.label.label }}"]
)
def test_a_field_that_is_not_there_is_an_error(source: str) -> None:
    row = Row(id="", href=None, title="", values=(), links=())
    environment = PageEnvironment(autoescape=True, undefined=StrictUndefined)

    with pytest.raises(UndefinedError):
        environment.from_string(source).render(row=row)


LOOPS = {
    "plain": "{% for row in rows %}{% block row scoped %}{{ row|upper }}, {% endblock %}{% endfor %}",
    "with what is around": (
        "{% set unit = 'm' %}{% for row in rows %}{% set twice = row * 2 %}"
        "{% block row scoped %}{{ unit }}{{ twice }}{{ row }} {% endblock %}{% endfor %}"
    ),
    "with the loop": "{% for row in rows %}{% block row scoped %}{{ loop.index }}{{ row }}{% endblock %}{% endfor %}",
    "with a set inside": (
        "{% set name = 'out' %}{% for row in rows %}"
        "{% block row scoped %}{% set name = row %}{{ name }}{% endblock %}{{ name }}{% endfor %}{{ name }}"
    ),
    "without rows": "{% for row in () %}{% block row scoped %}{{ row }}{% endblock %}{% else %}none{% endfor %}",
    "some of the rows": "{% for row in rows if row != 'b' %}{% block row scoped %}{{ row }}{% endblock %}{% endfor %}",
    "in each other": (
        "{% for row in rows %}{% for cell in rows %}"
        "{% block cell scoped %}{{ row }}{{ cell }} {% endblock %}{% endfor %}"
        "{% block row scoped %}{{ row }}{% endblock %}{% endfor %}"
    ),
    "itself": "{% for row in rows %}{% block row scoped %}{{ row }}{% if self %}.{% endif %}{% endblock %}{% endfor %}",
    "in a macro's text": (
        "{% macro m(x) %}<{{ x }}>{% endmacro %}"
        "{% for row in rows %}{% block row scoped %}{{ m(row) }}{% include 'piece' %}{% endblock %}{% endfor %}"
    ),
}
OVERRIDES = {
    "nothing": "{% extends 'base' %}",
    "the row": "{% extends 'base' %}{% block row %}[{{ row }}{{ loop.index }}]{% endblock %}",
    "around the row": "{% extends 'base' %}{% block row %}({{ super() }}){% endblock %}",
    "twice": "{% extends 'other' %}{% block row %}({{ super() }}){% endblock %}",
}


def cases() -> Iterator[Any]:
    """Each loop with each of the ways to take it over."""
    for loop in LOOPS:
        for override in OVERRIDES:
            yield pytest.param(LOOPS[loop], OVERRIDES[override], id=f"{loop}: {override}")


@pytest.mark.parametrize(("base", "override"), list(cases()))
def test_a_block_in_a_loop_can_be_overridden(base: str, override: str) -> None:
    other = "{% extends 'base' %}{% block row %}<{{ super() }}>{% endblock %}"
    sources = {
        "base": f"{{% block all %}}{base}{{% endblock %}}",
        "mine": override,
        "other": other,
        "piece": "{{ row }}",
    }

    assert shown(sources, "base", rows=["a", "b"])
    assert shown(sources, "mine", rows=["a", "b"])


def test_a_block_in_a_loop_is_a_part_as_well() -> None:
    part = "{{ self['row']() }}"
    loop = "{% for row in rows %}{% block row scoped %}{{ title }}{% endblock %}{% endfor %}"
    base = "{% extends layout %}" + loop

    assert shown({"base": base, "part": part}, "base", layout="part", rows=[], title="Rows") == "Rows"


def test_a_required_block_stays_required() -> None:
    source = "{% for row in rows %}{% block row scoped required %}{% endblock %}{% endfor %}"

    with pytest.raises(Exception, match="Required block 'row' not found"):
        shown({"a": source}, "a", rows=[1])


def test_a_function_that_takes_the_context_gets_it() -> None:
    @pass_context
    def title_of(context: Context, mark: str) -> str:
        return f"{context['title']}{mark}"

    assert shown({"a": "{{ title_of('!') }}"}, "a", title="Rows", title_of=title_of) == "Rows!"


MACROS = {
    "as it is": "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(x, x) }}",
    "by default": "{% macro m(a, b='<') %}{{ a }}{{ b }}{% endmacro %}{{ m(x) }}",
    "by name": "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(x, b=x) }}",
    "by default and name": (
        "{% macro m(a, b='<', c='>') %}{{ a }}{{ b }}{{ c }}{% endmacro %}"
        "{{ m(x, c=x) }}{% set y = m(c=1, a=x) %}{{ y }}"
    ),
    "with the rest": "{% macro m(a) %}{{ a }}{{ varargs[0] }}{{ kwargs.c }}{% endmacro %}{{ m(x, x, c=x) }}",
    "spread": "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[x, x]) }}{{ m(**{'a': x, 'b': x}) }}",
    "in each other": "{% macro m(a) %}<i>{{ a }}</i>{% endmacro %}{{ m(m(m(x))) }}",
    "with a caller": "{% macro m(a) %}{{ caller(a) }}{% endmacro %}{% call(y) m(x) %}{{ y }}{% endcall %}",
    "kept": "{% macro m(a) %}<i>{{ a }}</i>{% endmacro %}{% set y = m(x) %}{{ y }}{{ y ~ x }}{{ [m(x), x]|join }}",
    "replaced": "{% macro m(a) %}{{ a }}{% endmacro %}{% set m = f %}{{ m(x) }}",
    "filtered": "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x)|upper }}{{ m(x)|length }}",
}


@pytest.mark.parametrize("source", MACROS.values(), ids=MACROS)
def test_a_macro_is_called_as_ever(source: str) -> None:
    made = shown({"a": source}, "a", x="<b>", f=lambda text: text * 2)

    assert "<b>" not in made
    assert "&lt;b&gt;" in made or "&LT;B&GT;" in made


TESTED = [
    "{{ x is none }} {{ x is true }} {{ x is false }} {{ x is not none }}",
    "{{ y is none }} {{ x is defined and x is none }} {% if not x is none %}!{% endif %}",
    "{{ 'yes' if x is true else 'no' }} {{ 'a&b' if x else '<' }} {{ x if x else 'none' }} {{ 'one' if x is true }}",
]


@pytest.mark.parametrize("value", [None, True, False, 0, 1, ""])
@pytest.mark.parametrize("source", TESTED)
def test_a_test_says_what_it_ever_said(source: str, value: object) -> None:
    assert shown({"a": source}, "a", x=value, y=1)


def test_a_test_of_ones_own_is_asked() -> None:
    environment = PageEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.tests["none"] = lambda value: value == "nothing"

    assert environment.from_string("{{ x is none }}").render(x="nothing") == "True"


def test_what_ends_too_early_is_undefined() -> None:
    with pytest.raises(UndefinedError, match="StopIteration"):
        shown({"a": "{{ it.__next__() }}"}, "a", it=iter(()))


def test_a_template_may_be_given_globals_of_its_own() -> None:
    environment = PageEnvironment(loader=DictLoader({"a": "{{ n }}", "b": "{% include 'a' %}"}), autoescape=True)
    environment.globals["n"] = 1

    assert environment.get_template("b").render() == "1"
    assert environment.get_template("a", globals={"n": 2}).render() == "2"
    assert environment.get_template("b").render() == "1"


@pytest.mark.parametrize(
    ("call", "complaint"),
    [("m(1, y=1)", "takes no keyword argument 'y'"), ("m(1, x=1)", "no keyword argument 'x'"), ("m(1, 2)", "not more")],
)
def test_a_macro_refuses_what_it_does_not_take(call: str, complaint: str) -> None:
    environment = PageEnvironment(autoescape=True, undefined=StrictUndefined)
    source = f"{{% macro m(x) %}}{{{{ x }}}}{{% endmacro %}}{{% for n in [1] %}}{{{{ {call} }}}}{{% endfor %}}"

    with pytest.raises(TypeError, match=complaint):
        environment.from_string(source).render()


JOINED = ["a", "<", 7, 1.5, True, None, Markup("<b>"), Kind.TEXT]


@pytest.mark.parametrize("left", JOINED)
@pytest.mark.parametrize("right", JOINED)
def test_what_is_joined_is_as_safe_as_ever(left: object, right: object) -> None:
    assert shown({"a": "{{ x ~ y }}{{ x ~ y ~ '&' }}"}, "a", x=left, y=right)


def test_what_a_loop_knows_is_what_it_ever_knew() -> None:
    source = (
        "{% for n in x %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}"
    )

    assert shown({"a": source}, "a", x="abc") == "10TrueFalse3 21FalseFalse3 32FalseTrue3 "


def test_filters_that_ask_by_name_find_fields_and_keys() -> None:
    source = "{{ x|map(attribute='label')|join }}{{ x|selectattr('label', '==', 'b')|list|length }}{{ x[0]['label'] }}"

    assert shown({"a": source}, "a", x=[Link("a", "/"), {"label": "b"}, Lookalike("b")]) == "abb2a"


INCLUDED = {
    "what it is given": "{{ x }}{{ n|default('none') }}",
    "a name of its own": "{% set x = 'own' %}{{ x }}{{ n|default('none') }}",
    "a name within": "{% with x = 'own' %}{{ x }}{% endwith %}{% for x in [1] %}{{ x }}{% endfor %}",
    "a macro": "{% macro x() %}macro{% endmacro %}{{ x() }}",
    "a block": "{% block inner %}{{ x }}{% endblock %}",
    "itself": "{{ self.inner is defined }}",
    "another": "{% include 'last' %}{% set y = 2 %}",
    "a layout": "{% extends 'last' %}",
}


@pytest.mark.parametrize("piece", INCLUDED.values(), ids=INCLUDED)
def test_what_is_included_sees_what_it_ever_saw_and_changes_nothing(piece: str) -> None:
    base = (
        "{% include 'piece' %}{{ x }}{{ y|default('') }}{% for n in [1, 2] %}{% include 'piece' %}{% endfor %}"
        "{% block inner %}{% include 'piece' %}{% set x = 'set' %}{% include 'piece' %}{{ x }}{% endblock %}{{ x }}"
    )
    sources = {"base": base, "piece": piece, "last": "<{{ x }}>{{ n|default('none') }}"}
    override = "{% extends 'base' %}{% block inner %}{{ super() }}{% include 'piece' %}{% endblock %}"

    assert shown(sources, "base", x="<b>")
    assert shown({**sources, "mine": override}, "mine", x="<b>")


def test_a_template_that_is_not_there_can_still_be_done_without() -> None:
    source = "{% include 'nothing' ignore missing %}{% include ['nothing', 'b'] %}{% include which %}"

    assert shown({"a": source, "b": "{{ x }}"}, "a", x="<", which="b") == "&lt;&lt;"
