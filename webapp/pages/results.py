"""What comes after an operation has been done: the page of what it made, the page before, or its answer."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from webapp.client import Reply
from webapp.client.reply import ReplyKind
from webapp.forms import Values
from webapp.html.context import Fact, Link, ResultPage
from webapp.html.format import cut, filesize, text
from webapp.html.htmx import redirect
from webapp.html.kinds import Kind
from webapp.html.render import render
from webapp.html.urls import href
from webapp.openapi.listing import read_item
from webapp.openapi.schema import Schema
from webapp.openapi.site import Match, MatchKind
from webapp.openapi.uses import is_around_accounts
from webapp.pages.answers import name_of
from webapp.pages.facts import facts_of, sections_of
from webapp.pages.follow import follow_href
from webapp.pages.made import made_by
from webapp.pages.masking import masked
from webapp.pages.notices import notify
from webapp.pages.raw import raw_json
from webapp.pages.secrets import new_secrets
from webapp.pages.subjects import Subject, item_title
from webapp.pages.tasks import Role, Task
from webapp.pages.undo import undo_for

SHORT = 200
"""Characters of an answer that are said in passing rather than on a page of their own."""
SAYING = ("message", "detail", "msg", "info", "result", "status")
"""Where an answer that is only a confirmation has what it says."""
CONFIRMING = frozenset({*SAYING, "ok", "success", "code", "request_id", "timestamp"})


async def succeeded(
    task: Task, values: Values, reply: Reply, *, where: str, subject: Subject | None = None
) -> Response:
    """
    The answer to a form whose operation went well.

    `values` are its inputs, `where` is the page that one came from, `subject` what it was done to.
    """
    if following := follow_href(task.request, task.routes, reply):
        return notify(redirect(task.request, following), task.request, f"{task.operation.label}: begun.")
    around = is_around_accounts(task.routes.site.accounts, task.operation)
    secrets = () if around else new_secrets(reply.data, task.operation.answer, values)
    made = made_by(task, reply)
    if secrets:
        return _result_page(task, reply, _ways_on(task, made, where), secrets)
    if made is not None:
        sentence = _made_sentence(task, made, reply)
        return notify(redirect(task.request, href(task.request, made.path)), task.request, sentence)
    if not around and _is_worth_reading(task, reply) and not _is_in_list(task):
        return _result_page(task, reply, _ways_on(task, None, where))
    where = _without_subject(task, where) if task.operation.method == "DELETE" else where
    undo = undo_for(task.request, task.resource, task.operation, task.known, back=where)
    return notify(redirect(task.request, where), task.request, _done_sentence(task, reply, subject), undo)


def _is_in_list(task: Task) -> bool:
    """Whether what was created is a row of the list that one comes back to: there it says more than by itself."""
    listed, answer = task.resource.row_schema if task.resource else None, task.operation.answer
    if task.role is not Role.CREATE or listed is None or answer is None:
        return False
    return answer.name is not None and answer.name == listed.name


def _made_sentence(task: Task, made: Match, reply: Reply) -> str:
    item = read_item(made.resource, reply.data)
    title = item_title(made, item) if isinstance(item, Mapping) else ""
    noun = made.resource.singular if made.resource else "It"
    if not title or title.startswith(noun):
        return f"{title or noun} {'created' if task.role is Role.CREATE else 'is ready'}."
    return f"{noun} “{title}” {'created' if task.role is Role.CREATE else 'is ready'}."


def _done_sentence(task: Task, reply: Reply, subject: Subject | None) -> str:
    if task.role is Role.DELETE:
        return f"Deleted {subject.named}." if subject is not None else f"{task.operation.label}: done."
    title = _title(task, reply)
    called = f"{task.operation.label} “{title}”" if title else task.operation.label
    return f"{called}: {_saying(reply) or 'done.'}"


def _title(task: Task, reply: Reply) -> str:
    """What an operation was done to, where it answers with just that."""
    page = task.page
    data = reply.data
    if page is None or not isinstance(data, Mapping) or CONFIRMING.issuperset(data) or not _is_subject(task, data):
        return ""
    item = read_item(page.resource, data)
    return item_title(page, item) if isinstance(item, Mapping) else ""


def _saying(reply: Reply) -> str:
    """What a short answer says in words."""
    if reply.kind is ReplyKind.TEXT:
        return cut(reply.text, SHORT)
    data = masked(reply.data)
    if isinstance(data, str):
        return cut(data, SHORT)
    if isinstance(data, Mapping) and CONFIRMING.issuperset(data):
        return next((cut(data[key], SHORT) for key in SAYING if isinstance(data.get(key), str) and data[key]), "")
    return ""


def _is_worth_reading(task: Task, reply: Reply) -> bool:
    """Whether an answer tells more than that it was done."""
    data = reply.data
    match reply.kind:
        case ReplyKind.TEXT:
            return len(reply.text.strip()) > SHORT or "\n" in reply.text.strip()
        case ReplyKind.BINARY:
            return True
        case ReplyKind.JSON if isinstance(data, Mapping):
            return bool(data) and not CONFIRMING.issuperset(data) and not _is_subject(task, data)
        case ReplyKind.JSON if isinstance(data, list):
            return bool(data)
        case ReplyKind.JSON:
            return data is not None and not isinstance(data, bool | str)
        case _:
            return False


def _is_subject(task: Task, data: Mapping[str, Any]) -> bool:
    """Whether an answer is the very thing that its page shows: what it was done to, as it is now."""
    page = task.page
    if page is None or page.kind is not MatchKind.ITEM or page.resource is None or not task.known:
        return task.role is Role.UPDATE
    answer, item = task.operation.answer, page.operation.answer
    if answer is not None and item is not None and answer.name is not None and answer.name == item.name:
        return True
    thing = read_item(page.resource, data)
    key = page.resource.id_field
    return bool(key) and isinstance(thing, Mapping) and str(thing.get(key)) == list(page.path_params.values())[-1]


def _without_subject(task: Task, where: str) -> str:
    """Where to go once the subject is gone: its own page is gone too, and what was below it."""
    path = task.about.path if task.about is not None else task.path
    gone = href(task.request, path)
    if not (where == gone or where.startswith((f"{gone}/", f"{gone}?"))):
        return where
    left = next((each for each in task.above if each.path.rstrip("/") != path.rstrip("/")), None)
    listed = task.resource.path if task.resource is not None and task.resource.list is not None else ""
    if listed and "{" not in listed:
        return href(task.request, listed)
    return href(task.request, left.path if left is not None else "/")


def _ways_on(task: Task, made: Match | None, where: str) -> tuple[Link, ...]:
    links = [Link("Back", where), Link("Do it again", task.action)]
    if made is not None:
        noun = made.resource.singular if made.resource else "it"
        links.insert(0, Link(f"Open the {noun[:1].lower()}{noun[1:]}", href(task.request, made.path)))
    return tuple(links)


def _result_page(task: Task, reply: Reply, links: tuple[Link, ...], secrets: tuple[Fact, ...] = ()) -> Response:
    operation = task.operation
    shown = masked(reply.data, operation.answer)
    whole, schema = _as_object(shown, operation.answer)
    page = ResultPage(
        name=name_of(operation),
        title=operation.label,
        crumbs=task.crumbs(),
        done="Done.",
        facts=tuple(fact for fact in facts_of(whole, schema) if fact.kind is not Kind.SECRET),
        secrets=secrets,
        sections=sections_of(whole, schema, name=name_of(operation)),
        text=_text(reply, shown),
        media_type=reply.media_type,
        raw=raw_json(reply.data, operation.answer) if isinstance(shown, Mapping | list) else "",
        links=links,
    )
    names = [f"{page.name}/result.html", "pages/result.html"]
    return render(task.request, names, page, fragment="result", headers={"Cache-Control": "no-store"})


def _as_object(shown: Any, schema: Schema | None) -> tuple[Mapping[str, Any], Schema | None]:
    """An answer as facts and sections are made of it: a list is the one property of an object."""
    if isinstance(shown, list):
        return {"answer": shown}, schema.beside({"properties": {"answer": schema.raw}}) if schema else None
    return (shown, schema) if isinstance(shown, Mapping) else ({}, None)


def _text(reply: Reply, shown: Any) -> str | None:
    if reply.kind is ReplyKind.TEXT:
        return text(reply.text)
    if reply.kind is ReplyKind.BINARY:
        return f"A file of {filesize(len(reply.content))}."
    return None if isinstance(shown, Mapping | list) or shown is None else text(shown)
