"""An item's change: its form, filled in from the item; and saving it, against what somebody else may have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from starlette.responses import Response

from webapp.errors import APIError, Invalid, Unauthorized, UnsafePath
from webapp.forms.baseline import as_shown, pack, unpack
from webapp.forms.build import BuildContext
from webapp.forms.changes import Parts
from webapp.forms.complaints import place
from webapp.forms.edits import apply_edit
from webapp.forms.field import Field
from webapp.forms.form import OperationForm
from webapp.forms.pointer import join
from webapp.forms.submission import Submission
from webapp.forms.values import Values
from webapp.html.context import Link
from webapp.html.context.editing import EditPage, Pairs
from webapp.html.htmx import is_partial, redirect, target_id
from webapp.html.render import render
from webapp.html.urls import href, safe_next
from webapp.openapi.schema import Schema
from webapp.pages.choices import reference_hrefs
from webapp.pages.conflict import conflict_page, labels_of, resolve
from webapp.pages.drafts import returned
from webapp.pages.errors import retry_header, to_further_sign_in
from webapp.pages.masking import masked
from webapp.pages.named import with_names
from webapp.pages.notices import notify
from webapp.pages.picked import labels_for
from webapp.pages.refusals import advice_for
from webapp.pages.rows import title_of
from webapp.pages.saving import Change, Contradicted, Saved, Unchanged, Writer
from webapp.pages.target import Item, Target, Version
from webapp.pages.tasks import Task
from webapp.pages.uploads import sendable
from webapp.record import record

Errors = Mapping[str, Sequence[str]]

NOTHING = "Nothing was changed."
UNKNOWN = (
    "Somebody else has changed this since you opened it, so nothing was saved. Saving again writes what stands here."
)
AGAIN = "Somebody else has changed this since you opened it, so nothing was saved. Here are their changes and yours."


@record(frozen=True, slots=True)
class Edit:
    """The change of one item."""

    task: Task
    target: Target

    @classmethod
    def of(cls, task: Task) -> "Edit | None":
        """The change that a task is; None where it's none of something that can be read."""
        target = Target.of(task)
        return cls(task, target) if target is not None else None

    async def show(self) -> Response:
        """The form, filled in from the item; or with what was typed before having had to sign in again."""
        request = self.task.request
        item = await self.target.read(self.task)
        typed = await returned(request, self.task.action)
        form = self._form(
            (typed.text("media_type") if typed is not None else None) or request.query_params.get("media_type")
        )
        if typed is not None and "mine" in typed:
            return conflict_page(self.task, self.target, form, typed, resolve(form, typed))
        return (await _EditView(self, form, item, typed).named()).render()

    async def save(self, submission: Submission) -> Response:
        """Save what was changed; show the form again where that can't be, with all that was typed."""
        form = self._form(submission.text("media_type"))
        if submission.edit or "change" in submission:
            edited = apply_edit(submission)
            return (await self._view(form, edited)).render()
        if "mine" in submission:
            chosen = resolve(form, submission)
            if chosen.value is None:
                return conflict_page(self.task, self.target, form, submission, chosen)
            return await self._write(form, submission, Change(chosen.theirs, chosen.value, chosen.version))

        read = form.read(submission)
        if read.errors:
            task, view = self.task, await self._view(form, submission)
            submission, errors = await with_names(task.request, task.routes, view.fields, read.errors, submission)
            if errors:
                return (await self._view(form, submission)).render(errors=errors, status=422)
            read = form.read(submission)
        values = await sendable(read.values, form.body)
        change = Change(unpack(submission.text("was")), values, submission.text("etag") or "")
        return await self._write(form, submission, change)

    async def _write(self, form: OperationForm, submission: Submission, change: Change) -> Response:
        try:
            outcome = await Writer(self.task, self.target, form).write(change)
        except Unauthorized:
            raise
        except UnsafePath as error:
            return (await self._view(form, submission, change)).refused(Invalid(str(error)))
        except APIError as error:
            further = await to_further_sign_in(self.task.request, error)
            return further or (await self._view(form, submission, change)).refused(error)
        match outcome:
            case Saved():
                return self._saved(form, submission, outcome)
            case Unchanged():
                return self._told(submission, _kept(form, outcome.kept) or NOTHING)
            case Contradicted():
                return self._contradicted(form, submission, change, outcome)

    def _form(self, media_type: str | None) -> OperationForm:
        return OperationForm(self.target.operation, media_type, self.task.hidden)

    async def _view(self, form: OperationForm, submission: Submission, change: Change | None = None) -> "_EditView":
        try:
            item = await self.target.read(self.task)
        except Unauthorized:
            raise
        except APIError:
            item = Item(None, None, Version())  # what was typed is worth more than the name of what it is about
        values = change.mine if change is not None and "mine" in submission else None
        return _EditView(self, form, item, submission, values)

    def _saved(self, form: OperationForm, submission: Submission, saved: Saved) -> Response:
        labels = labels_of(form.fields({}, BuildContext()))
        others = [labels(each.place) for each in saved.theirs]
        told = f"Saved, with what somebody else changed meanwhile: {', '.join(others)}." if others else "Saved."
        return self._told(submission, f"{told} {_kept(form, saved.kept)}".strip())

    def _told(self, submission: Submission, told: str) -> Response:
        where = safe_next(submission.text("next"), default=href(self.task.request, self.target.path))
        return notify(redirect(self.task.request, where), self.task.request, told)

    def _contradicted(
        self, form: OperationForm, submission: Submission, change: Change, found: Contradicted
    ) -> Response:
        view = _EditView(self, form, found.item, submission)
        if found.merged is None or change.was is None:
            return view.render(said=(UNKNOWN,), status=409)
        if not pack(change.mine):
            # A file can't be carried along, nor what is too long: the form itself is where the two are put together.
            merged = replace(view, submission=None, values=found.merged.value)
            return merged.render(said=(AGAIN,), status=409)
        chosen = resolve(form, submission, before=change.was, found=found, mine=change.mine)
        return conflict_page(self.task, self.target, form, submission, chosen)


@record(frozen=True, slots=True)
class _EditView:
    """The page of an item's change, as far as it has been filled in."""

    edit: Edit
    form: OperationForm
    item: Item
    submission: Submission | None = None
    values: Values | None = None
    """What the form holds in place of the item's own values."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the things are called that inputs refer to, by the name of the input."""

    async def named(self) -> "_EditView":
        """The same, with the names of what it begins with, where that is ids."""
        task = self.edit.task
        return replace(self, labels=await labels_for(task.request, task.routes, self._fields({})))

    def refused(self, error: APIError) -> Response:
        """The form again, with what the API has against what was typed."""
        errors, said = place(error.fields, self._fields({}), locations=error.locations, sentences=error.sentences)
        beside = said if errors or said else (error.detail,)
        return self.render(
            errors=errors,
            said=beside,
            advice=advice_for(error, reads=False, choice=False),
            status=423 if error.api_status == 423 else error.status,
            headers=retry_header(error.retry_after),
        )

    def render(
        self,
        *,
        errors: Errors | None = None,
        said: Sequence[str] = (),
        advice: str = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The page."""
        task = self.edit.task
        fields = self._fields(errors or {})
        shown = {each.name for top in fields for each in top.walk()}
        unseen = [message for name, messages in (errors or {}).items() if name not in shown for message in messages]
        title = self._title()
        *above, here = task.crumbs()
        page = EditPage(
            name=self._name,
            title=f"Edit {title}",
            crumbs=(*above, Link("Edit", here.href, current=True)),
            action=task.action,
            multipart=any(each.sends_files for each in fields),
            fields=fields,
            hidden=self._hidden(),
            inline=self._inline,
            said=(*said, *unseen),
            advice=advice,
            cancel_href=self._cancel_href(),
        )
        names = [f"{page.name}/edit.html", "pages/edit.html"]
        return render(task.request, names, page, fragment="form", status=status, headers=headers)

    @property
    def _name(self) -> str:
        resource = self.edit.target.resource
        return resource.name if resource is not None else "item"

    def _title(self) -> str:
        resource, data = self.edit.target.resource, masked(self.item.data)
        called = title_of(data, resource.title_field, resource.id_field, resource.singular) if resource else ""
        number = "".join(list(self.edit.task.known.values())[-1:])
        return called or f"{resource.singular if resource else 'item'} {number}".strip()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The inputs, as they were typed."""
        return self._fields({})

    def _fields(self, errors: Errors) -> tuple[Field, ...]:
        task = self.edit.task
        where = reference_hrefs(task.request, task.routes, task.operation, task.resource)
        typed = self.submission if self.values is None else None
        context = BuildContext(errors=errors, typed=typed, references=where, reference_labels=self.labels)
        return self.form.fields(self.values if self.values is not None else self._own(), context)

    def _own(self) -> dict[str, Any]:
        return self.edit.target.values(self.edit.task, _schema(self.form), self.item)

    def _hidden(self) -> Pairs:
        path = ((join("path", name), value) for name, value in self.edit.task.known.items())
        known = {
            "next": self._next(),
            "media_type": self.form.body.media_type if self.form.body and len(self.form.bodies) > 1 else "",
            "etag": self._carried("etag") if self._goes_on else self.item.version.text,
            "was": self._carried("was") if self._goes_on else pack(as_shown(self.form, self._own())),
            "inline": "1" if self._inline else "",
        }
        once = self.edit.task.once(self.submission)
        return (*path, *once, *((name, value) for name, value in known.items() if value))

    @property
    def _goes_on(self) -> bool:
        """Whether the form is still the one that was opened, and not begun anew from the item as it is now."""
        return self.submission is not None and self.values is None and "was" in self.submission

    def _carried(self, name: str) -> str:
        return (self.submission.text(name) or "") if self.submission is not None else ""

    def _next(self) -> str:
        given = self._carried("next") or self.edit.task.request.query_params.get("next")
        return safe_next(given, default="")

    @property
    def _inline(self) -> bool:
        """Whether the form stands on the item's page, in the place of its values."""
        request = self.edit.task.request
        return is_partial(request) and (target_id(request) == "facts" or bool(self._carried("inline")))

    def _cancel_href(self) -> str:
        return self._next() or href(self.edit.task.request, self.edit.target.path)


def _schema(form: OperationForm) -> Schema | None:
    return form.body.schema if form.body is not None else None


def _kept(form: OperationForm, places: Sequence[Parts]) -> str:
    """What was cleared and stays all the same."""
    if not places:
        return ""
    labels = labels_of(form.fields({}, BuildContext()))
    return f"{', '.join(map(labels, places))} can't be cleared, and was left as it is."
