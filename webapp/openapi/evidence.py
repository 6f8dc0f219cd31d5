"""What an answer and its headers tell about the pages of a list."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from webapp.openapi.jsontypes import is_object
from webapp.openapi.labels import normal, wordlist
from webapp.openapi.query import OFFSETS, PAGES, SIZES
from webapp.openapi.site import Paging, PagingStyle
from webapp.record import record

Query = tuple[tuple[str, str], ...]

TOTALS = wordlist("""
    total totalcount totalelements totalentries totalresults totalitems totalrecords totalrows totalhits totalsize
    recordstotal resultcount itemcount numfound odatacount hydratotalitems totalnumber nbhits overallcount
""")
COUNTS = wordlist("count size resultscount length numresults")
PAGE_COUNTS = wordlist("totalpages pagecount pages lastpage numpages pagestotal")
HAS_MORE = wordlist("hasmore hasnext hasnextpage more morepages ismore nextpageavailable truncated istruncated")
NO_MORE = wordlist("islast last lastpage islastpage done end")
TOKENS = wordlist("""
    nextcursor nextpagetoken nexttoken next endcursor nextpage continuationtoken nextoffset cursor after scrollid marker
    nextmarker nextcontinuationtoken startingafter bookmark
""")
INSIDE = wordlist(
    "meta metadata pagination paging page pageinfo pager paginator info links cursors cursor responsemetadata"
)
"""Members that hold such evidence."""
TOTAL_HEADERS = (
    "x-total-count",
    "x-total",
    "total-count",
    "x-pagination-total-count",
    "x-total-results",
    "pagination-count",
)
RELATIONS = {"next": "next", "prev": "previous", "previous": "previous", "first": "beginning", "last": "last"}
BODY_LINKS = {**RELATIONS, "nextpage": "next", "prevpage": "previous", "nexturl": "next", "previousurl": "previous"}
BODY_LINKS |= {"prevurl": "previous", "nextlink": "next", "odatanextlink": "next", "nextpageurl": "next"}
BODY_LINKS |= {"prevpageurl": "previous", "lastpageurl": "last", "hydranext": "next", "hydraprevious": "previous"}
SECRETS = re.compile(r"(?i)(api[-_]?key|access[-_]?token|auth|signature|secret|password|passwd|jwt|credential)")
RANGED = re.compile(r"/(\d{1,15})\s*$")
MORE = re.compile(r"<([^<>]*)>((?:[^,<\"]|\"[^\"]*\")*)")


@record(frozen=True, slots=True)
class Evidence:
    """What is told. Numbers are as the API counts."""

    links: Mapping[str, Query] = field(default_factory=dict)
    """Queries of other pages: `next`, `previous`, `beginning`, `last`."""
    total: int | None = None
    count: int | None = None
    """A number that may be the total, or only this page's."""
    size: int | None = None
    pages: int | None = None
    has_more: bool | None = None
    is_last: bool = False
    """Whether the answer says that no page follows."""
    members: Mapping[str, Any] = field(default_factory=dict)
    """What stands beside the rows, by normal name."""
    names: Mapping[str, str] = field(default_factory=dict)
    """How those names are written."""

    def position(self, paging: Paging) -> int | None:
        """Which page or row the answer says that it begins with."""
        families = {
            PagingStyle.PAGE: (*PAGES, "number", "current"),
            PagingStyle.OFFSET: OFFSETS,
            PagingStyle.CURSOR: (),
        }
        own = normal(paging.position)
        return next(
            (n for name in (own, *families[paging.style]) if (n := whole(self.members.get(name))) is not None), None
        )

    def token(self, paging: Paging, rows: Sequence[Any]) -> str | None:
        """What the answer gives to ask for the next page with."""
        own = f"next{normal(paging.position)}"
        if own in self.members and not self.members[own]:
            return None
        for name in (own, *TOKENS):
            value = self.members.get(name)
            if is_object(value):
                value = value.get(paging.position) or value.get("cursor")
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "" and not _is_url(value):
                return str(value)
        if (
            self.has_more
            and rows
            and isinstance(rows[-1], Mapping)
            and normal(paging.position) in ("startingafter", "afterid")
        ):
            last = rows[-1].get("id")
            return None if last is None else str(last)
        return None

    def paging(self, asked: Query) -> Paging | None:
        """
        How the list turns pages, guessed from the answer alone.

        An answer that says which page it is, how many rows a page has, and that there are more, usually goes by the
        same names in the query.
        """
        size = next((name for name in SIZES[:8] if whole(self.members.get(name))), None)
        for style, names in ((PagingStyle.PAGE, PAGES[:6]), (PagingStyle.OFFSET, OFFSETS[:2])):
            for name in names:
                position = whole(self.members.get(name))
                if position is not None and size and (self.total is not None or self.pages is not None):
                    first = 0 if position == 0 and not asked else 1
                    return Paging(style, self.names[name], self.names[size], first=first)
        return None


def read_evidence(
    data: Any,
    items_path: Sequence[str],
    headers: Mapping[str, str],
    path: str | None,
    keys: frozenset[str] = frozenset(),
) -> Evidence:
    """
    What is told beside the rows at `items_path`, and in the headers.

    `path` is how the list's own path ends; a link to another is ignored. `keys` are parameters that carry what nobody
    is to see: they are taken out of links.
    """
    members, names = _members(data, items_path)
    sizes = members if "first" not in members else {name: each for name, each in members.items() if name != "first"}
    known = {name.lower(): value for name, value in headers.items()}
    total = _header_total(known)
    header_links = dict(_header_links(known["link"], path)) if "link" in known else {}
    links = {**dict(_body_links(data, members, path)), **header_links}
    return Evidence(
        links={
            name: tuple(pair for pair in query if pair[0].lower() not in keys)
            for name, query in links.items()
            if query or name != "next"
        },
        total=total if total is not None else _first(members, TOTALS),
        count=_first(members, COUNTS),
        size=_first(sizes, SIZES[:8]),
        pages=_first(members, PAGE_COUNTS),
        has_more=_has_more(members),
        is_last=_is_last(data, members, header_links),
        members=members,
        names=names,
    )


def whole(value: object) -> int | None:
    """The value if it is a whole number, or the text of one."""
    if type(value) is int:
        return value if 0 <= value < 10**15 else None
    if is_object(value):
        value = value.get("value")  # Elasticsearch
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 10**15 else None


def _members(data: Any, items_path: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What stands beside the rows, and one level down where such things are kept; the outer goes first."""
    members: dict[str, Any] = {}
    names: dict[str, str] = {}
    around = [data]
    for name in items_path[:-1]:
        around.append(around[-1].get(name) if is_object(around[-1]) else None)
    for holder in around:
        for name, value in _with_inside(holder):
            if not isinstance(value, list) and (plain := normal(name)) not in members:
                members[plain], names[plain] = value, name
    return members, names


def _with_inside(holder: Any) -> Iterator[tuple[str, Any]]:
    if not is_object(holder):
        return
    yield from holder.items()
    for name, value in holder.items():
        if is_object(value) and normal(name) in INSIDE:
            yield from _with_inside(value)


def _first(members: Mapping[str, Any], names: Sequence[str]) -> int | None:
    for name in names:
        if name in members and (number := whole(members[name])) is not None:
            return number
    return None


def _header_total(headers: Mapping[str, str]) -> int | None:
    for name in TOTAL_HEADERS:
        if name in headers and (number := whole(headers[name].strip())) is not None:
            return number
    ranged = RANGED.search(headers["content-range"]) if "content-range" in headers else None
    return int(ranged[1]) if ranged else None


def _has_more(members: Mapping[str, Any]) -> bool | None:
    for names, more in ((HAS_MORE, True), (NO_MORE, False)):
        told = [members[name] for name in names if name in members and isinstance(members[name], bool)]
        if told:
            return told[0] is more
    return None


def _is_last(data: Any, members: Mapping[str, Any], header_links: Mapping[str, Query]) -> bool:
    """Whether the place where a next page would be told says that there is none."""
    if any(
        name in members and members[name] in (None, "", False)
        for name in ("next", "nextpage", "nextcursor", "nextpagetoken")
    ):
        return True
    if header_links and "next" not in header_links:
        return True
    links = data.get("_links", data.get("links")) if is_object(data) else None
    return is_object(links) and "next" not in links and not {"first", "last", "prev"}.isdisjoint(links)


def _header_links(header: str, path: str | None) -> Iterator[tuple[str, Query]]:
    for url, parameters in MORE.findall(header):
        told = re.search(r"(?i)\brel\s*=\s*\"?([^\";]+)", parameters)
        for relation in told[1].lower().split() if told else ():
            query = _query_of(url, path)
            if relation in RELATIONS and query is not None:
                yield RELATIONS[relation], query


def _body_links(data: Any, members: Mapping[str, Any], path: str | None) -> Iterator[tuple[str, Query]]:
    hal = data.get("_links") if is_object(data) else None
    listed = data.get("links") if is_object(data) else None
    told: dict[str, Any] = dict(members)
    if is_object(hal):
        told.update({normal(name): link for name, link in hal.items()})
    for link in listed if isinstance(listed, list) else ():
        if is_object(link) and isinstance(link.get("rel"), str):
            told[normal(link["rel"])] = link
    for name, value in told.items():
        if name in BODY_LINKS:
            query = _link_query(value, path)
            if query is not None:
                yield BODY_LINKS[name], query


def _link_query(value: Any, path: str | None) -> Query | None:
    if is_object(value):
        value = next((value[key] for key in ("href", "url", "uri") if isinstance(value.get(key), str)), None)
    return _query_of(value, path) if _is_url(value) else None


def _is_url(value: object) -> bool:
    return isinstance(value, str) and (value.startswith(("http://", "https://", "/", "?")) or "?" in value)


def _query_of(url: str, path: str | None) -> Query | None:
    """
    The query of a link to another page of the same list, without what should not be seen in a URL.

    Its host is never looked at: a proxy may know the API by another name, and only the query is used.
    """
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    there = split.path.rstrip("/")
    if there and path is not None and not there.endswith(path.rstrip("/")):
        return None
    return tuple(
        (name, value) for name, value in parse_qsl(split.query, keep_blank_values=True) if not SECRETS.search(name)
    )
