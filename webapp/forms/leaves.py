"""Fields of single values: what their inputs look like for what was typed, or for what is there."""

from typing import Any

from webapp.forms.choices import Option, options_of
from webapp.forms.controls import is_encoded
from webapp.forms.field import Choice, Control, Field
from webapp.forms.hints import bound, hint_of, placeholder_of
from webapp.forms.pointer import split
from webapp.forms.scalars import TEXTS, is_date, split_moment
from webapp.forms.submission import Submission, companion
from webapp.openapi.schema import Schema

STATES = {"given": "An empty text", "null": "None (null)", "absent": "Nothing"}
SPEAKS = frozenset({Control.CHECKBOX, Control.MULTISELECT, Control.FILE, Control.CONSTANT})
"""Controls of which a browser may send nothing at all."""
MOMENTS = frozenset({Control.DATE, Control.DATETIME, Control.TIME})
"""Controls of what no empty text is."""


def leaf(schema: Schema, name: str, control: Control, form: Submission, *, required: bool, fresh: bool) -> Field:
    """The field of a value without fields of its own; its label, errors and place in the form are for others to say."""
    state = form.text(companion("state", name)) or ""
    text = form.text(name) or ""
    match control:
        case Control.SELECT | Control.CONSTANT:
            made = _choice(schema, name, control, form, required)
        case Control.CHECKBOX:
            made = _boolean(schema, name, state, text, required)
        case Control.NUMBER:
            made = _number(schema, text)
        case Control.JSON:
            made = {"control": control, "value": text}
        case Control.FILE:
            chosen = ", ".join(each if isinstance(each, str) else each.filename for each in form.getall(name))
            made = {"control": control, "multiple": schema.is_array, "accept": _accept(schema), "value": chosen}
        case _:
            made = _text(schema, name, control, form, text)
    hidden = made.pop("hidden", ())
    states = _states(schema, made["control"], state, text, required=required, fresh=fresh)
    shown_as = made["control"]
    own = companion("state", name)
    if state and not states and (state != "absent" or shown_as in SPEAKS) and own not in dict(hidden):
        hidden = (*hidden, (own, state))
    zone = dict(hidden).get(companion("zone", name))
    return Field(
        name=name,
        label="",
        required=required,
        hint=hint_of(schema, shown_as, fresh=fresh, zone=zone),
        placeholder=placeholder_of(schema, shown_as),
        states=states,
        hidden=hidden,
        **made,
    )


def _choice(schema: Schema, name: str, control: Control, form: Submission, required: bool) -> dict[str, Any]:
    options = options_of(schema)
    given = form.text(name)
    fresh = given is None and form.text(companion("state", name)) not in ("absent", "null")
    sent = required or given == options[0].text or (fresh and schema.has_default)
    if control is Control.CONSTANT and sent and not schema.nullable:
        return {
            "control": control,
            "value": options[0].text,
            "options": (Choice(options[0].text, options[0].label, True, options[0].hint),),
        }
    choices = tuple(Choice(each.text, each.label, each.text == given, each.hint) for each in options)
    if given and not any(choice.selected for choice in choices):
        choices = (*choices, Choice(given, given, True))
    nothing = "Choose…" if required and not schema.nullable else "None" if schema.nullable else "Not set"
    return {"control": Control.SELECT, "value": given or "", "options": (Choice("", nothing, not given), *choices)}


def _boolean(schema: Schema, name: str, state: str, text: str, required: bool) -> dict[str, Any]:
    ticked = text.lower() in ("true", "on", "1", "yes")
    if not schema.nullable and state not in ("absent", "null") and (required or state == "given"):
        given_state = ((companion("state", name), "given"),)
        return {"control": Control.CHECKBOX, "value": "true", "checked": ticked, "hidden": given_state}
    given = "true" if ticked else "false" if text else ""
    options = (Option(None, "", "Not set"), Option(True, "true", "Yes"), Option(False, "false", "No"))
    choices = tuple(Choice(each.text, each.label, each.text == given) for each in options)
    # Without it, a box would come back instead: what has to be there can't be left out by a tick.
    hidden = ((companion("state", name), state),) if required and not schema.nullable else ()
    return {"control": Control.SELECT, "value": given, "options": choices, "hidden": hidden}


def _number(schema: Schema, text: str) -> dict[str, Any]:
    return {
        "control": Control.NUMBER,
        "value": text,
        "minimum": "" if schema.minimum is None else bound(schema.minimum),
        "maximum": "" if schema.maximum is None else bound(schema.maximum),
        "step": "1" if schema.type == "integer" else "any",
    }


def _text(schema: Schema, name: str, control: Control, form: Submission, text: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "control": control,
        "value": text,
        "min_length": schema.min_length,
        "max_length": schema.max_length,
        "pattern": schema.pattern or "",
    }
    if is_encoded(schema) and split(name)[0] == "body":
        return {**made, "encoded": True, "accept": _accept(schema)}
    if control in (Control.DATETIME, Control.TIME):
        return {**made, **_moment(name, control, form, text)}
    if control is Control.PASSWORD:
        return {**made, "value": "", "autocomplete": _autocomplete(name)}
    if control is Control.DATE and text and not is_date(text):
        return {**made, "control": Control.TEXT}
    if control is not Control.TEXTAREA and "\n" in text:
        return {**made, "control": Control.TEXTAREA}
    if control in (Control.EMAIL, Control.URL) and (text != text.strip() or not text.isascii()):
        return {**made, "control": Control.TEXT}
    return made


def _moment(name: str, control: Control, form: Submission, text: str) -> dict[str, Any]:
    zone = form.text(companion("zone", name))
    if zone is None:
        moment = split_moment(text, control) if text else ("", "Z" if control is Control.DATETIME else "")
        if moment is None:
            return {"control": Control.TEXT}
        text, zone = moment
    seconds = text.count(":") > 1 and not text.endswith(":00")
    return {"value": text, "step": "1" if seconds else "", "hidden": ((companion("zone", name), zone),)}


def _autocomplete(name: str) -> str:
    last = split(name)[-1].lower()
    return "current-password" if last.startswith(("current", "old", "existing")) else "new-password"


def _accept(schema: Schema) -> str:
    given = (schema.items or schema).content_media_type if schema.is_array else schema.content_media_type
    return given if given and given != "application/octet-stream" else ""


def _states(
    schema: Schema, control: Control, state: str, text: str, *, required: bool, fresh: bool
) -> tuple[Choice, ...]:
    """What to choose from where an empty text, null and nothing are different things to this very value."""
    if control not in TEXTS or control is Control.PASSWORD or fresh or text or schema.min_length:
        return ()
    possible = ["given"] if control not in MOMENTS or state == "given" else []
    if schema.nullable or state == "null":
        possible.append("null")
    if not required or state == "absent":
        possible.append("absent")
    if len(possible) == 1 or state not in ("given", "null"):
        return ()
    return tuple(Choice(each, STATES[each], each == state) for each in possible)
