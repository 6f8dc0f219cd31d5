"""`/-/operations/{slug}`: one operation's form, and doing it."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from webapp.client import APIClient, Reply
from webapp.client.reply import StreamReply, is_json
from webapp.errors import APIError, Forbidden, Invalid, NotFound, Unauthorized, UnsafePath
from webapp.forms.edits import apply_edit
from webapp.forms.form import OperationForm
from webapp.forms.request import Outgoing, encode
from webapp.forms.submission import Submission
from webapp.html.htmx import redirect
from webapp.html.urls import href
from webapp.openapi.site import Operation
from webapp.openapi.uses import is_file
from webapp.pages.drafts import remember, returned
from webapp.pages.edit import Edit
from webapp.pages.errors import to_further_sign_in, to_login
from webapp.pages.filenames import is_attachment
from webapp.pages.files import file_answer
from webapp.pages.filetypes import essence
from webapp.pages.formcurl import curl_of_form
from webapp.pages.formview import UNREAD, FormView
from webapp.pages.guessing import counted
from webapp.pages.named import with_names
from webapp.pages.results import succeeded
from webapp.pages.subjects import read_subject
from webapp.pages.tasks import Task
from webapp.pages.uploads import bounded, held_for, sendable, submitted
from webapp.sessions import Session


async def operation_page(request: Request) -> Response:
    """Show an operation's form; of what only reads, filled in, the page it leads to."""
    task = await Task.of(request)
    edit = Edit.of(task)
    if edit is not None:
        try:
            return await edit.show()
        except (NotFound, Forbidden):
            if task.known and task.operation.method == "PATCH":
                raise
            # It can't be read, or isn't there yet: what is put there can be written all the same.
    typed = None if task.is_read else await returned(request, task.action)
    media_type = typed.text("media_type") if typed is not None else request.query_params.get("media_type")
    form = OperationForm(task.operation, media_type, task.hidden)
    if task.is_read and "go" in request.query_params:
        return _lead_on(task, form)
    view = FormView(task, form, typed, unread=edit is not None)
    if elsewhere := view.elsewhere():
        return elsewhere
    if view.asks:
        given = task.given()
        return (await view.named(given) if given or typed else view).render(given)
    return await view.confirm()


async def run_operation(request: Request) -> Response:
    """Do it: once, with what the form says. What the API has against that is shown where it belongs."""
    task = await Task.of(request)
    async with submitted(request, hold=held_for(task.operation)) as submission:
        remember(
            request, task.action, submission, OperationForm(task.operation, submission.text("media_type"), task.hidden)
        )
        if (edit := Edit.of(task)) and UNREAD not in submission:
            return await edit.save(submission)
        form = OperationForm(task.operation, submission.text("media_type"), task.hidden)
        if submission.edit or "change" in submission:
            return _changed(task, form, submission)
        return await _run(task, form, submission)


async def send(api: APIClient, outgoing: Outgoing, *, lasts: bool) -> Reply | StreamReply:
    """Send what a form made, once; a file in answer is still to be read. Raises what `api.ask` does."""
    reply = await api.ask(
        outgoing.method,
        outgoing.path,
        keep=_is_file,
        params=outgoing.params,
        headers=outgoing.headers,
        json=outgoing.json,
        data=outgoing.data,
        content=outgoing.content,
        lasts=lasts,
    )
    if isinstance(reply, StreamReply):
        await reply.stay()
    return reply


def _is_file(headers: Mapping[str, str]) -> bool:
    """Whether an answer is passed on as it comes: what is neither data nor a text for people."""
    kind = essence(headers.get("content-type", ""))
    return is_attachment(headers) or bool(kind and not kind.startswith("text/") and not is_json(kind))


async def _run(task: Task, form: OperationForm, submission: Submission) -> Response:
    view = FormView(task, form, submission, unread=UNREAD in submission)
    if elsewhere := view.elsewhere():
        return elsewhere
    read = form.read(submission)
    if read.errors:
        submission, errors = await with_names(task.request, task.routes, view.fields, read.errors, submission)
        view = FormView(task, form, submission, unread=UNREAD in submission)
        if errors:
            return view.render({}, errors=errors, status=422)
        read = form.read(submission)
    subject = await read_subject(task) if task.operation.method == "DELETE" else None
    try:
        values = await sendable(read.values, form.body)
        outgoing = encode(task.operation, values, form.body.media_type if form.body else None)
        async with counted(task.request, task.operation, values):
            outgoing = task.with_version(outgoing, submission.text("etag"))
            reply = await send(task.request.state.api, outgoing, lasts=is_file(task.operation))
    except UnsafePath as error:
        return await view.refused(Invalid(str(error)))
    except Unauthorized as error:
        return await _unauthorized(view, error)
    except APIError as error:
        return await to_further_sign_in(task.request, error) or await view.refused(error)
    if isinstance(reply, StreamReply):
        return file_answer(task.request, reply, outgoing.path)
    return await succeeded(task, read.values, reply, where=view.back, subject=subject)


async def _unauthorized(view: FormView, error: Unauthorized) -> Response:
    """To the sign-in and back to the form, for whoever isn't signed in; others can't do this."""
    session: Session = view.task.request.state.session
    if session.kept and not error.ended:
        return await to_further_sign_in(view.task.request, error) or await view.refused(error)
    return await to_login(view.task.request, ended=error.ended)


def _lead_on(task: Task, form: OperationForm) -> Response:
    """To the page of what is asked for: its address holds all of it."""
    submission = bounded(Submission.of(task.request.query_params.multi_items()))
    if submission.edit:
        return _changed(task, form, submission)
    view = FormView(task, form, submission)
    read = form.read(submission)
    if read.errors:
        return view.render({}, errors=read.errors, status=422)
    try:
        outgoing = encode(_in_one_segment(task.operation), read.values)
    except UnsafePath as error:
        return view.render({}, said=[str(error)], status=422)
    # Home is at the root, so what the API says there is only to be seen as it is.
    path = outgoing.path if outgoing.path != "/" else "/-/raw/"
    return redirect(task.request, href(task.request, path, outgoing.params))


def _in_one_segment(operation: Operation) -> Operation:
    """The operation as pages are addressed: each value of their paths is one segment."""
    if not operation.spanning:
        return operation
    return replace(operation, parameters=tuple(replace(each, spans=False) for each in operation.parameters))


def _changed(task: Task, form: OperationForm, submission: Submission) -> Response:
    """The form again, with a part of it added, removed or moved, or for another kind of body."""
    if submission.text("change") == "curl":
        command = curl_of_form(task.request.state.api, form, submission)
        return FormView(task, form, submission, unread=UNREAD in submission).render({}, curl=command)
    changed = apply_edit(submission)
    return FormView(task, form, changed, unread=UNREAD in submission).render({})
