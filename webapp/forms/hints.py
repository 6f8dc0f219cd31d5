"""What is said below an input: the schema's description, and what the value has to be like."""

import re
from collections.abc import Iterator
from typing import Any

from webapp.client import exact
from webapp.forms.field import Control
from webapp.openapi.schema import Schema

LONGEST_HINT = 240
LONGEST_PATTERN = 60
LONGEST_PLACEHOLDER = 80

FORMATS = {
    "uuid": "A UUID, like 3fa85f64-5717-4562-b3fc-2c963f66afa6.",
    "duration": "A length of time, like P3D or PT4H30M.",
    "ipv4": "Like 192.0.2.10.",
    "ipv6": "Like 2001:db8::1.",
    "ip": "Like 192.0.2.10 or 2001:db8::1.",
    "hostname": "Like www.example.com.",
    "byte": "In Base64.",
    "base64": "In Base64.",
    "regex": "A regular expression.",
    "json-pointer": "A JSON pointer, like /items/0.",
}

LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
MARKS = re.compile(r"(\*\*|__|`+|^#{1,6} |^> |~~)", re.MULTILINE)


def hint_of(schema: Schema, control: Control, *, fresh: bool = False, zone: str | None = None) -> str:
    """All that helps to fill an input in, a sentence after the other. `fresh`: its default stands in it already."""
    described = plain(schema.description)
    said = [described]
    said += _constraints(schema, control)
    if zone is not None and control is Control.DATETIME:
        said.append("In UTC." if zone in ("Z", "+00:00") else f"In UTC{zone}." if zone else "")
    if schema.has_default and not fresh and _is_short(schema.default):
        said.append(f"Normally {_text(schema.default)}.")
    if schema.deprecated:
        said.append("Deprecated.")
    if any(said[1:]) and described[-1:].isalnum():
        said[0] += "."
    return " ".join(filter(None, said))


def placeholder_of(schema: Schema, control: Control) -> str:
    """An example, where there is one that is short."""
    if control is Control.COLOR:
        return "#2f6fed"
    for example in schema.examples:
        if isinstance(example, str | int | float) and not isinstance(example, bool):
            text = _text(example)
            if text and len(text) <= LONGEST_PLACEHOLDER and "\n" not in text:
                return text
    return ""


def plain(description: str) -> str:
    """The first paragraph of a Markdown text as words alone, cut to what can be read beside an input."""
    first = re.split(r"\n\s*\n", description.strip()[:4000], maxsplit=1)[0]
    text = " ".join(MARKS.sub("", TAG.sub("", LINK.sub(r"\1", first))).split())
    if len(text) <= LONGEST_HINT:
        return text
    cut = text[:LONGEST_HINT]
    sentence = max(cut.rfind(". "), cut.rfind("! "), cut.rfind("? "))
    return cut[: sentence + 1] if sentence > LONGEST_HINT // 3 else cut.rsplit(" ", 1)[0] + "…"


def bound(number: Any) -> str:
    """A number as an attribute or a sentence has it."""
    return exact.dumps(int(number) if isinstance(number, float) and number.is_integer() else number)


def _constraints(schema: Schema, control: Control) -> Iterator[str]:
    match control:
        case Control.NUMBER if schema.type in ("integer", "number"):
            yield _range(schema)
            if schema.multiple_of is not None and schema.multiple_of not in (1, 0.01):
                yield f"A multiple of {bound(schema.multiple_of)}."
        case Control.LIST | Control.MULTISELECT:
            yield _counted(schema.min_items, schema.max_items, "item")
            if schema.unique_items and control is Control.LIST:
                yield "Each only once."
        case Control.MAP:
            yield _counted(schema.min_properties, schema.max_properties, "entry")
        case Control.TEXT | Control.TEXTAREA | Control.PASSWORD | Control.EMAIL | Control.URL:
            yield _length(schema)
            yield FORMATS.get((schema.format or "").lower(), "")
            if schema.pattern and len(schema.pattern) <= LONGEST_PATTERN and schema.format is None:
                yield f"Has to match {schema.pattern}"


def _range(schema: Schema) -> str:
    low, high = _telling(schema.minimum), _telling(schema.maximum)
    if low is not None and high is not None and not (schema.exclusive_minimum or schema.exclusive_maximum):
        return f"From {bound(low)} to {bound(high)}."
    parts = []
    if low is not None:
        parts.append(f"{'more than' if schema.exclusive_minimum else 'at least'} {bound(low)}")
    if high is not None:
        parts.append(f"{'less than' if schema.exclusive_maximum else 'at most'} {bound(high)}")
    return _sentence(" and ".join(parts))


def _telling(limit: float | None) -> float | None:
    """A limit, unless it is only that of the machine."""
    return None if limit is None or abs(limit) >= 2**31 - 1 else limit


def _length(schema: Schema) -> str:
    low, high = schema.min_length or 0, schema.max_length
    if low > 1 and high is not None:
        return f"{low} characters." if low == high else f"{low} to {high} characters."
    if low > 1:
        return f"At least {low} characters."
    return f"At most {high} characters." if high is not None and high <= 1000 else ""


def _counted(low: int | None, high: int | None, what: str) -> str:
    many = "entries" if what == "entry" else f"{what}s"
    if low and high is not None:
        return f"{low} to {high} {many}." if low != high else f"{low} {what if low == 1 else many}."
    if low:
        return f"At least {low} {what if low == 1 else many}."
    return f"At most {high} {what if high == 1 else many}." if high is not None else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != "" and len(str(value)) <= LONGEST_PLACEHOLDER


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else exact.dumps(value)
