"""A form's successful controls: what a browser would send (HTML, 4.10.22.4)."""

from collections.abc import Iterable, Mapping

from webapp.record import record
from webapp.testing.markup import Element

Upload = tuple[str, bytes] | tuple[str, bytes, str]
"""A file: its name, its bytes and perhaps its type."""

Value = str | int | float | bool | None | Upload | Iterable[str]
"""What a test may put in a field: a text, a list of texts, a tick, a file, or None to send nothing."""


@record(frozen=True, slots=True)
class Submission:
    """A filled-in form, ready to be sent."""

    method: str
    action: str
    fields: list[tuple[str, str]]
    files: list[tuple[str, Upload]]
    multipart: bool


def fill_in(page: Element, form: Element, values: Mapping[str, Value], *, button: str | None = None) -> Submission:
    """
    Fill in and press a button: the one with this text or value, or the first.

    Raises AssertionError for a field that the form hasn't got, or a button that isn't there.
    """
    controls = [each for each in page.walk() if each.tag in _CONTROLS and _belongs(each, form)]
    names = {control.get("name") for control in controls if control.get("name")}
    missing = values.keys() - names
    assert not missing, f"{form!r} has no field {', '.join(sorted(missing))}; it has {', '.join(sorted(names))}"

    fields: list[tuple[str, str]] = []
    files: list[tuple[str, Upload]] = []
    done: set[str] = set()
    for control in controls:
        name = control.get("name")
        if not name or name in done or control.tag == "button" or _disabled(control):
            continue
        if name not in values:
            fields.extend((name, value) for value in _default(control))
        elif isinstance(given := values[name], tuple):
            files.append((name, given))
            done.add(name)
        elif not isinstance(given, bool):
            fields.extend((name, text) for text in _texts(given))
            done.add(name)
        elif given:
            fields.append((name, control.get("value", "on")))

    pressed = _button(form, controls, button)
    if pressed is not None and pressed.get("name"):
        fields.append((pressed.get("name"), pressed.get("value")))
    override = pressed.attributes if pressed is not None else {}
    return Submission(
        method=override.get("formmethod", form.get("method", "get")).upper(),
        action=override.get("formaction", form.get("action")),
        fields=fields,
        files=files,
        multipart=form.get("enctype") == "multipart/form-data",
    )


_CONTROLS = frozenset({"input", "select", "textarea", "button"})
_NOT_SENT = frozenset({"submit", "button", "reset", "image", "file"})


def _belongs(control: Element, form: Element) -> bool:
    if "form" in control.attributes:
        return bool(form.id) and control.get("form") == form.id
    return form in control.ancestors()


def _disabled(control: Element) -> bool:
    fieldsets = (above for above in control.ancestors() if above.tag == "fieldset")
    return "disabled" in control.attributes or any("disabled" in fieldset.attributes for fieldset in fieldsets)


def _default(control: Element) -> list[str]:
    kind = control.get("type", "text")
    if control.tag == "textarea":
        return [control.raw_text.removeprefix("\n")]
    if control.tag == "select":
        return _selected(control)
    if kind in _NOT_SENT:
        return []
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if "checked" in control.attributes else []
    return [control.get("value")]


def _selected(select: Element) -> list[str]:
    options = [option for option in select.all("option") if "disabled" not in option.attributes]
    chosen = [option for option in options if "selected" in option.attributes]
    if not chosen and "multiple" not in select.attributes:
        chosen = options[:1]
    return [option.get("value", option.text) for option in chosen]


def _texts(given: Value) -> list[str]:
    if given is None:
        return []
    if isinstance(given, str | int | float):
        return [str(given)]
    return [str(each) for each in given]


def _button(form: Element, controls: list[Element], text: str | None) -> Element | None:
    buttons = [
        each
        for each in controls
        if each.get("type", "submit" if each.tag == "button" else "text") in ("submit", "image")
    ]
    buttons = [each for each in buttons if not _disabled(each)]
    if text is None:
        return buttons[0] if buttons else None
    for each in buttons:
        if text in (each.text or each.get("value")) or text == each.get("value"):
            return each
    raise AssertionError(f"{form!r} has no button {text!r}")
