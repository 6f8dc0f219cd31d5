"""Writes a change: what was changed alone, over nothing that somebody else wrote, losing nothing that was not shown."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from webapp.client import APIClient, Reply
from webapp.errors import Conflict, Invalid, PreconditionFailed
from webapp.forms.baseline import as_shown, changeable
from webapp.forms.changes import Difference, Merged, Parts, json_patch, merge, overlay, same
from webapp.forms.form import OperationForm
from webapp.forms.media import BodyKind, essence, kind_of
from webapp.forms.partial import Partial
from webapp.forms.prefill import wrapper_of
from webapp.forms.request import encode
from webapp.forms.values import ABSENT, Values
from webapp.openapi.schema import Schema
from webapp.pages.target import JSON_PATCH, MERGE_PATCH, Item, Target, Version
from webapp.pages.tasks import Task
from webapp.record import record

TRIES = 2
"""A write that was refused because of its version wasn't done; so often it is tried again."""


@record(frozen=True, slots=True)
class Change:
    """What somebody makes of an item: as it was shown to them, and as they want it."""

    was: Mapping[str, Any] | None
    """None where that isn't known any more."""
    mine: Values
    version: str
    """Which version they saw, as the API tells; empty where it doesn't."""


@record(frozen=True, slots=True)
class Saved:
    """It was written."""

    reply: Reply
    theirs: tuple[Difference, ...] = ()
    """What somebody else had changed, and is kept."""
    kept: tuple[Parts, ...] = ()
    """What was cleared and couldn't be."""


@record(frozen=True, slots=True)
class Unchanged:
    """There was nothing to write."""

    kept: tuple[Parts, ...] = ()


@record(frozen=True, slots=True)
class Contradicted:
    """Somebody else changed the same, or it can't be told what; nothing was written."""

    merged: Merged | None
    theirs: Mapping[str, Any]
    item: Item


Outcome = Saved | Unchanged | Contradicted


@record(frozen=True, slots=True)
class Writer:
    """Writes changes of one target, from one form."""

    task: Task
    target: Target
    form: OperationForm

    async def write(self, change: Change) -> Outcome:
        """
        Write what was changed, once it is clear that nobody else changed the same.

        The item is read right before. Raises what the API has against the change itself.
        """
        item = await self.target.read(self.task)
        tried = 1
        while True:
            theirs = self._shown(item)
            found = self._contradiction(change, theirs, item)
            if found is not None:
                return found
            merged = merge(theirs if change.was is None else change.was, theirs, changeable(change.mine))
            if not any(each.by_me for each in merged.differences):
                return Unchanged()
            try:
                return await self._send(change, item, theirs, merged)
            except (PreconditionFailed, Conflict) as error:
                fresh = await self.target.read(self.task)
                again = not same(self._shown(fresh), theirs) or isinstance(error, PreconditionFailed)
                if tried >= TRIES or not again:
                    raise
                item = _with_strong_tag(fresh) if fresh.version == item.version else fresh
                tried += 1

    def _shown(self, item: Item) -> dict[str, Any]:
        """The item as the form would show it."""
        schema = self.form.body.schema if self.form.body is not None else None
        return as_shown(self.form, self.target.values(self.task, schema, item))

    def _contradiction(self, change: Change, theirs: Mapping[str, Any], item: Item) -> Contradicted | None:
        if change.was is None:
            moved = bool(change.version) and change.version != item.version.text
            return Contradicted(None, theirs, item) if moved else None
        merged = merge(change.was, theirs, changeable(change.mine))
        return Contradicted(merged, theirs, item) if merged.conflicts else None

    async def _send(self, change: Change, item: Item, theirs: Mapping[str, Any], merged: Merged) -> Outcome:
        schema = self.form.body.schema if self.form.body is not None else Schema()
        partial = Partial(deep=self._media_type == MERGE_PATCH, wrapper=wrapper_of(schema, item.data))
        sent = self._sent(item, theirs, merged.value, partial)
        kept = tuple(("body", *place) for place in partial.kept)
        if not sent.keys() - {"path", "header", "cookie"}:
            return Unchanged(kept)
        rest = {part: change.mine[part] for part in ("path", "header", "cookie") if part in change.mine}
        try:
            reply = await self._ask({**rest, **sent}, item.version)
        except Invalid as error:
            # A PATCH that wants more than its document says. It was refused, so nothing was done yet.
            more = self._left_out(error, sent.get("body"), self.target.whole(self.task, schema, item).get("body"))
            if not more:
                raise
            reply = await self._ask({**rest, **sent, "body": {**more, **sent["body"]}}, item.version)
        return Saved(reply, tuple(each for each in merged.differences if each.by_them and not each.by_me), kept)

    async def _ask(self, values: Values, version: Version) -> Reply:
        outgoing = encode(self.target.operation, values, self._media_type)
        api: APIClient = self.task.request.state.api
        return await api.request(
            outgoing.method,
            outgoing.path,
            params=outgoing.params,
            headers={**outgoing.headers, **version.conditions()},
            json=outgoing.json,
            data=outgoing.data,
            content=outgoing.content,
        )

    def _left_out(self, error: Invalid, body: Any, whole: Any) -> dict[str, Any]:
        """What the API misses of the item as it is, because we didn't send what wasn't changed."""
        if not isinstance(body, Mapping) or not isinstance(whole, Mapping) or self._media_type == JSON_PATCH:
            return {}
        return {name: whole[name] for name in error.fields if name in whole and name not in body}

    def _sent(
        self, item: Item, theirs: Mapping[str, Any], wanted: Mapping[str, Any], partial: Partial
    ) -> dict[str, Any]:
        """The inputs of the request: all of them for what replaces the item, else those that were changed."""
        schema = self.form.body.schema if self.form.body is not None else None
        whole = self.target.whole(self.task, schema, item)
        sent: dict[str, Any] = {"path": dict(self.task.known)}
        if query := self._query(theirs, wanted):
            sent["query"] = query
        if schema is None:
            return sent
        base, before, after = (each.get("body", ABSENT) for each in (whole, theirs, wanted))
        if self._media_type == JSON_PATCH:
            body: Any = json_patch(base, overlay(base, before, after))
        elif self._replaces:
            body = overlay(base, before, after)
        else:
            body = partial.pick(schema, base, before, after)
        if body is not ABSENT and (body or self._replaces):
            sent["body"] = self._in_form(body)
        return sent

    def _query(self, theirs: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        before, after = theirs.get("query") or {}, wanted.get("query") or {}
        known = {each.name: each for each in self.target.operation.query}
        sent = {name: value for name, value in after.items() if name not in before or not same(before[name], value)}
        required = {name: after[name] for name in after if name in known and known[name].required}
        # A text can be emptied; nothing else can be said to be gone in a query.
        emptied = {name: "" for name in before if name not in after and known[name].schema.type == "string"}
        return {**required, **emptied, **sent} if sent or emptied else {}

    def _in_form(self, body: Any) -> Any:
        """A form has no null: what is gone is empty there."""
        kind = kind_of(self.form.body) if self.form.body is not None else BodyKind.JSON
        if kind in (BodyKind.FORM, BodyKind.MULTIPART) and isinstance(body, Mapping):
            return {name: "" if value is None else value for name, value in body.items()}
        return body

    @property
    def _replaces(self) -> bool:
        """Whether what is sent takes the place of all that was there."""
        if self.target.operation.method == "PATCH":
            return False
        return self.target.operation.method == "PUT" or bool(self.form.body and self.form.body.schema.required)

    @property
    def _media_type(self) -> str:
        return essence(self.form.body.media_type) if self.form.body is not None else ""


def _with_strong_tag(item: Item) -> Item:
    """
    The item with its ETag as a strong one.

    If-Match never takes a weak one (RFC 9110, 13.1.1), and some proxies weaken those that the API gives.
    """
    return replace(item, version=replace(item.version, etag=item.version.etag.removeprefix("W/")))
