"""What a form would send, as a command for a terminal: as far as it is filled in, and without secrets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from webapp.client import APIClient
from webapp.errors import UnsafePath
from webapp.forms.form import OperationForm
from webapp.forms.media import BodyKind, kind_of
from webapp.forms.request import Outgoing, encode
from webapp.forms.styles import as_text
from webapp.forms.submission import Submission
from webapp.forms.upload import Upload
from webapp.forms.values import ABSENT, Values
from webapp.pages.curl import as_curl


def curl_of_form(api: APIClient, form: OperationForm, submission: Submission) -> str:
    """
    The command for what this form would send.

    What isn't filled in yet stays a variable of the path, or is left out; a file goes by its name, and isn't read.
    """
    values = dict(form.read(submission).values)
    kind = kind_of(form.body) if form.body is not None and "body" in values else None
    body = values.pop("body", ABSENT)
    if kind in (BodyKind.JSON, BodyKind.FORM, BodyKind.TEXT):
        values["body"] = _named(body)
    sent = _outgoing(form, values)
    headers = dict(sent.headers)
    fields = list(_fields(body)) if kind is BodyKind.MULTIPART else []
    files = [(name, each.filename) for name, each in fields if isinstance(each, Upload)]
    if kind is BodyKind.FILE and form.body is not None:
        headers["Content-Type"] = form.body.media_type
        files = [("", body.filename if isinstance(body, Upload) else "")]
    return as_curl(
        api,
        replace(form.operation, bodies=(form.body,) if form.body is not None else ()),
        sent.path,
        sent.params,
        headers=headers,
        json=sent.json,
        data=[(name, as_text(each)) for name, each in fields if not isinstance(each, Upload)] or sent.data,
        files=files,
        content=sent.content if isinstance(sent.content, str) else None,
    )


def _outgoing(form: OperationForm, values: Values) -> Outgoing:
    media_type = form.body.media_type if form.body is not None else None
    try:
        return encode(form.operation, values, media_type)
    except UnsafePath:
        body = {"body": values["body"]} if "body" in values else {}
        return encode(replace(form.operation, path=_unfilled(form.operation.path)), body, media_type)


def _unfilled(path: str) -> str:
    """A path whose variables are left to whoever runs the command: `/tools/:tool_id`."""
    return path.replace("{", ":").replace("}", "")


def _named(value: Any) -> Any:
    """A value with the names of its files in their place."""
    if isinstance(value, Upload):
        return f"@{value.filename}"
    if isinstance(value, Mapping):
        return {key: _named(each) for key, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list) else value


def _fields(body: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a form: several of a name where it has a list."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield name, each
