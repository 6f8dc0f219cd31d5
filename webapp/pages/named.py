"""A name where an id is wanted: who types `Apollo` without a script that suggests means the project of that name."""

from collections.abc import Mapping, Sequence
from itertools import islice

from starlette.requests import Request

from webapp.errors import APIError, Unauthorized
from webapp.forms.field import Control, Field
from webapp.forms.submission import Submission
from webapp.html.format import cut
from webapp.openapi.routes import Routes
from webapp.pages.choices import Choice, find_choices

MOST = 10
"""Names that are looked up for one form."""
SHOWN = 5

Errors = Mapping[str, Sequence[str]]


async def with_names(
    request: Request, routes: Routes, fields: Sequence[Field], errors: Errors, submission: Submission
) -> tuple[Submission, dict[str, Sequence[str]]]:
    """
    The submission with the ids of the things whose names stand where an id is wanted, and what else to say of it.

    Only what can't be an id, and so is among the `errors`, is taken for a name.
    """
    meant = [
        field
        for top in fields
        for field in top.walk()
        if field.control is Control.REFERENCE and field.choices_href and field.value and field.name in errors
    ]
    ids: dict[str, str] = {}
    left = dict(errors)
    for field in meant[:MOST]:
        found = await _found(request, routes, field)
        same = [each for each in found if each.label.casefold() == field.value.strip().casefold()]
        if len(same) == 1:
            ids[field.name] = same[0].value
            del left[field.name]
        else:
            left[field.name] = (_unclear(field, same or found, several=bool(same)),)
    pairs = [(name, ids.get(name, value) if isinstance(value, str) else value) for name, value in submission.pairs]
    return Submission.of(pairs), left


async def _found(request: Request, routes: Routes, field: Field) -> list[Choice]:
    try:
        return await find_choices(request, routes, _resource(field), field.value.strip())
    except APIError as error:
        if isinstance(error, Unauthorized) and (error.ended or not request.state.session.kept):
            raise  # signed in, one may find it
        return []  # the form says that an id is wanted


def _unclear(field: Field, found: Sequence[Choice], *, several: bool) -> str:
    name = cut(field.value, 60)
    if not found:
        return f"Nothing here is called “{name}”; its id is wanted, or its whole name."
    shown = ", ".join(f"{cut(each.label, 60)} ({each.value})" for each in islice(found, SHOWN))
    said = f"Several are called “{name}”" if several else f"Nothing is called just “{name}”"
    return f"{said}; there is {shown}."


def _resource(field: Field) -> str:
    """Suggestions come from `/-/choices/{resource}`."""
    return (field.choices_href or "").rpartition("/")[2]
