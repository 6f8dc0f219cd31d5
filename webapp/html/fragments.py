"""
Parts of pages that are the same on many of them, written once: `{% kept shell.site, url("/") %}…{% endkept %}`.

A part is written again as soon as any of the values behind `kept` is another one, so all that it depends on must be
among them. Texts are compared; of anything else it has to be the very same thing, and of a tuple the very same members,
which takes no time however large they are. So nothing that changes in place may stand there.
"""

from collections import OrderedDict
from secrets import token_hex
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

MOST_TEXT = 2_000_000
"""Characters that are kept in all; the longest unused goes first."""
LARGEST = MOST_TEXT // 8
"""Characters of a part that is kept."""
LEAST = 200
"""Characters that each part counts for besides: one that says nothing takes room as well."""

FIND, KEEP = "_kept", "_keep"
"""The filters that the tag is made of."""

Values = tuple[Any, ...]


class Fragments:
    """What was written, by where it stands in a template and by all that it depends on."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Values, tuple[Markup, Values]] = OrderedDict()
        self._size = 0

    def find(self, values: Values, place: str) -> Markup | None:
        """What was written there with these very values."""
        key = _key(place, values)
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, written: Markup, place: str, values: Values) -> Markup:
        """Keep what was written, and the values with it: as long as they are kept, nothing else can be the same."""
        if len(written) <= LARGEST:
            key = _key(place, values)
            before = self._kept.pop(key, None)
            self._kept[key] = written, values
            self._size += LEAST + len(written) - (LEAST + len(before[0]) if before else 0)
            while self._size > MOST_TEXT:
                _, (oldest, _) = self._kept.popitem(last=False)
                self._size -= LEAST + len(oldest)
        return written


def _key(place: str, values: Values) -> Values:
    """What is equal for the same values only, while they are kept."""
    same = [
        value if type(value) is str else tuple(map(id, value)) if type(value) is tuple else id(value)
        for value in values
    ]
    return (place, *same)


class KeptExtension(Extension):
    """The tag. Without the filters `_kept` and `_keep`, which whoever has the fragments gives, nothing is kept."""

    tags = {"kept"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Look for it, or else write it and keep it; put it out."""
        line = next(parser.stream).lineno
        values = parser.parse_tuple()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        if not isinstance(values, nodes.Tuple):
            values = nodes.Tuple([values], "load")
        # One line of a template may have several, and a template of that name may come to be another one. What was
        # compiled by another process may be among them, so that a number wouldn't do.
        place = nodes.Const(f"{parser.name}:{line}:{token_hex(8)}")
        found = parser.free_identifier()
        given = nodes.Assign(found, nodes.Filter(values, FIND, [place], [], None, None))
        keeping = nodes.Filter(found, KEEP, [place, values], [], None, None)
        written = [nodes.AssignBlock(found, None, [nodes.Scope(body)]), nodes.ExprStmt(keeping)]
        missing = nodes.Test(found, "none", [], [], None, None)
        made = [given, nodes.If(missing, written, [], []), nodes.Output([found])]
        return [each.set_lineno(line) for each in made]
