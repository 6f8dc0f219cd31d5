"""A form as templates see it: a tree of fields."""

from collections.abc import Iterator
from enum import StrEnum

from webapp.record import record


class Control(StrEnum):
    """How a value is put in. The templates in `templates/fields/` have a branch for each."""

    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    """Any number, as text with a numeric keypad: a browser's own number control loses digits and can't say why."""
    CHECKBOX = "checkbox"
    SELECT = "select"
    MULTISELECT = "multiselect"
    """Several of an enumeration, as checkboxes in a fieldset."""
    DATE = "date"
    DATETIME = "datetime-local"
    TIME = "time"
    EMAIL = "email"
    URL = "url"
    PASSWORD = "password"  # noqa: S105
    COLOR = "color"
    FILE = "file"
    CONSTANT = "constant"
    """There is only one value: shown, and sent as it is."""
    REFERENCE = "reference"
    """The id of another resource's item: an input that suggests from `choices_href`."""
    GROUP = "group"
    """An object: `fields` are its properties."""
    LIST = "list"
    """An array: `fields` are its items, to be added, removed and moved."""
    MAP = "map"
    """An object with free keys: `fields` are its entries, each with a key of its own."""
    UNION = "union"
    """One of several shapes: `options` choose, `fields` are those of the chosen one."""
    CLOSED = "closed"
    """A part that is opened when wanted: something optional and deep, or a schema within itself."""
    JSON = "json"
    """Anything, written as JSON and checked."""


@record(frozen=True, slots=True)
class Choice:
    """One option of a field."""

    value: str
    label: str
    selected: bool = False
    hint: str = ""


@record(frozen=True, slots=True)
class Field:
    """One input, or a group of them."""

    name: str
    """Its pointer (`pointer.py`), which is also its name in the form: `body/address/street`."""
    label: str
    control: Control
    value: str = ""
    """As the control takes it."""
    checked: bool = False
    required: bool = False
    hint: str = ""
    """The schema's description, cut; and what the value has to be like."""
    errors: tuple[str, ...] = ()
    options: tuple[Choice, ...] = ()
    states: tuple[Choice, ...] = ()
    """Where a value may also be null or left out, and the control can't say so itself: what to choose from."""
    fields: tuple["Field", ...] = ()
    key: str | None = None
    """An entry of a map: its key, which the form has as the input `key:NAME`."""
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    placeholder: str = ""
    autocomplete: str = "off"
    accept: str = ""
    """Media types of a file."""
    multiple: bool = False
    encoded: bool = False
    """A text in Base64, in whose place a file may be chosen."""
    choices_href: str | None = None
    """Where a reference's suggestions come from."""
    shown_label: str = ""
    """What a reference's value is called."""
    can_add: bool = False
    adds: str = ""
    """What a button adds to it, as within a sentence: `tag`."""
    can_remove: bool = False
    can_move_up: bool = False
    can_move_down: bool = False
    can_close: bool = False
    """A part that was opened and may be left out again."""
    read_only: bool = False
    hidden: tuple[tuple[str, str], ...] = ()
    """Further inputs that go with it unseen: the names and values of its companions (`submission.py`)."""
    row: bool = False
    """One of a list's items or a map's entries."""
    shape: bool = False
    """The chosen shape of the union that it stands in, whose name it has."""
    folded: bool = False
    """One of many that are seldom needed."""

    @property
    def id(self) -> str:
        """Fit for an element's id, a selector and the end of a URL as it is; another for every name."""
        return "field-" + "".join(map(_spelt, self.name)) + ("--shape" if self.shape else "")

    @property
    def wrong(self) -> bool:
        return bool(self.errors) or any(field.wrong for field in self.fields)

    @property
    def sends_files(self) -> bool:
        """Whether its form has to be sent as multipart."""
        return any(each.control is Control.FILE or each.encoded for each in self.walk())

    def walk(self) -> Iterator["Field"]:
        """This field and all within it, in the order of the page."""
        yield self
        for field in self.fields:
            yield from field.walk()


def _spelt(character: str) -> str:
    if character == "_" or (character.isascii() and character.isalnum()):
        return character
    return "--" if character == "/" else f"-{ord(character):x}-"
