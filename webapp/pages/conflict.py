"""Two people's changes of one item, side by side: what it was, what it is now, and what one wrote."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from webapp.client import exact
from webapp.forms.baseline import pack, unpack
from webapp.forms.build import BuildContext
from webapp.forms.changes import Difference, Merged, Parts, find, merge, put
from webapp.forms.field import Control, Field
from webapp.forms.form import OperationForm
from webapp.forms.pointer import join, split
from webapp.forms.submission import Submission
from webapp.forms.values import ABSENT, Values
from webapp.html.context import Link
from webapp.html.context.editing import ConflictPage, ConflictRow, Pairs
from webapp.html.format import cut
from webapp.html.render import render
from webapp.html.urls import href, safe_next
from webapp.openapi.labels import humanise
from webapp.pages.masking import masked
from webapp.pages.saving import Contradicted
from webapp.pages.target import Target
from webapp.pages.tasks import Task
from webapp.record import record

LONGEST = 4000
"""Characters of a value that are shown."""
CHOICE = "choose"


@record(frozen=True, slots=True)
class Choice:
    """A conflict, and what was chosen about it so far."""

    before: Mapping[str, Any]
    """What both began with."""
    theirs: Mapping[str, Any]
    mine: Mapping[str, Any]
    version: str
    """Which version theirs is, as the API tells."""
    value: Values | None
    """What comes of it; None while something is to be chosen yet."""
    chosen: Mapping[str, str]
    """`mine` or `theirs`, by pointer."""

    @property
    def merged(self) -> Merged:
        return merge(self.before, self.theirs, self.mine)


def resolve(
    form: OperationForm,
    submission: Submission,
    *,
    before: Mapping[str, Any] | None = None,
    found: Contradicted | None = None,
    mine: Values | None = None,
) -> Choice:
    """What was chosen on the page of a conflict; without a choice, the conflict that was just `found`."""
    if found is not None and mine is not None:
        return Choice(before or {}, found.theirs, mine, found.item.version.text, None, {})
    told = {name: unpack(submission.text(name)) or {} for name in ("before", "was", "mine")}
    merged = merge(told["before"], told["was"], told["mine"])
    chosen: dict[str, str] = {}
    value: Any = merged.value
    for each in merged.conflicts:
        pointer = _pointer(each.place)
        answer = submission.text(f"{CHOICE}:{pointer}")
        if answer in ("mine", "theirs"):
            chosen[pointer] = answer
            value = put(value, each.place, each.theirs if answer == "theirs" else each.mine)
    done = len(chosen) == len(merged.conflicts)
    if done:
        value = {**_beside(form, submission), **_with_secrets(form, submission, value)}
    version = submission.text("etag") or ""
    return Choice(told["before"], told["was"], told["mine"], version, value if done else None, chosen)


def conflict_page(task: Task, target: Target, form: OperationForm, submission: Submission, choice: Choice) -> Response:
    """The page that shows a conflict and asks, field by field, whose change counts."""
    merged = choice.merged
    secrets = _secrets(form, {**choice.mine})
    mine: Any = choice.mine
    for each in secrets:
        mine = put(mine, split(each.name), ABSENT)
    fields = form.fields(choice.mine, BuildContext())
    labels = labels_of(fields)
    *above, here = task.crumbs()
    name = target.resource.name if target.resource is not None else "item"
    page = ConflictPage(
        name=name,
        title="Somebody else changed this too",
        crumbs=(*above, Link("Edit", here.href, current=True)),
        action=task.action,
        rows=tuple(_row(each, labels, choice.chosen) for each in _in_order(merged.differences)),
        missing=bool(choice.chosen) or "mine" in submission,
        fields=tuple(secrets),
        hidden=_hidden(task, form, submission, choice, mine),
        cancel_href=safe_next(submission.text("next"), default=href(task.request, target.path)),
    )
    return render(task.request, [f"{name}/conflict.html", "pages/conflict.html"], page, fragment="form", status=409)


def labels_of(fields: Sequence[Field]) -> Callable[[Parts], str]:
    """What the form calls the value at a place: `Office hours · Opens`."""
    known = {each.name: each.label for top in fields for each in top.walk() if each.label}

    def label(parts: Parts) -> str:
        names = [_pointer(parts[:end]) for end in range(2, len(parts) + 1)]
        return " · ".join(known.get(name) or humanise(split(name)[-1]) for name in names) or "Content"

    return label


def _in_order(differences: Sequence[Difference]) -> list[Difference]:
    """What one has to choose first; then what somebody else changed. One's own changes alone are no news."""
    return sorted((each for each in differences if each.by_them), key=lambda each: not each.is_conflict)


def _row(each: Difference, labels: Callable[[Parts], str], chosen: Mapping[str, str]) -> ConflictRow:
    pointer = _pointer(each.place)
    name = each.place[-1] if each.place else ""
    was, theirs, mine = (_text(name, value) for value in (each.was, each.theirs, each.mine))
    return ConflictRow(pointer, labels(each.place), was, theirs, mine, each.is_conflict, chosen.get(pointer, ""))


def _text(name: str, value: Any) -> str:
    """A value for people to compare; empty where there is none."""
    shown = masked({name: value})[name] if value is not ABSENT else None
    match shown:
        case None:
            return ""
        case bool():
            return "Yes" if shown else "No"
        case str():
            return cut(shown, LONGEST)
        case list() if not any(isinstance(item, Mapping | list) for item in shown):
            return cut(", ".join(_text("", item) for item in shown), LONGEST)
        case Mapping() | list():
            return cut(exact.dumps(shown, indent=2), LONGEST)
    return str(shown)


def _hidden(task: Task, form: OperationForm, submission: Submission, choice: Choice, mine: Any) -> Pairs:
    known = {
        "next": safe_next(submission.text("next"), default=""),
        "media_type": form.body.media_type if form.body and len(form.bodies) > 1 else "",
        "etag": choice.version,
        "inline": submission.text("inline") or "",
    }
    told = {"before": choice.before, "was": choice.theirs, "mine": mine}
    return (
        *((join("path", name), value) for name, value in task.known.items()),
        *((name, value) for name, value in submission.pairs if isinstance(value, str) and _is_beside(name)),
        *((name, value) for name, value in known.items() if value),
        *(
            (name, pack({part: each[part] for part in ("query", "body") if part in each}))
            for name, each in told.items()
        ),
    )


def _secrets(form: OperationForm, mine: Values) -> list[Field]:
    """The passwords and the like that were typed: they don't come back, and are asked for again."""
    fields = form.fields(mine, BuildContext())
    each_of = (each for top in fields for each in top.walk() if each.control is Control.PASSWORD)
    return [each for each in each_of if find(mine, split(each.name)) not in (ABSENT, None, "")]


def _with_secrets(form: OperationForm, submission: Submission, value: Values) -> Values:
    made: Any = value
    for name in (
        each.name
        for top in form.fields(value, BuildContext())
        for each in top.walk()
        if each.control is Control.PASSWORD
    ):
        if typed := submission.text(name):
            made = put(made, split(name), typed)
    return made  # type: ignore[no-any-return]


def _beside(form: OperationForm, submission: Submission) -> dict[str, Any]:
    """The inputs that no item has values for: headers and cookies."""
    read = form.read(Submission.of(pair for pair in submission.pairs if _is_beside(pair[0])))
    return {part: read.values[part] for part in ("header", "cookie") if part in read.values}


def _is_beside(name: str) -> bool:
    return name.rpartition(":")[2].startswith(("header/", "cookie/"))


def _pointer(place: Parts) -> str:
    pointer = ""
    for part in place:
        pointer = join(pointer, part)
    return pointer
