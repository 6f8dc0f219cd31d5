"""
Fields from a schema and what is in the form: a value, or what somebody has typed so far.

Everything is built from a submission. A value is first made the submission of a form that holds it (fill.py), so a
form that comes back with complaints looks exactly as it did, and reading it (read.py) gives the same value again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from webapp.client import exact
from webapp.forms.controls import control_of, entry_schema, is_there_in_a_row, item_schema
from webapp.forms.field import Choice, Control, Field
from webapp.forms.fill import FURTHER, MOST_ITEMS, fill, join_further, may_be_left_out
from webapp.forms.hints import hint_of
from webapp.forms.leaves import leaf
from webapp.forms.pointer import join, split
from webapp.forms.read import chosen_branch, count_of, is_open, read_value
from webapp.forms.submission import Submission, companion, pointer_of, within
from webapp.forms.unions import branches_of
from webapp.forms.values import ABSENT
from webapp.openapi.labels import label as label_of
from webapp.openapi.labels import singular
from webapp.openapi.schema import Schema
from webapp.record import record

MOST_FIELDS = 1500
"""A larger form can't be read by anyone; the rest of it is JSON."""
DEEPEST = 8
"""What has to be there within so many others is closed, or JSON, until it is asked for."""
AT_ONCE = 12
"""Of optional fields, so many are there at once; the rest is folded away."""

PARTS = frozenset({Control.GROUP, Control.LIST, Control.MAP, Control.UNION})

References = Callable[[str, Schema], str | None]


@record(frozen=True, slots=True)
class BuildContext:
    """What a form knows beside its schema."""

    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Complaints by the name of an input, or by the JSON pointer of its value."""
    typed: Submission | None = None
    """What was typed, which wins over the value."""
    references: References = lambda _pointer, _schema: None
    """Where suggestions for the value of this name come from, where it is the id of something."""
    reference_labels: Mapping[str, str] = field(default_factory=dict)
    """What such a value is called, by the name of its input."""
    opened: Collection[str] = frozenset()
    """Parts to be opened though they hold nothing yet."""
    creating: bool = False
    """Whether what is absent begins with its default."""


def build_field(
    schema: Schema,
    name: str,
    *,
    label: str,
    value: Any = ABSENT,
    required: bool = False,
    context: BuildContext,
) -> Field:
    """The field at `name`, with all within it, holding `value` or what was typed. Read-only properties are left out."""
    form = fill(schema, name, value, required=required, creating=context.creating)
    if context.typed is not None:
        form = overlaid(form, context.typed)
    begun = context.creating or context.typed is not None or value is not ABSENT
    return _Builder(context, form, begun).field(schema, name, label, required=required, depth=0)


def overlaid(given: Submission, typed: Submission) -> Submission:
    """What was typed, and for all that nothing was said about, what is given."""
    whole = {pointer_of(name) for name, _ in typed.pairs if name.startswith(("count:", "branch:", "as:"))}
    said = {pointer_of(name) for name, _ in typed.pairs}
    kept = (
        (name, value)
        for name, value in given.pairs
        if pointer_of(name) not in said and not any(each in whole for each in within(pointer_of(name)))
    )
    return Submission.of((*kept, *typed.pairs))


class _Builder:
    def __init__(self, context: BuildContext, form: Submission, begun: bool) -> None:
        self._context = context
        # A form that is empty as a whole stays so; what is new in one that isn't begins with its default.
        self._begun = begun
        self._form = form
        self._errors = dict(context.errors)
        self._left = MOST_FIELDS

    def field(
        self, schema: Schema, name: str, label: str, *, required: bool, depth: int, form: Submission | None = None
    ) -> Field:
        """The field at `name`. `form` is what it is built from, where that isn't what was submitted."""
        form = form or self._form
        self._left -= 1
        fresh = not form.has_under(name)
        if fresh and self._begun and schema.has_default and schema.default not in (None, "", [], {}):
            form = fill(schema, name, schema.default, required=required, creating=True)
        made = self._made(schema, name, form, required=required, fresh=fresh, depth=depth)
        return replace(
            made,
            label=label,
            adds=_added(made.control, label),
            required=required,
            errors=tuple(map(str, self._errors.get(name, ()))),
        )

    def _made(self, schema: Schema, name: str, form: Submission, *, required: bool, fresh: bool, depth: int) -> Field:
        control = control_of(schema, name)
        if form.text(companion("as", name)) == "json":
            return _json(schema, name, form.text(name) or "", form)
        if control in PARTS and (depth > 3 * DEEPEST or count_of(form, name) >= self._left):
            return _too_much(schema, name, form)
        match control:
            case Control.GROUP:
                return self._group(schema, name, form, required=required, depth=depth)
            case Control.LIST:
                return self._list(schema, name, form, required=required, depth=depth)
            case Control.MULTISELECT if companion("count", name) in form:
                return self._list(schema, name, form, required=required, depth=depth)
            case Control.MULTISELECT:
                return _boxes(schema, name, form)
            case Control.MAP:
                return self._map(entry_schema(schema) or Schema(), schema, name, form, depth)
            case Control.UNION:
                return self._union(schema, name, form, required=required, fresh=fresh, depth=depth)
            case _:
                made = leaf(schema, name, control, form, required=required, fresh=fresh and self._begun)
                return self._as_reference(schema, made)

    def _as_reference(self, schema: Schema, made: Field) -> Field:
        if made.control not in (Control.TEXT, Control.NUMBER):
            return made
        where = self._context.references(made.name, schema)
        if where is None:
            return made
        called = self._context.reference_labels.get(made.name, "")
        hint = hint_of(schema, Control.REFERENCE)
        return replace(made, control=Control.REFERENCE, choices_href=where, shown_label=called, hint=hint)

    def _group(self, schema: Schema, name: str, form: Submission, *, required: bool, depth: int) -> Field:
        optional = may_be_left_out(schema, name, required=required)
        state = form.text(companion("state", name)) or ""
        open_ = is_open(schema, form, name, required=required) or name in self._context.opened
        if not open_ or (depth > DEEPEST and not form.has_under(name)):
            return _closed(schema, name, state or "absent", required=required)
        hidden = ((companion("open", name), "yes"), (companion("state", name), state or "absent")) if optional else ()
        fields = [
            self.field(
                own,
                join(name, key),
                _called(key, own),
                required=key in schema.required,
                depth=depth + 1,
                form=form,
            )
            for key, own in schema.properties.items()
            if not own.read_only
        ]
        entries = entry_schema(schema)
        if entries is not None:
            fields.append(self._further(entries, join_further(name), form, depth))
        return Field(
            name=name,
            label="",
            control=Control.GROUP,
            hint=hint_of(schema, Control.GROUP),
            fields=_folded(fields),
            can_close=optional,
            hidden=hidden,
        )

    def _further(self, entries: Schema, name: str, form: Submission, depth: int) -> Field:
        if form.text(companion("as", name)) == "json":
            made = _json(Schema(), name, form.text(name) or "", form)
        else:
            made = self._map(entries, Schema(), name, form, depth)
        return replace(made, label="Further fields", errors=tuple(map(str, self._errors.get(name, ()))))

    def _list(self, schema: Schema, name: str, form: Submission, *, required: bool, depth: int) -> Field:
        count = count_of(form, name)
        prefix = schema.prefix_items
        if required and prefix and not form.has_under(name):
            count = len(prefix)
        last = split(name)[-1]
        one = "Item" if "/" not in name or last.isdecimal() else _one_of(label_of(last))
        fields = []
        for at in range(count):
            own = item_schema(schema, at)
            label = label_of(own.title) if own.title and at < len(prefix) else f"{one} {at + 1}"
            made = self._row(own, join(name, at), label, depth, form)
            up, down = at > 0 and not prefix, at < count - 1 and not prefix
            hint = made.hint if prefix or made.fields else ""
            fields.append(replace(made, hint=hint, can_remove=not prefix, can_move_up=up, can_move_down=down))
        most = len(prefix) if prefix and schema.items is None else schema.max_items
        return Field(
            name=name,
            label="",
            control=Control.LIST,
            hint=_for_all(hint_of(schema, Control.LIST), item_schema(schema, 0)),
            fields=tuple(fields),
            can_add=self._may_grow(count, most),
            **_when_empty(schema, name, form, count),
        )

    def _map(self, entries: Schema, schema: Schema, name: str, form: Submission, depth: int) -> Field:
        count = count_of(form, name)
        fields = []
        for at in range(count):
            entry = join(name, at)
            key = form.text(companion("key", entry)) or ""
            if key and not (key.isdecimal() and key.isascii() and int(key[:9]) < count):
                self._move_errors(join(name.removesuffix(f"/{FURTHER}"), key), entry)
            made = self._row(entries, entry, "Value", depth, form)
            fields.append(replace(made, key=key, can_remove=True, hint=made.hint if made.fields else ""))
        return Field(
            name=name,
            label="",
            control=Control.MAP,
            hint=_for_all(hint_of(schema, Control.MAP), entries),
            fields=tuple(fields),
            can_add=self._may_grow(count, schema.max_properties),
            **_when_empty(schema, name, form, count),
        )

    def _move_errors(self, pointer: str, entry: str) -> None:
        """What the API has against the value of a key is said where the key's entry stands."""
        for each, said in list(self._errors.items()):
            if each == pointer or each.startswith(f"{pointer}/"):
                self._errors[entry + each[len(pointer) :]] = said

    def _row(self, schema: Schema, name: str, label: str, depth: int, form: Submission) -> Field:
        required = is_there_in_a_row(schema, name)
        made = self.field(schema, name, label, required=required, depth=depth + 1, form=form)
        return replace(made, row=True, required=False)

    def _may_grow(self, count: int, most: int | None) -> bool:
        return self._left > 0 and count < MOST_ITEMS and (most is None or count < most)

    def _union(self, schema: Schema, name: str, form: Submission, *, required: bool, fresh: bool, depth: int) -> Field:
        branches = branches_of(schema)
        said = form.text(companion("branch", name)) or form.text(companion("state", name)) or ""
        chosen = chosen_branch(schema, form, name)
        if chosen is None and fresh and required and depth <= DEEPEST:
            chosen = 0
        choices = [
            Choice(str(at), branch.label, at == chosen, hint_of(branch.schema, Control.GROUP))
            for at, branch in enumerate(branches)
        ]
        if not required or chosen is None:
            nothing = "Choose…" if required and not schema.nullable else "Not set"
            choices.insert(0, Choice("absent", nothing, chosen is None and said != "null"))
        if schema.nullable or said == "null":
            choices.insert(0, Choice("null", "None", chosen is None and said == "null"))
        fields: tuple[Field, ...] = ()
        if chosen is not None:
            shape = self.field(branches[chosen].schema, name, "", required=True, depth=depth + 1, form=form)
            label = branches[chosen].label
            fields = (replace(shape, shape=True, label=label, hint="", errors=()),)
        return Field(
            name=name,
            label="",
            control=Control.UNION,
            hint=hint_of(schema, Control.UNION),
            options=tuple(choices),
            fields=fields,
        )


def _called(key: str, schema: Schema) -> str:
    """A property's label: its own title, not that of a component used in many places."""
    called = label_of(key, schema.title if schema.name is None else "")
    return called if called.strip() else exact.dumps(key)


def _added(control: Control, label: str) -> str:
    """What a button adds, as within a sentence; a label that isn't a word in lower case stays as it is."""
    match control:
        case Control.LIST:
            called = _one_of(label)
        case Control.CLOSED:
            called = label
        case _:
            return "entry"
    return called[:1].lower() + called[1:] if called[1:2].islower() else called or "item"


def _one_of(label: str) -> str:
    """`Tags` are made of one `Tag` after the other, a `Checklist` of one `Checklist item`."""
    one = singular(label)
    return one if one != label else f"{label} item"


def _for_all(hint: str, items: Schema) -> str:
    """A list's hint, with what holds for each of its items, which is not said at every one."""
    if items.properties or items.is_array or items.is_union:
        return hint
    said = hint_of(items, control_of(items, "x"))
    return f"{hint} Each: {said[0].lower()}{said[1:]}" if hint and said else hint or said


def _json(schema: Schema, name: str, text: str, form: Submission) -> Field:
    state = form.text(companion("state", name))
    hidden: tuple[tuple[str, str], ...] = ((companion("as", name), "json"),)
    if state and state != "absent":
        hidden = (*hidden, (companion("state", name), state))
    return Field(
        name=name, label="", control=Control.JSON, value=text, hint=hint_of(schema, Control.JSON), hidden=hidden
    )


def _too_much(schema: Schema, name: str, form: Submission) -> Field:
    """What there is no more room for: its value as JSON."""
    value = read_value(schema, form, name).value
    return _json(schema, name, "" if value is ABSENT else exact.dumps(value, indent=2), form)


def _closed(schema: Schema, name: str, state: str, *, required: bool) -> Field:
    possible = [*(["null"] if schema.nullable or state == "null" else []), *([] if required else ["absent"])]
    hidden: tuple[tuple[str, str], ...] = ()
    states: tuple[Choice, ...] = ()
    if len(possible) > 1 and state == "null":
        labels = {"null": "None (null)", "absent": "Nothing"}
        states = tuple(Choice(each, labels[each], each == state) for each in possible)
    else:
        hidden = ((companion("state", name), state),)
    return Field(
        name=name,
        label="",
        control=Control.CLOSED,
        hint=hint_of(schema, Control.GROUP),
        states=states,
        hidden=hidden,
    )


def _boxes(schema: Schema, name: str, form: Submission) -> Field:
    items = schema.items or Schema()
    ticked = form.texts(name)
    options = leaf(items, name, Control.SELECT, Submission(), required=True, fresh=True).options[1:]
    state = form.text(companion("state", name))
    return Field(
        name=name,
        label="",
        control=Control.MULTISELECT,
        hint=hint_of(schema, Control.MULTISELECT),
        options=tuple(replace(each, selected=each.value in ticked) for each in options),
        hidden=((companion("state", name), state or "absent"),),
    )


def _when_empty(schema: Schema, name: str, form: Submission, count: int) -> dict[str, Any]:
    """The companions of a list or map: how many, and what none at all means."""
    state = form.text(companion("state", name)) or "absent"
    hidden = ((companion("count", name), str(count)),)
    if count or state == "absent" or not (schema.nullable or state == "null"):
        return {"hidden": (*hidden, (companion("state", name), state))}
    labels = {
        "given": "An empty list" if schema.is_array else "An empty map",
        "null": "None (null)",
        "absent": "Nothing",
    }
    return {
        "hidden": hidden,
        "states": tuple(Choice(each, called, each == state) for each, called in labels.items()),
    }


def _folded(fields: list[Field]) -> tuple[Field, ...]:
    """The fields of an object; beyond the first few, those that may stay empty and do are folded away."""
    optional = [each for each in fields if not each.required and not _is_filled(each)]
    folded = {each.name for each in optional[AT_ONCE:]} if len(optional) > AT_ONCE + 2 else set()
    return tuple(replace(each, folded=True) if each.name in folded else each for each in fields)


def _is_filled(made: Field) -> bool:
    return bool(
        made.wrong
        or made.checked
        or (made.value and made.control not in (Control.CHECKBOX, Control.CONSTANT))
        or (made.fields and made.control is not Control.UNION)
        or any(choice.selected and choice.value not in ("", "absent") for choice in made.options)
    )
