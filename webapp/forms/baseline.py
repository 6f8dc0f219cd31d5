"""What a form gives back as it was shown: what a change is told by, and what goes along with it unseen."""

from collections.abc import Iterator, Mapping
from typing import Any

from webapp.client import exact
from webapp.forms.fill import fill
from webapp.forms.form import OperationForm
from webapp.forms.submission import Submission
from webapp.forms.upload import Upload
from webapp.forms.values import ABSENT, Values

PARTS = ("query", "body")
"""What of an operation's inputs an item has values for."""
LONGEST = 200_000
"""Characters that go along unseen; what is longer doesn't."""
DEEPEST = 100
"""Values within values of what goes along."""


def as_shown(form: OperationForm, values: Values) -> dict[str, Any]:
    """The values as they come back from a form that nobody has touched: what its controls can't hold is left out."""
    return changeable(form.read(Submission.of(_pairs(form, values))).values)


def changeable(values: Values) -> dict[str, Any]:
    """Those of an operation's inputs that can be compared with an item."""
    return {part: values[part] for part in PARTS if part in values}


def pack(values: Any) -> str:
    """Values as the text of a hidden input; empty where they are too long, or hold a file."""
    if _holds_file(values):
        return ""
    text = exact.dumps(values)
    return text if len(text) <= LONGEST else ""


def unpack(text: str | None) -> dict[str, Any] | None:
    """The values that were packed; None where there are none, or where it is nothing that we have packed."""
    if not text or len(text) > LONGEST:
        return None
    try:
        values = exact.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not isinstance(values.get("query", {}), dict) or not _is_flat(values, DEEPEST):
        return None
    return changeable(values)


def _pairs(form: OperationForm, values: Values) -> Iterator[tuple[str, Any]]:
    for name, parameter in form.parameters():
        value = (values.get(parameter.location) or {}).get(parameter.name, ABSENT)
        if name not in form.hidden and parameter.location == "query":
            yield from fill(parameter.schema, name, value, required=parameter.required).pairs
    if form.body is not None:
        yield from fill(form.body.schema, "body", values.get("body", ABSENT), required=True).pairs


def _is_flat(values: Any, depth: int) -> bool:
    """Whether nothing lies deeper than that: what comes back from a browser may be anything."""
    inner = values.values() if isinstance(values, dict) else values if isinstance(values, list) else ()
    return depth > 0 and all(_is_flat(each, depth - 1) for each in inner)


def _holds_file(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_file, value.values()))
    return any(map(_holds_file, value)) if isinstance(value, list) else isinstance(value, Upload)
