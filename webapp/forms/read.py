"""
What a submitted form says, as JSON.

Only what can't be converted is an error here: no number, broken JSON, a key given twice. Whether a value is acceptable
is the API's to say. Numbers keep every digit that was typed (client/exact.py).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from webapp.client import exact
from webapp.forms.choices import options_of
from webapp.forms.controls import control_of, entry_schema, is_there_in_a_row, item_schema
from webapp.forms.field import Control
from webapp.forms.fill import MOST_ITEMS, join_further, may_be_left_out
from webapp.forms.pointer import join
from webapp.forms.scalars import TEXTS, join_moment, parse_number
from webapp.forms.submission import Submission, companion
from webapp.forms.unions import Branch, branches_of, fit
from webapp.forms.upload import Upload
from webapp.forms.values import ABSENT, Absent
from webapp.openapi.schema import Schema
from webapp.record import record

DEEPEST = 60
"""Beyond any form that was opened step by step."""
DEEPEST_GUESS = 12
"""Our forms say which shape of a union was chosen; of what says nothing, no more than this is guessed."""
MOST_GUESSES = 400
"""Shapes that are tried for one form: within a union's shapes are unions, whose shapes would all be tried for each."""


@record(frozen=True, slots=True)
class Read:
    """A value, or what of it couldn't be made one."""

    value: Any | Absent
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of the input."""


def read_value(schema: Schema, submission: Submission, name: str, *, required: bool = False) -> Read:
    """
    The value at `name`; ABSENT where there is none.

    With `required`, a value that isn't there is an error too, unless it is an object.
    """
    reader = _Reader(submission)
    value = reader.value(schema, name, required=required, depth=0)
    if value is ABSENT and required and not reader.errors:
        reader.complain(name, "This is needed.")
    return Read(value, {each: tuple(said) for each, said in reader.errors.items()})


def count_of(submission: Submission, name: str) -> int:
    """How many items or entries a list or map has in a form, within bounds."""
    given = submission.text(companion("count", name))
    if given is not None:
        return _count(given)
    count = 0
    while count < MOST_ITEMS and submission.has_under(join(name, count)):
        count += 1
    return count


def rows_of(submission: Submission) -> int:
    """How many items and entries all lists and maps in a form are said to have together."""
    return sum(
        _count(value) for name, value in submission.pairs if name.startswith("count:") and isinstance(value, str)
    )


def _count(given: str) -> int:
    return min(int(given), MOST_ITEMS) if given.isdecimal() and given.isascii() and len(given) < 9 else 0


def chosen_branch(schema: Schema, submission: Submission, name: str) -> int | None:
    """The index of a union's shape that was chosen; None where none is."""
    branches = branches_of(schema)
    given = submission.text(companion("branch", name))
    if given is not None:
        at = int(given) if given.isdecimal() and given.isascii() and len(given) < 4 else len(branches)
        return at if at < len(branches) else None
    if not submission.has_under(name) or name.count("/") > DEEPEST_GUESS:
        return None
    key, guessed = (name, id(schema.raw)), submission.guessed
    if key not in guessed:
        if len(guessed) * len(branches) >= MOST_GUESSES:
            return None
        guessed[key] = schema.raw, None
        guessed[key] = schema.raw, _guess(branches, submission, name)
    return guessed[key][1]


def _guess(branches: Sequence[Branch], submission: Submission, name: str) -> int | None:
    """The index of the shape that what was typed fits best."""
    scores = []
    for branch in branches:
        read = read_value(branch.schema, submission, name, required=True)
        scores.append(fit(read.value, branch.schema) if not read.errors and read.value is not ABSENT else 0)
    return scores.index(max(scores)) if any(scores) else None


def is_open(schema: Schema, submission: Submission, name: str, *, required: bool) -> bool:
    """Whether an object is there in a form, rather than left out or null."""
    if companion("open", name) in submission:
        return True
    if any(submission.has_under(join(name, key)) for key in schema.properties):
        return True
    if submission.has_under(join_further(name)):
        return True
    if may_be_left_out(schema, name, required=required):
        return False
    return submission.text(companion("state", name)) not in ("absent", "null")


class _Reader:
    def __init__(self, submission: Submission) -> None:
        self._form = submission
        self.errors: dict[str, list[str]] = {}

    def complain(self, name: str, sentence: str) -> None:
        """Keep what is wrong with an input."""
        self.errors.setdefault(name, []).append(sentence)

    def value(self, schema: Schema, name: str, *, required: bool, depth: int) -> Any:
        """What stands at `name`, or ABSENT."""
        control = control_of(schema, name)
        if depth > DEEPEST or ("/" in name and not self._form.has_under(name)):
            return ABSENT
        if self._form.text(companion("as", name)) == "json":
            return self._json(name)
        match control:
            case Control.UNION:
                return self._union(schema, name, depth)
            case Control.GROUP:
                return self._group(schema, name, required, depth)
            case Control.MAP:
                return self._map(entry_schema(schema) or Schema(), name, depth)
            case Control.LIST | Control.MULTISELECT:
                return self._list(control, schema, name, depth)
            case _:
                return self._single(control, schema, name)

    def _single(self, control: Control, schema: Schema, name: str) -> Any:
        match control:
            case Control.SELECT | Control.CONSTANT:
                return self._choice(schema, name)
            case Control.FILE:
                return self._file(schema, name)
            case Control.CHECKBOX:
                return self._boolean(name)
            case Control.NUMBER:
                return self._number(schema, name)
            case _ if control in TEXTS:
                return self._text(name)
            case _:
                return self._json(name)

    def _empty(self, name: str, given: Any) -> Any:
        state = self._form.text(companion("state", name))
        return given if state == "given" else None if state == "null" else ABSENT

    def _text(self, name: str) -> Any:
        file = next((each for each in self._form.getall(name) if isinstance(each, Upload)), None)
        if file is not None:
            return file  # in place of its text in Base64
        text = self._form.text(name)
        if not text:
            return self._empty(name, "")
        zone = self._form.text(companion("zone", name))
        return text if zone is None else join_moment(text, zone)

    def _number(self, schema: Schema, name: str) -> Any:
        text = self._form.text(name)
        if not text or not text.strip():
            return self._empty(name, ABSENT)
        try:
            return parse_number(text, integer=schema.type == "integer")
        except ValueError as error:
            self.complain(name, str(error))
            return ABSENT

    def _boolean(self, name: str) -> Any:
        text = (self._form.text(name) or "").lower()
        if text in ("true", "on", "1", "yes"):
            return True
        return False if text in ("false", "off", "0", "no") else self._empty(name, False)

    def _choice(self, schema: Schema, name: str) -> Any:
        text = self._form.text(name)
        if not text:
            return self._empty(name, ABSENT)
        for option in options_of(schema):
            if option.text == text:
                return option.value
        return text

    def _json(self, name: str) -> Any:
        text = self._form.text(name)
        if not text or not text.strip():
            return self._empty(name, ABSENT)
        try:
            value = exact.loads(text)
            exact.dumps(value, indent=2)  # what can be read may still be too deep to be sent
            return value
        except json.JSONDecodeError as error:
            self.complain(name, _not_json(text, error))
        except (ValueError, RecursionError):
            self.complain(name, "This is not JSON that can be used: a value is too long, too deep or no number.")
        return ABSENT

    def _file(self, schema: Schema, name: str) -> Any:
        files = [each for each in self._form.getall(name) if each != ""]
        if schema.is_array:
            return files or self._empty(name, [])
        return files[-1] if files else self._empty(name, ABSENT)

    def _union(self, schema: Schema, name: str, depth: int) -> Any:
        given = self._form.text(companion("branch", name))
        if given == "null":
            return None
        at = chosen_branch(schema, self._form, name)
        if at is None:
            return self._empty(name, ABSENT)
        return self.value(branches_of(schema)[at].schema, name, required=True, depth=depth + 1)

    def _group(self, schema: Schema, name: str, required: bool, depth: int) -> Any:
        if not is_open(schema, self._form, name, required=required):
            return self._empty(name, ABSENT)
        found: dict[str, Any] = {}
        for key, own in schema.properties.items():
            if not own.read_only:
                value = self.value(own, join(name, key), required=key in schema.required, depth=depth + 1)
                if value is not ABSENT:
                    found[key] = value
        entries = entry_schema(schema)
        if entries is not None:
            found.update(self._further(entries, name, found, depth))
        return found

    def _further(self, schema: Schema, name: str, known: Mapping[str, Any], depth: int) -> dict[str, Any]:
        at = join_further(name)
        as_json = self._form.text(companion("as", at)) == "json"
        value = self._json(at) if as_json else self._map(schema, at, depth)
        if not isinstance(value, dict):
            if value is not ABSENT and value is not None:
                self.complain(at, "Write an object, in curly brackets.")
            return {}
        for key in value.keys() & known.keys():
            self.complain(at, f"{key} is there already.")
        return value

    def _map(self, schema: Schema, name: str, depth: int) -> Any:
        found: dict[str, Any] = {}
        for entry in self._entries(name):
            key = self._form.text(companion("key", entry)) or ""
            value = self._row(schema, entry, depth)
            if not key:
                if value not in (ABSENT, "", None, {}, []):
                    self.complain(entry, "Give this a name.")
            elif key in found:
                self.complain(entry, f"The name {key} is there twice.")
            elif value is not ABSENT:
                found[key] = value
            elif entry not in self.errors:
                self._without_value(schema, entry, key, found)
        return found or self._empty(name, found)

    def _without_value(self, schema: Schema, entry: str, key: str, found: dict[str, Any]) -> None:
        if control_of(schema, entry) in TEXTS:
            found[key] = ""
        elif schema.nullable:
            found[key] = None
        else:
            self.complain(entry, "Give this a value.")

    def _list(self, control: Control, schema: Schema, name: str, depth: int) -> Any:
        if control is Control.MULTISELECT and companion("count", name) not in self._form:
            texts = dict.fromkeys(filter(None, self._form.texts(name)))
            values = {option.text: option.value for option in options_of(schema.items or Schema())}
            return [values.get(text, text) for text in texts] or self._empty(name, [])
        found = [(item, self._row(item_schema(schema, at), item, depth)) for at, item in enumerate(self._entries(name))]
        if schema.prefix_items:
            self._keep_places(found)
        return [value for _, value in found if value is not ABSENT] or self._empty(name, [])

    def _keep_places(self, found: list[tuple[str, Any]]) -> None:
        """In a tuple an empty place moves the others, unless it is at the end."""
        while found and found[-1][1] is ABSENT:
            found.pop()
        for item, value in found:
            if value is ABSENT and item not in self.errors:
                self.complain(item, "Give this a value, since there is one behind it.")

    def _row(self, schema: Schema, name: str, depth: int) -> Any:
        if control_of(schema, name) is Control.GROUP and all(each.read_only for each in schema.properties.values()):
            return {}  # nothing of it can be written, so it has no inputs, and is there all the same
        return self.value(schema, name, required=is_there_in_a_row(schema, name), depth=depth + 1)

    def _entries(self, name: str) -> Iterator[str]:
        return (join(name, at) for at in range(count_of(self._form, name)))


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    if error.pos == len(text) - len(text.lstrip()) and "\n" not in text.strip() and len(text) < 200:
        return 'This is not JSON. A text stands in quotation marks there: "like this".'
    return f"This is not JSON: {error.msg[:1].lower()}{error.msg[1:]} (line {error.lineno}, column {error.colno})."
