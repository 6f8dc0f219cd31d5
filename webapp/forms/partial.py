"""The part of a body that a change sends: what was changed, and what the API can't do without."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from webapp.forms.changes import Parts, overlay, same
from webapp.forms.values import ABSENT
from webapp.openapi.labels import normal
from webapp.openapi.schema import Schema
from webapp.record import record

VERSIONS = frozenset({"version", "revision", "rev", "lockversion", "rowversion", "resourceversion", "etag"})
"""Fields, by normal name, with which an API tells whether one changes what one thinks one does."""
WRAPPERS = frozenset({"data", "attributes"})
"""Objects that are no value of their own: what was changed within them is sent, not the whole of them."""


@record(slots=True)
class Partial:
    """
    Picks what is sent of a body.

    `deep` says that objects within it are patched too (RFC 7396), and not replaced as a whole; `wrapper` is the
    property that has the whole item in it, if one has.
    """

    deep: bool = False
    wrapper: str | None = None
    kept: list[Parts] = field(default_factory=list)
    """What was cleared and couldn't be: the API has no way to say so."""

    def pick(self, schema: Schema, whole: Any, before: Any, after: Any, place: Parts = ()) -> Any:
        """
        The changed properties of an object, with those that are always needed; of anything else, all of it.

        `whole` is the body that would leave everything as it is; `before` and `after` are what the form showed of it
        and what came back.
        """
        if not all(isinstance(each, Mapping) for each in (whole, before, after)):
            return overlay(whole, before, after)
        known = schema.properties
        sent = {name: whole[name] for name in whole if name in schema.required or normal(name) in VERSIONS}
        for name in dict.fromkeys((*before, *after)):
            old, new = before.get(name, ABSENT), after.get(name, ABSENT)
            if same(old, new):
                continue
            own = known.get(name) or Schema()
            if new is ABSENT:
                new = self._cleared(own, (*place, name))
            elif self._goes_into(name, own):
                new = self.pick(own, whole.get(name, ABSENT), old, new, (*place, name))
            else:
                new = overlay(whole.get(name, ABSENT), old, new)
            if new is not ABSENT:
                sent[name] = new
        return sent

    def _goes_into(self, name: str, own: Schema) -> bool:
        if own.is_union:
            return False
        return self.deep or (bool(own.properties) and (name in WRAPPERS or name == self.wrapper))

    def _cleared(self, schema: Schema, place: Parts) -> Any:
        """How to say that a value is gone, where leaving it out would leave it as it is."""
        if self.deep or schema.nullable:
            return None
        if schema.type == "string" and not schema.enum and not schema.min_length and not schema.format:
            return ""
        if schema.is_array and not schema.min_items:
            return []
        self.kept.append(place)
        return ABSENT
