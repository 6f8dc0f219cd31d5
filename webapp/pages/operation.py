"""`/-/operations/{slug}`: one operation's form, and doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from webapp.client import APIClient, Reply
from webapp.errors import APIError, Invalid, Unauthorized, UnsafePath
from webapp.forms.build import BuildContext
from webapp.forms.complaints import place
from webapp.forms.edits import apply_edit
from webapp.forms.field import Control, Field
from webapp.forms.form import OperationForm
from webapp.forms.pointer import join
from webapp.forms.request import Outgoing, encode
from webapp.forms.submission import Submission
from webapp.forms.values import Values
from webapp.html.context import OperationPage, Option
from webapp.html.htmx import redirect
from webapp.html.render import render
from webapp.html.urls import href, safe_next
from webapp.pages.answers import name_of
from webapp.pages.errors import retry_header
from webapp.pages.results import succeeded
from webapp.pages.tasks import Task
from webapp.pages.uploads import submitted

Errors = Mapping[str, Sequence[str]]


async def operation_page(request: Request) -> Response:
    """Show an operation's form; of what only reads, filled in, the page it leads to."""
    task = await Task.of(request)
    form = OperationForm(task.operation, request.query_params.get("media_type"), task.hidden)
    if "go" in request.query_params:
        return _lead_on(task, form)

    return _View(task, form).render(task.given())


async def run_operation(request: Request) -> Response:
    """Do it: once, with what the form says. What the API has against that is shown where it belongs."""
    task = await Task.of(request)
    async with submitted(request) as submission:
        form = OperationForm(task.operation, submission.text("media_type"), task.hidden)
        if submission.edit or "change" in submission:
            return _edited(task, form, submission)
        return await _run(task, form, submission)


async def _run(task: Task, form: OperationForm, submission: Submission) -> Response:
    view = _View(task, form, submission)
    read = form.read(submission)
    if read.errors:
        return view.render({}, errors=read.errors, status=422)
    api: APIClient = task.request.state.api
    try:
        reply = await send(api, encode(task.operation, read.values, form.body.media_type if form.body else None))
    except UnsafePath as error:
        return view.refused(Invalid(str(error)))
    except Unauthorized:
        raise
    except APIError as error:
        return view.refused(error)
    return await succeeded(task, read.values, reply, where=_next(task, submission))


async def send(api: APIClient, outgoing: Outgoing) -> Reply:
    """Send what a form made; what `api.request` raises, this does."""
    return await api.request(
        outgoing.method,
        outgoing.path,
        params=outgoing.params,
        headers=outgoing.headers,
        json=outgoing.json,
        data=outgoing.data,
        content=outgoing.content,
    )


def _lead_on(task: Task, form: OperationForm) -> Response:
    """To the page of what is asked for: its address holds all of it."""
    submission = Submission.of(task.request.query_params.multi_items())
    read = form.read(submission)
    try:
        if not read.errors:
            outgoing = encode(task.operation, read.values)
            return redirect(task.request, href(task.request, outgoing.path, outgoing.params))
    except UnsafePath as error:
        return _View(task, form, submission).refused(Invalid(str(error)))
    return _View(task, form, submission).render({}, errors=read.errors, status=422)


def _edited(task: Task, form: OperationForm, submission: Submission) -> Response:
    """The form again, with a part of it added, removed or moved."""
    body = form.body
    changed = apply_edit(body.schema, submission) if body is not None and submission.edit else submission
    return _View(task, form, changed).render({})


def _next(task: Task, submission: Submission) -> str:
    return safe_next(submission.text("next"), default=task.back)


@dataclass(frozen=True, slots=True)
class _View:
    """The page of one operation, as far as it has been filled in."""

    task: Task
    form: OperationForm
    submission: Submission | None = None

    def refused(self, error: APIError) -> Response:
        """The form again, with what the API has against what was typed."""
        fields = self._fields({}, {})
        errors, said = place(error.fields, fields)
        beside = [*said] if errors or said else [error.detail]
        headers = retry_header(error.retry_after)
        return self.render({}, errors=errors, said=beside, status=error.status, headers=headers)

    def render(
        self,
        values: Values,
        *,
        errors: Errors | None = None,
        said: Sequence[str] = (),
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The page."""
        task, operation = self.task, self.task.operation
        fields = self._fields(values, errors or {})
        shown = {each.name for top in fields for each in top.walk()}
        unseen = [message for name, messages in (errors or {}).items() if name not in shown for message in messages]
        reads = operation.method == "GET"
        page = OperationPage(
            name=name_of(operation),
            title=operation.label,
            description=" ".join(operation.description.strip().split("\n\n")[0].split()),
            crumbs=task.crumbs(),
            request_line=f"{operation.method} {task.path}",
            action=task.action,
            method="get" if reads else "post",
            multipart=any(each.control is Control.FILE for top in fields for each in top.walk()),
            fields=fields,
            hidden=self._hidden(reads=reads),
            media_types=self._media_types(),
            submit="Show" if reads else operation.label,
            danger=operation.method == "DELETE",
            question="" if fields or reads else f"{operation.label}?",
            consequences=(),
            said=(*said, *unseen),
            advice="",
            deprecated=operation.deprecated,
            back_href=self._back(),
        )
        names = [f"{page.name}/operation.html", "pages/operation.html"]
        return render(task.request, names, page, fragment="form", status=status, headers=headers)

    def _back(self) -> str:
        return _next(self.task, self.submission) if self.submission is not None else self.task.back

    def _fields(self, values: Values, errors: Errors) -> tuple[Field, ...]:
        context = BuildContext(errors=errors, typed=self.submission, creating=True)
        return self.form.fields(values, context)

    def _hidden(self, *, reads: bool) -> tuple[tuple[str, str], ...]:
        path = tuple((join("path", name), value) for name, value in self.task.known.items())
        return (*path, ("go", "1") if reads else ("next", self._back()))

    def _media_types(self) -> tuple[Option, ...]:
        if len(self.form.bodies) < 2:
            return ()
        return tuple(Option(each.media_type, each.media_type, each is self.form.body) for each in self.form.bodies)
