"""Which control a schema's values are put in by."""

import re
from collections.abc import Mapping

from webapp.forms.choices import options_of
from webapp.forms.field import Control
from webapp.forms.pointer import split
from webapp.forms.unions import branches_of
from webapp.openapi.labels import wordlist, words
from webapp.openapi.schema import Schema

MOST_OPTIONS = 1000
"""More than these are typed, not chosen."""
MOST_BOXES = 60
"""Of more values than these, several are chosen one by one, not by ticking."""
LONG_TEXT = 200
LONG_NAMES = frozenset(
    wordlist("""
    description body text notes note content comment message summary bio about markdown html instructions details
    remarks biography script template prompt
    """)
)
SECRET_NAMES = frozenset(wordlist("password passwd passphrase pwd passcode"))
HIDDEN_NAMES = frozenset(wordlist("secret token key pin"))

BY_FORMAT: Mapping[str, Control] = {
    "date": Control.DATE,
    "full-date": Control.DATE,
    "date-time": Control.DATETIME,
    "datetime": Control.DATETIME,
    "time": Control.TIME,
    "partial-time": Control.TIME,
    "email": Control.EMAIL,
    "idn-email": Control.EMAIL,
    "uri": Control.URL,
    "url": Control.URL,
    "iri": Control.URL,
    "http-url": Control.URL,
    "password": Control.PASSWORD,
    "color": Control.COLOR,
    "colour": Control.COLOR,
    "hex-color": Control.COLOR,
    "binary": Control.FILE,
    **dict.fromkeys(("byte", "base64", "textarea", "multiline", "markdown", "html", "text"), Control.TEXTAREA),
}

CONTAINERS = frozenset({Control.GROUP, Control.LIST, Control.MAP, Control.UNION})


def control_of(schema: Schema, name: str) -> Control:
    """
    The control of the values of a schema, leaving null aside; `name` is their pointer.

    A value that this control can't show without losing something is written as JSON instead (`as:`).
    """
    options = options_of(schema)
    if options and len(options) <= MOST_OPTIONS:
        return Control.CONSTANT if len(options) == 1 and _is_const(schema) else Control.SELECT
    if branches_of(schema):
        return Control.UNION
    match schema.type:
        case "object":
            return _of_object(schema)
        case "array":
            return _of_array(schema, name)
        case "boolean":
            return Control.CHECKBOX
        case "integer" | "number":
            return Control.NUMBER
        case "string":
            return _of_string(schema, name)
        case _:
            return Control.JSON


def entry_schema(schema: Schema) -> Schema | None:
    """What the values of an object's free keys are; None where it has none, or nothing is known about them."""
    further = schema.additional_properties
    if further is None:
        patterns = schema.keywords.get("patternProperties")
        if isinstance(patterns, Mapping) and patterns:
            # Which pattern a key has is known once it is typed; until then any of their shapes may be chosen.
            shapes = [each for at, each in enumerate(patterns.values()) if each not in list(patterns.values())[:at]]
            further = schema.beside(shapes[0] if len(shapes) == 1 else {"anyOf": shapes})
    return further


def item_schema(schema: Schema, at: int) -> Schema:
    """What an array's item at this place is."""
    prefix = schema.prefix_items
    return prefix[at] if at < len(prefix) else schema.items or Schema()


def is_there_in_a_row(schema: Schema, name: str) -> bool:
    """
    Whether a list's item or a map's entry is there as soon as its row is.

    A row whose input is empty is no item, but a new object, shape or box has nothing that could be empty.
    """
    return control_of(schema, name) in (Control.GROUP, Control.UNION, Control.CHECKBOX, Control.CONSTANT)


def is_encoded(schema: Schema) -> bool:
    """Whether a text is bytes in Base64."""
    encoding = (schema.content_encoding or "").lower()
    return schema.type == "string" and (encoding == "base64" or (schema.format or "").lower() in ("byte", "base64"))


def _is_const(schema: Schema) -> bool:
    return schema.has_const or not schema.nullable


def _of_object(schema: Schema) -> Control:
    if schema.properties:
        return Control.GROUP
    entries = entry_schema(schema)
    return Control.MAP if entries is not None and not entries.is_unknown else Control.JSON


def _of_array(schema: Schema, name: str) -> Control:
    if schema.prefix_items:
        return Control.LIST
    items = schema.items
    if items is None or items.is_unknown:
        return Control.JSON
    if 1 < len(options_of(items)) <= MOST_BOXES and not items.nullable:
        return Control.MULTISELECT
    if control_of(items, name) is Control.FILE:
        return Control.FILE
    return Control.LIST


def _of_string(schema: Schema, name: str) -> Control:
    known = BY_FORMAT.get((schema.format or "").lower())
    if known is not None:
        return known
    parts = split(name)
    last = [word.lower() for word in words(parts[-1])][-1:] if parts else []
    if last and (last[0] in SECRET_NAMES or (schema.write_only and last[0] in HIDDEN_NAMES)):
        return Control.PASSWORD
    if is_encoded(schema):
        return Control.TEXTAREA
    if schema.content_media_type and not schema.content_encoding:
        return Control.TEXTAREA if _is_text(schema.content_media_type) else Control.FILE
    if schema.pattern and HEX_COLOR.search(schema.pattern):
        return Control.COLOR
    long = schema.max_length is None or schema.max_length > LONG_TEXT
    if schema.format is None and not schema.pattern and long and last and last[0] in LONG_NAMES:
        return Control.TEXTAREA
    return Control.TEXTAREA if schema.max_length and schema.max_length > 2 * LONG_TEXT else Control.TEXT


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("json", "xml", "yaml"))


HEX_COLOR = re.compile(r"^\^?#\(?\[[0-9a-fA-F-]{5,9}\]\)?\{6\}\$?$")
