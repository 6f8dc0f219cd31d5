"""The form of an operation: a field for each of its inputs, and the inputs from what was typed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from webapp.forms.build import BuildContext, build_field
from webapp.forms.field import Control, Field
from webapp.forms.media import BodyKind, best_first, kind_of
from webapp.forms.pointer import join
from webapp.forms.read import read_value
from webapp.forms.submission import Submission
from webapp.forms.values import ABSENT, Values
from webapp.openapi.labels import humanise, label, wordlist
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, Operation, Parameter
from webapp.record import record

OURS = frozenset(
    wordlist("""
    accept accept-encoding authorization connection content-encoding content-length content-type cookie host if-match
    if-modified-since if-none-match if-unmodified-since origin proxy-authorization range referer transfer-encoding
    user-agent
    """)
)
"""Headers that nobody is asked for: they are the client's, or the session's."""


@record(frozen=True, slots=True)
class FormRead:
    """What was typed, as the operation's inputs, and what of it can't be that, by pointer."""

    values: Values
    errors: Mapping[str, tuple[str, ...]]


class OperationForm:
    """
    One operation's form.

    `media_type` says which of several bodies it is for; `hidden` are the pointers of inputs that are known already and
    carried along unasked.
    """

    def __init__(
        self, operation: Operation, media_type: str | None = None, hidden: Collection[str] = frozenset()
    ) -> None:
        self.operation = operation
        self.hidden = frozenset(hidden)
        self.bodies = best_first(operation.bodies)
        """What the body can be, the one with the best form first."""
        named = [body for body in self.bodies if body.media_type == media_type]
        self.body: Body | None = next(iter(named or self.bodies), None)
        """Which of them this form is for."""

    def parameters(self) -> Iterator[tuple[str, Parameter]]:
        """The inputs outside the body, each with its pointer; none that is the client's own affair."""
        for parameter in self.operation.parameters:
            if parameter.location != "header" or parameter.name.lower() not in OURS:
                yield join(parameter.location, parameter.name), parameter

    def fields(self, values: Values, context: BuildContext) -> tuple[Field, ...]:
        """A field for each input that is asked for, filled in from `values` or from what `context` says was typed."""
        asked = [
            _parameter_field(parameter, name, _value(values, parameter), context)
            for name, parameter in self.parameters()
            if name not in self.hidden
        ]
        # What can't be left out comes first, each in the document's order.
        asked.sort(key=lambda each: not each.required)
        body = self._body_fields(values.get("body", ABSENT), context)
        if any(map(_has_file, body)):
            return (*asked, *body)
        aside = [each for each in asked if _is_aside(each)]
        return (
            *(each for each in asked if each not in aside),
            *body,
            *(replace(each, folded=not each.wrong) for each in aside),
        )

    def read(self, submission: Submission) -> FormRead:
        """The inputs that were typed; what was left out is absent."""
        values: dict[str, Any] = {}
        errors: dict[str, tuple[str, ...]] = {}
        for name, parameter in self.parameters():
            value = self._read_parameter(submission, name, parameter, errors)
            if value is not ABSENT:
                values.setdefault(parameter.location, {})[parameter.name] = value
        if self.body is not None:
            body = self._read_body(self.body, submission, errors)
            if body is not ABSENT:
                values["body"] = body
        return FormRead(values, errors)

    def _read_parameter(
        self, submission: Submission, name: str, parameter: Parameter, errors: dict[str, tuple[str, ...]]
    ) -> Any:
        if name in self.hidden:
            # An id goes back as it came: 007 is no 7.
            text = submission.get(name)
            return text if isinstance(text, str) and text else ABSENT
        read = read_value(parameter.schema, submission, name, required=parameter.location == "path")
        errors.update(read.errors)
        return read.value

    def _read_body(self, body: Body, submission: Submission, errors: dict[str, tuple[str, ...]]) -> Any:
        if kind_of(body) in (BodyKind.TEXT, BodyKind.FILE):
            given = submission.get("body")
            return ABSENT if given in (None, "") else given
        read = read_value(body.schema, submission, "body", required=True)
        if read.value is not ABSENT or body.required:
            errors.update(read.errors)
        if read.value is ABSENT and body.required and body.schema.is_object:
            return {}
        return ABSENT if read.value == {} and not body.required else read.value

    def _body_fields(self, value: Any, context: BuildContext) -> tuple[Field, ...]:
        if self.body is None:
            return ()
        kind = kind_of(self.body)
        if kind in (BodyKind.TEXT, BodyKind.FILE):
            return (_whole(self.body, kind, value, context),)
        called = self.body.schema.title or humanise(self.body.schema.name or "Content")
        made = build_field(self.body.schema, "body", label=called, value=value, required=True, context=context)
        if made.control is not Control.GROUP:
            return (made,)
        # A file goes last, so that all else is there before the first of its bytes.
        return tuple(sorted(made.fields, key=_has_file))


def _is_aside(field: Field) -> bool:
    """Whether an input is for programs rather than people: a header or a cookie that may be left out."""
    return field.name.startswith(("header/", "cookie/")) and not field.required


def _has_file(field: Field) -> bool:
    return any(each.control is Control.FILE for each in field.walk())


def _value(values: Values, parameter: Parameter) -> Any:
    return (values.get(parameter.location) or {}).get(parameter.name, ABSENT)


def _parameter_field(parameter: Parameter, name: str, value: Any, context: BuildContext) -> Field:
    called = label(parameter.name, parameter.schema.title if parameter.schema.name is None else "")
    schema = _described(parameter)
    return build_field(schema, name, label=called, value=value, required=parameter.required, context=context)


def _described(parameter: Parameter) -> Schema:
    """The parameter's schema, with what is said about the parameter itself."""
    said: dict[str, Any] = {}
    if parameter.description:
        said["description"] = parameter.description
    if parameter.examples:
        said["examples"] = list(parameter.examples)
    if parameter.deprecated:
        said["deprecated"] = True
    raw = parameter.schema.raw
    if not said or not isinstance(raw, Mapping):
        return parameter.schema
    return parameter.schema.beside({"allOf": [raw], **said} if "$ref" in raw else {**raw, **said})


def _whole(body: Body, kind: BodyKind, value: Any, context: BuildContext) -> Field:
    """The body as one input: a text, or a file."""
    typed = context.typed.get("body") if context.typed is not None else value
    made = Field(
        name="body",
        label="File" if kind is BodyKind.FILE else "Content",
        control=Control.FILE if kind is BodyKind.FILE else Control.TEXTAREA,
        required=body.required,
        hint=body.schema.description or body.media_type,
        errors=tuple(context.errors.get("body", ())),
    )
    if kind is BodyKind.FILE:
        return replace(made, accept=body.media_type)
    return replace(made, value=typed if isinstance(typed, str) else "")
