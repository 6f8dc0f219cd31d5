"""Forms as a browser has them: rendered by our templates, and sent as HTML says."""

from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template

from webapp.forms.build import BuildContext, build_field
from webapp.forms.field import Field
from webapp.forms.read import Read, read_value
from webapp.forms.submission import Submission
from webapp.forms.values import ABSENT
from webapp.html.assets import find_folder
from webapp.html.render import PageEnvironment
from webapp.openapi.references import References
from webapp.openapi.schema import Schema
from webapp.testing.forms import fill_in
from webapp.testing.lint import Subject, lint
from webapp.testing.markup import Document, Element, parse

PAGE = """
{%- from "fields/field.html" import error_summary, field, first_button -%}
<form action="/there" method="post" novalidate>
{{ first_button("Save") }}
{{ error_summary((shown,)) }}
{{ field(shown, "/there") }}
<button>Save</button>
</form>
"""


def schema_of(raw: Any, **components: Any) -> Schema:
    """A schema of a document with these components."""
    root = {"components": {"schemas": components}}
    return Schema(raw, References(root))


def built(raw: Any, value: Any = ABSENT, *, name: str = "body", required: bool = True, **context: Any) -> Field:
    """The field of a schema, holding a value."""
    schema = raw if isinstance(raw, Schema) else schema_of(raw)
    return build_field(schema, name, label="Thing", value=value, required=required, context=BuildContext(**context))


def page_of(shown: Field) -> Document:
    """The form of a field, parsed; an AssertionError where its markup breaks a rule of the house."""
    document = parse(_page().render(shown=shown))
    findings = lint(Subject(document, fragment=True, vary="*"))
    assert not findings, "\n".join(map(str, findings))
    return document


def sent(shown: Field, **values: Any) -> Submission:
    """What a browser sends of the form of a field, once `values` were put in, and its first button pressed."""
    root: Element = page_of(shown).root
    filled = fill_in(root, root.one("form"), values)
    assert all(name != "edit" for name, _ in filled.fields), "Enter would change the form"
    return Submission.of((name, _crlf(value)) for name, value in filled.fields)


def there_and_back(raw: Any, value: Any, *, name: str = "body", required: bool = True) -> Read:
    """What comes back of a value that was put into a form, which a browser then sent."""
    schema = raw if isinstance(raw, Schema) else schema_of(raw)
    return read_value(schema, sent(built(schema, value, name=name, required=required)), name)


def _crlf(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@cache
def _page() -> Template:
    environment = PageEnvironment(
        loader=FileSystemLoader(find_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(PAGE)
