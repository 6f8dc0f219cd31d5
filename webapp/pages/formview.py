"""The page of one operation, as far as its form has been filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from starlette.responses import Response

from webapp.errors import APIError
from webapp.forms import Field, Values
from webapp.forms.build import BuildContext
from webapp.forms.complaints import place
from webapp.forms.form import OperationForm
from webapp.forms.pointer import join, split
from webapp.forms.submission import Submission
from webapp.html.context import Link, OperationPage, Option
from webapp.html.render import render
from webapp.html.urls import href, safe_next
from webapp.openapi.labels import normal
from webapp.openapi.prose import first_paragraph
from webapp.pages.answers import name_of
from webapp.pages.choices import reference_hrefs
from webapp.pages.errors import retry_header
from webapp.pages.picked import labels_for
from webapp.pages.refusals import advice_for
from webapp.pages.subjects import Subject, nested_counts, read_subject
from webapp.pages.tasks import ONCE, Role, Task
from webapp.record import record

Errors = Mapping[str, Sequence[str]]
NO_ERRORS: Errors = {}
UNREAD = "unread"
"""The input that says so of a change which isn't filled in, because what it changes couldn't be read."""
OF_ITS_OWN = "This has a page of its own here."
SIGN_OUT = "Sign out from the menu of your account; that has a page of its own here."
RENEWAL = "This is done by itself, whenever your sign-in is about to end."


@record(frozen=True, slots=True)
class FormView:
    """One look at an operation's form: empty, or with what was typed."""

    task: Task
    form: OperationForm
    submission: Submission | None = None
    unread: bool = False
    """Whether this is a change of what couldn't be read."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the things are called that inputs refer to, by the name of the input."""

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in, or nothing that would be done by it."""
        return self.task.is_read or bool(self.fields)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The inputs, as they were typed."""
        return self._fields({}, NO_ERRORS)

    @property
    def back(self) -> str:
        """The page that one came from."""
        given = self.submission.text("next") if self.submission is not None else None
        return safe_next(given, default=self.task.back)

    async def named(self, values: Values) -> "FormView":
        """The same, with the names of what it begins with, where that is ids."""
        task = self.task
        return replace(self, labels=await labels_for(task.request, task.routes, self._fields(values, NO_ERRORS)))

    def elsewhere(self) -> Response | None:
        """The page of an operation that the frontend has a page of its own for; None for any other."""
        accounts, request = self.task.routes.site.accounts, self.task.request
        operation = self.task.operation
        if accounts.sign_in is not None and accounts.sign_in.path == operation.path and operation.method == "POST":
            return self.render({}, elsewhere=OF_ITS_OWN, link=Link("Sign in", href(request, "/login")))
        if operation == accounts.register:
            return self.render({}, elsewhere=OF_ITS_OWN, link=Link("Register", href(request, "/register")))
        if operation == accounts.sign_out:
            return self.render({}, elsewhere=SIGN_OUT, link=Link("Account", href(request, "/-/account")))
        return self.render({}, elsewhere=RENEWAL) if operation == accounts.refresh else None

    async def confirm(self) -> Response:
        """The question whether to go on, where nothing is to be filled in; it names what it is about."""
        subject = await read_subject(self.task)
        counts = await nested_counts(self.task, subject) if subject and self.task.role is Role.DELETE else ()
        return self.render({}, subject=subject, consequences=counts)

    async def refused(self, error: APIError) -> Response:
        """The form again, with what the API has against what was typed."""
        fields = self._fields({}, NO_ERRORS)
        errors, said = place(error.fields, fields, locations=error.locations, sentences=error.sentences)
        return replace(self, submission=_unless_refused(self.submission, error)).render(
            {},
            errors=errors,
            said=said if errors or said else [error.detail],
            advice=advice_for(error, reads=self.task.is_read, choice=len(self.form.bodies) > 1, typed=bool(fields)),
            subject=None if fields else await read_subject(self.task),
            status=423 if error.api_status == 423 else error.status,
            headers=retry_header(error.retry_after),
        )

    def render(
        self,
        values: Values,
        *,
        errors: Errors = NO_ERRORS,
        said: Sequence[str] = (),
        advice: str = "",
        subject: Subject | None = None,
        consequences: Sequence[str] = (),
        elsewhere: str = "",
        link: Link | None = None,
        curl: str = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The page, filled in with `values` or with what was typed."""
        task, operation = self.task, self.task.operation
        fields = self._fields(values, errors)
        shown = {each.name for top in fields for each in top.walk()}
        unseen = [message for name, messages in errors.items() if name not in shown for message in messages]
        page = OperationPage(
            name=name_of(operation),
            title=task.title if fields or task.is_read or elsewhere else _question(task, subject),
            description=first_paragraph(operation.description),
            crumbs=task.crumbs(subject.title if subject else ""),
            request_line=f"{operation.method} {task.path}",
            action=task.action,
            method="get" if task.is_read else "post",
            multipart=any(each.sends_files for each in fields),
            fields=fields,
            hidden=self._hidden(subject),
            media_types=self._media_types(),
            submit="Show" if task.is_read else operation.label,
            danger=operation.method == "DELETE",
            consequences=f"It has {_enumerated(consequences)}." if consequences else "",
            said=(*said, *unseen),
            advice=advice,
            deprecated=operation.deprecated,
            back_href=self.back,
            elsewhere=elsewhere,
            elsewhere_link=link,
            curl=curl,
        )
        names = [f"{page.name}/operation.html", "pages/operation.html"]
        return render(task.request, names, page, fragment="form", status=status, headers=headers)

    def _fields(self, values: Values, errors: Errors) -> tuple[Field, ...]:
        task = self.task
        where = reference_hrefs(task.request, task.routes, task.operation, task.resource)
        context = BuildContext(
            errors=errors, typed=self.submission, references=where, reference_labels=self.labels, creating=True
        )
        return self.form.fields(values, context)

    def _hidden(self, subject: Subject | None) -> tuple[tuple[str, str], ...]:
        path = tuple((join("path", name), value) for name, value in self.task.known.items())
        if self.task.is_read:
            return (*path, ("go", "1"))
        version = subject.etag if subject is not None and subject.match.path == self.task.path else ""
        version = version or (self.submission.text("etag") or "" if self.submission is not None else "")
        unread = ((UNREAD, "1"),) if self.unread else ()
        return (
            *path,
            *self.task.once(self.submission),
            ("next", self.back),
            *((("etag", version),) if version else ()),
            *unread,
        )

    def _media_types(self) -> tuple[Option, ...]:
        if len(self.form.bodies) < 2:
            return ()
        return tuple(Option(each.media_type, each.media_type, each is self.form.body) for each in self.form.bodies)


def _unless_refused(submission: Submission | None, error: APIError) -> Submission | None:
    """What was typed, without the key of a request that the API has answered: the next one is another."""
    answered = error.api_status is not None and error.api_status < 500 and error.api_status not in (409, 429)
    if submission is None or not answered:
        return submission
    return Submission.of(pair for pair in submission.pairs if normal(split(pair[0])[-1]) not in ONCE)


def _enumerated(things: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)


def _question(task: Task, subject: Subject | None) -> str:
    if subject is None:
        return f"{task.operation.label}?"
    if task.role is Role.DELETE:
        return f"Delete {subject.named}?"
    return f"{task.operation.label}: {subject.named}?"
