"""Which URL is which page: the paths of a site's GETs, in a tree of segments."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from webapp.openapi.remembering import Recent
from webapp.openapi.schema import Schema
from webapp.openapi.schemes import guide_of
from webapp.openapi.site import Match, MatchKind, Operation, Resource, Site
from webapp.record import record

VARIABLE = re.compile(r"\{([^{}]*)\}")
PLAIN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*")
"""What needs no quoting and can't be a step up."""
UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\\]|(?:^|/)\.{1,2}(?:/|$)")
"""Control characters, backslashes, and dots that step out of a path."""
SAFE = "~:@!$&'()*+,;="

MOST_RECENT = 300

Plan = TypeVar("Plan")


@record(frozen=True, slots=True)
class _Target:
    operation: Operation
    kind: MatchKind
    resource: Resource | None
    path: str
    """The page's, which is the operation's own but for lists that are asked for with a POST."""
    names: tuple[str, ...]
    """The path's variables, and the quoted `pieces` around them."""
    pieces: tuple[str, ...]
    asked: tuple[str, ...] | None
    """The pieces of the operation's path, where it is another or has `spanning` variables."""
    spanning: frozenset[str] = frozenset()
    """The variables that may be several segments for the API; in a page's path they are one all the same."""


@record(slots=True)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    mixed: list[tuple[re.Pattern[str], "_Node"]] = field(default_factory=list)
    """Segments such as `{name}.json`."""
    variable: "_Node | None" = None
    targets: list[_Target] = field(default_factory=list)


class Routes:
    """
    Finds the page of a URL.

    A literal segment goes before a variable. `path` is a URL's path as it is written, percent-encoded; a slash at its
    end may be missing or too many.
    """

    follows_links = False
    """Whether values of an answer may lead somewhere by themselves (`linked`)."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.guide = guide_of(site)
        self._resources = {resource.name: resource for resource in site.resources}
        self._operations = {operation.slug: operation for operation in site.operations}
        self._root = _Node()
        self._fixed: dict[str, Match] = {}
        self._plans: dict[tuple[Callable[[Routes, Resource], Any], str], Any] = {}
        self.recent = Recent(MOST_RECENT)
        """What pages have made of the document for addresses that are asked for."""
        kinds = _kinds(site)
        for operation in site.operations:
            if operation.method == "GET":
                self._add(_target(operation, operation.path, *kinds.get(operation.name, (MatchKind.VIEW, None))))
        for resource in site.resources:
            if resource.list is not None and resource.list.method != "GET":
                self._add(_target(resource.list, resource.path, MatchKind.LIST, resource))

    def resource(self, name: str) -> Resource | None:
        """The resource of that name."""
        return self._resources.get(name)

    def planned(self, make: Callable[["Routes", Resource], Plan], resource: Resource) -> Plan:
        """
        What a page knows of a resource before anybody asks for it, made once for each that the site has.

        It must depend on nothing but the document.
        """
        plan: Plan | None = self._plans.get((make, resource.name))
        if plan is None or self._resources.get(resource.name) is not resource:
            plan = make(self, resource)
            if self._resources.get(resource.name) is resource:
                self._plans[make, resource.name] = plan
        return plan

    def operation(self, slug: str) -> Operation | None:
        """The operation of that slug."""
        return self._operations.get(slug)

    def item_below(self, _: Operation) -> Operation | None:
        """The GET of one row of a list that is no resource's; None, as the document would have told."""
        return None

    def linked(self, _: object) -> str | None:
        """The path that a value of an answer leads to by itself; None, as the document tells what leads where."""
        return None

    def match(self, path: str) -> Match | None:
        """The page at a path; None where the API has nothing to get."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed
        segments = _segments(path)
        values: list[str] = []
        node = None if segments is None else _walk(self._root, segments, 0, values)
        if node is None:
            return None
        return _made(_choose(node.targets, values, slash=path.endswith("/")), values)

    def _add(self, target: _Target) -> None:
        path = target.path
        node = self._root
        for segment in path.strip("/").split("/") if path.strip("/") else ():
            node = _child(node, segment)
        node.targets.append(target)
        if not target.names:
            self._fixed.setdefault(path, _made(target, []))


def _target(operation: Operation, path: str, kind: MatchKind, resource: Resource | None) -> _Target:
    asked = _pieces(operation.path) if operation.spanning or operation.path != path else None
    return _Target(operation, kind, resource, path, operation.path_parameters, _pieces(path), asked, operation.spanning)


def _pieces(path: str) -> tuple[str, ...]:
    return tuple(quote(piece, safe=SAFE + "/%") for piece in VARIABLE.split(path)[::2])


def _kinds(site: Site) -> dict[str, tuple[MatchKind, Resource | None]]:
    """What each GET is to the site, by its name."""
    kinds: dict[str, tuple[MatchKind, Resource | None]] = {}
    for resource in site.resources:
        if resource.list is not None:
            kinds[resource.list.name] = MatchKind.LIST, resource
        for view in resource.views:
            kinds[view.name] = MatchKind.VIEW, resource
    # Several resources may show one item; it belongs to the one whose path it lies under.
    for resource in sorted(site.resources, key=lambda each: (not _is_own_item(each), each.parent is not None)):
        if resource.item is not None:
            kinds.setdefault(resource.item.name, (MatchKind.ITEM, resource))
    return kinds


def _is_own_item(resource: Resource) -> bool:
    return resource.item is not None and resource.item.path.startswith(resource.path)


def _child(node: _Node, segment: str) -> _Node:
    if VARIABLE.fullmatch(segment):
        node.variable = node.variable or _Node()
        return node.variable
    if not VARIABLE.search(segment):
        return node.literals.setdefault(unquote(segment), _Node())
    pattern = _pattern(segment)
    for known, child in node.mixed:
        if known.pattern == pattern.pattern:
            return child
    child = _Node()
    node.mixed.append((pattern, child))
    node.mixed.sort(key=lambda each: -len(each[0].pattern))  # the most told first: `.schema.json` before `.json`
    return child


def _pattern(segment: str) -> re.Pattern[str]:
    """`{name}.{ending}` as a pattern with a group for each variable."""
    literals = [re.escape(unquote(part)) for part in VARIABLE.split(segment)[::2]]
    return re.compile("(.+?)".join(literals), re.DOTALL)


def _segments(path: str) -> list[str] | None:
    """A path's segments, decoded; None where it isn't one."""
    if not path.startswith("/") or "//" in path:
        return None
    segments = path.strip("/").split("/") if path != "/" else []
    if "%" not in path:
        return segments
    try:
        return [unquote(segment, errors="strict") for segment in segments]
    except UnicodeDecodeError:
        return None


def _walk(node: _Node, segments: list[str], at: int, values: list[str]) -> _Node | None:
    """The node that the segments from `at` on lead to; what variables take on the way is added to `values`."""
    while at < len(segments):
        segment = segments[at]
        child = node.literals.get(segment)
        at += 1
        if child is not None:
            if node.variable is None and not node.mixed:
                node = child
                continue
            # A variable could have been meant too: come back here if the literal leads nowhere.
            taken = len(values)
            found = _walk(child, segments, at, values)
            if found is not None:
                return found
            del values[taken:]
        if not segment or (not PLAIN.fullmatch(segment) and UNUSABLE.search(segment)):
            return None
        found = _walk_mixed(node, segments, at, values) if node.mixed else None
        if found is not None or node.variable is None:
            return found
        values.append(segment)
        node = node.variable
    return node if node.targets else None


def _walk_mixed(node: _Node, segments: list[str], at: int, values: list[str]) -> _Node | None:
    taken = len(values)
    for pattern, child in node.mixed:
        match = pattern.fullmatch(segments[at - 1])
        if match is not None:
            values.extend(match.groups())
            found = _walk(child, segments, at, values)
            if found is not None:
                return found
            del values[taken:]
    return None


def _choose(targets: list[_Target], values: list[str], *, slash: bool) -> _Target:
    """
    Of several GETs at one place, the one that takes these values.

    `/cards/{filter}` and `/cards/{id}` differ by the values that the first allows.
    """
    if len(targets) == 1:
        return targets[0]
    fitting = [target for target in targets if _takes(target.operation, values)] or targets

    def preference(target: _Target) -> tuple[bool, int, bool]:
        other_slash = target.path.endswith("/") != slash
        return other_slash, -_strictness(target.operation), target.kind is MatchKind.VIEW

    return min(fitting, key=preference)


def _takes(operation: Operation, values: list[str]) -> bool:
    schemas = _schemas(operation)
    return all(_allows(schemas.get(name), value) for name, value in zip(operation.path_parameters, values, strict=True))


def _allows(schema: Schema | None, value: str) -> bool:
    if schema is None:
        return True
    if schema.enum:
        return value in {str(each) for each in schema.enum}
    return schema.type != "integer" or value.lstrip("-").isdecimal()


def _strictness(operation: Operation) -> int:
    return sum(bool(schema.enum) or schema.type == "integer" for schema in _schemas(operation).values())


def _schemas(operation: Operation) -> Mapping[str, Schema]:
    return {each.name: each.schema for each in operation.parameters if each.location == "path"}


def _made(target: _Target, values: list[str]) -> Match:
    params = dict(zip(target.names, values, strict=True))
    asked = _joined(target.asked, values, target) if target.asked is not None else ""
    return Match(target.kind, target.operation, target.resource, params, _joined(target.pieces, values), asked)


def _joined(pieces: tuple[str, ...], values: list[str], spanning: _Target | None = None) -> str:
    path = pieces[0]
    for at, (value, piece) in enumerate(zip(values, pieces[1:], strict=True)):
        safe = SAFE + "/" if spanning is not None and spanning.names[at] in spanning.spanning else SAFE
        path += (value if PLAIN.fullmatch(value) else quote(value, safe=safe)) + piece
    return path
