"""What a list can be narrowed by: a control for each parameter, and a chip for each filter in force."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from webapp.html.context import Chip, Control, Option
from webapp.html.format import cut
from webapp.openapi.labels import called, humanise
from webapp.openapi.prose import first_paragraph
from webapp.openapi.schema import Schema
from webapp.openapi.site import Paging, Parameter
from webapp.pages.labels import field_label, without_id
from webapp.pages.queries import Query, as_local_time, value_of, without
from webapp.record import record

Errors = Mapping[str, Sequence[str]]
"""What the API said against parameters, by name."""

NO_ERRORS: Errors = {}
YES_NO = (("true", "Yes"), ("false", "No"))
LONGEST_HINT = 140

TYPES = {"integer": "number", "number": "number"}
FORMATS = {"date": "date", "date-time": "datetime-local"}


@record(frozen=True, slots=True)
class Filter:
    """A query parameter as a form shows it, whatever is asked for."""

    blank: Control
    """Its control while nothing is asked for."""
    choices: tuple[tuple[str, str], ...]
    required: bool

    @classmethod
    def of(cls, parameter: Parameter, *, search: bool = False) -> "Filter":
        """What the document tells of it; the one that a list is `search`ed with is called so."""
        schema = _single(parameter.schema)
        control_type = "search" if search else _type(schema)
        value = _preset(parameter)
        choices = _options(schema)
        blank = Control(
            name=parameter.name,
            label="Search" if search else field_label(parameter.name, parameter.schema),
            type=control_type,
            value=_in_control(value, control_type),
            options=_choices(choices, value, required=parameter.required) if choices else (),
            hint=" ".join(filter(None, [_hint(parameter), "In UTC." if control_type == "datetime-local" else ""])),
        )
        return cls(blank, choices, parameter.required)

    def control(self, query: Query, errors: Errors = NO_ERRORS) -> Control:
        """Its control with what is asked for now, and what was wrong about it."""
        blank = self.blank
        value, error = value_of(query, blank.name), " ".join(errors.get(blank.name, ()))
        if not value:
            return replace(blank, error=error) if error else blank
        return replace(
            blank,
            value=_in_control(value, blank.type),
            options=_choices(self.choices, value, required=self.required) if self.choices else (),
            error=error,
        )


def make_control(parameter: Parameter, query: Query, errors: Errors = NO_ERRORS, *, search: bool = False) -> Control:
    """The form control of a query parameter, with what is asked for now."""
    return Filter.of(parameter, search=search).control(query, errors)


def make_chips(
    parameters: Sequence[Parameter],
    query: Query,
    link: Callable[[Query], str],
    *,
    paging: Paging | None = None,
    search: str | None = None,
    named: Callable[[str, str], str | None] = lambda _name, _value: None,
) -> tuple[Chip, ...]:
    """
    The filters in force; taking one off leads to the first page of what is then left.

    `named` is what the thing is called whose id a value is.
    """
    known = {parameter.name: parameter for parameter in parameters}
    beginning = without(query, (paging.position,)) if paging is not None else query
    chips = []
    for at, (name, value) in enumerate(beginning):
        if name in known:
            label = "Search" if name == search else field_label(name, known[name].schema)
            told = named(name, value)
            shown = (without_id(label), told) if told else (label, _shown(known[name], value))
            chips.append(Chip(*shown, link((*beginning[:at], *beginning[at + 1 :]))))
    return tuple(chips)


def unplaced(errors: Errors, names: Sequence[str]) -> str:
    """What was said that belongs to no control."""
    return " ".join(
        f"{humanise(name)}: {' '.join(said)}" if name else " ".join(said)
        for name, said in errors.items()
        if name not in names
    )


def _in_control(value: str, control_type: str) -> str:
    return as_local_time(value) if control_type == "datetime-local" else value


def _single(schema: Schema) -> Schema:
    """What one value of a parameter looks like: an array's items, or the one branch of a union that is not a list."""
    if schema.is_array:
        return schema.items or Schema()
    plain = [branch for branch in schema.branches if branch.is_scalar]
    return plain[0] if plain else schema


def _type(schema: Schema) -> str:
    if _options(schema):
        return "select"
    return FORMATS.get(schema.format or "") or TYPES.get(schema.type or "", "text")


def _options(schema: Schema) -> tuple[tuple[str, str], ...]:
    if schema.enum:
        return tuple((_written(value), _called(value)) for value in schema.enum)
    return YES_NO if schema.type == "boolean" else ()


def _choices(options: Sequence[tuple[str, str]], value: str, *, required: bool) -> tuple[Option, ...]:
    # An empty value would say the same as none, and forms leave it out.
    options = [each for each in options if each[0]]
    known = [value for value, _ in options]
    # What isn't among the choices stays visible: it is what the API was asked.
    strange = [(value, value)] if value and value not in known else []
    nothing = [] if required else [("", "Any")]
    return tuple(Option(each, text, selected=each == value) for each, text in (*nothing, *options, *strange))


def _written(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _called(value: object) -> str:
    """A choice as people would write it; codes and numbers stay as they are."""
    return called(_written(value))


def _shown(parameter: Parameter, value: str) -> str:
    return dict(_options(_single(parameter.schema))).get(value, cut(value, 40))


def _preset(parameter: Parameter) -> str:
    """What a required parameter begins with."""
    default = parameter.schema.default
    return _written(default) if parameter.required and isinstance(default, str | int | float) else ""


def _hint(parameter: Parameter) -> str:
    told = first_paragraph(parameter.description or parameter.schema.description)
    return cut(told, LONGEST_HINT) if told else ""
