"""Reads a document's operations."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from webapp.openapi.document import Document, mapping
from webapp.openapi.labels import capitalise, humanise, normal, singular, wordlist
from webapp.openapi.schema import Schema
from webapp.openapi.site import Body, Operation, Parameter
from webapp.record import record

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
LOCATIONS = ("path", "query", "header", "cookie")
VERBS = {"GET": "Get", "POST": "Create", "PUT": "Replace", "PATCH": "Change", "DELETE": "Delete", "QUERY": "Query"}
DOINGS = frozenset(
    wordlist("""
    activate approve archive authenticate authorize batch bulk calculate cancel check clone confirm convert copy
    deactivate disable download duplicate enable export generate import invite login logout merge move preview publish
    query refresh register reject reset restart run search send start stop subscribe sync test unsubscribe upload
    validate verify
    """)
)
"""Ends of paths that say what is done there, not what is made."""
VARIABLE = re.compile(r"\{([^{}]*)\}")
DECORATED = re.compile(r"\{[+/.;]?([\w.~-]+)(?:[:=][^{}]*|[*+?])?\}")
"""A variable with what some frameworks write beside its name: `{path:path}`, `{name=projects/*}`, `{proxy+}`."""
SPANNING = re.compile(r"\{(?:\+([\w.~-]+)|([\w.~-]+)(?::path|=[^{}]*|[*+]))\}")
"""Those of them that may be several segments."""
LONGEST_LABEL = 80
LONGEST_SLUG = 100


def read_operations(document: Document) -> tuple[Operation, ...]:
    """
    Every operation of the document, in its order, each with a name of its own.

    What a broken reference hides is left out and noted in the document's problems.
    """
    reader = _Reader(document)
    return tuple(
        operation
        for path, item in document.paths.items()
        if not path.startswith("x-")
        for operation in reader.read_path(path, mapping(document.part(item)))
    )


@record(frozen=True, slots=True)
class _Path:
    """A path without the query that some documents write into it."""

    path: str
    query: tuple[Parameter, ...]
    """What the query in the path asks for."""
    spanning: frozenset[str] = frozenset()
    """The variables that may be several segments."""


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._names: set[str] = set()
        self._slugs: set[str] = set()
        self._tags = tag_labels(document)

    def read_path(self, template: str, item: Mapping[str, Any]) -> Iterator[Operation]:
        path = _split_query(template)
        shared = self._parameters(item.get("parameters"))
        for method, raw in _methods(item):
            yield self._read(method, path, mapping(raw), shared)

    def _read(self, method: str, where: _Path, raw: Mapping[str, Any], shared: list[Parameter]) -> Operation:
        identifier = raw.get("operationId")
        identifier = identifier if isinstance(identifier, str) else ""
        answer_types, answer = self._answer(raw.get("responses"))
        name = _unique(identifier or f"{method.lower()} {where.path}", self._names, " ")
        return Operation(
            method=method,
            path=where.path,
            name=name,
            slug=_unique(_slug(_without_path(name, method, where.path)), self._slugs, "-"),
            label=_label(method, where.path, identifier, _text(raw, "summary")),
            description=_text(raw, "description"),
            tags=tuple(self._tags.get(tag) or tag_label(tag) for tag in _strings(raw.get("tags"))),
            parameters=_complete(where, [*shared, *self._parameters(raw.get("parameters"))]),
            bodies=self._bodies(raw.get("requestBody")),
            answer=answer,
            answer_types=answer_types,
            secured=_secured(raw.get("security", self._document.security)),
            security=_security(raw.get("security", self._document.security)),
            deprecated=raw.get("deprecated") is True,
        )

    def _parameters(self, given: Any) -> list[Parameter]:
        found = (mapping(self._document.part(raw)) for raw in given) if isinstance(given, list) else ()
        return [parameter for raw in found for parameter in self._parameter(raw)]

    def _parameter(self, raw: Mapping[str, Any]) -> Iterator[Parameter]:
        name, location = raw.get("name"), raw.get("in")
        if not isinstance(name, str) or location not in LOCATIONS:
            return
        media_type, schema = self._parameter_schema(raw)
        style = raw.get("style")
        style = style if isinstance(style, str) else "form" if location in ("query", "cookie") else "simple"
        explode = raw.get("explode", style == "form") is True
        parameter = Parameter(
            name=name,
            location=str(location),
            required=raw.get("required") is True or location == "path",
            schema=schema,
            description=_text(raw, "description"),
            deprecated=raw.get("deprecated") is True,
            explode=explode,
            style=style,
            media_type=media_type,
            spans=location == "path" and raw.get("allowReserved") is True,
            examples=_examples(raw),
        )
        spread = location == "query" and style == "form" and explode and media_type is None
        yield from _spread(parameter) if spread and _may_be_object(schema) else (parameter,)

    def _parameter_schema(self, raw: Mapping[str, Any]) -> tuple[str | None, Schema]:
        for media_type, content in mapping(raw.get("content")).items():
            return media_type, self._document.schema(mapping(content).get("schema", {}))
        return None, self._document.schema(raw.get("schema", {}))

    def _bodies(self, given: Any) -> tuple[Body, ...]:
        if given is None:
            return ()
        raw = mapping(self._document.part(given))
        return tuple(
            Body(
                media_type,
                self._document.schema(mapping(content).get("schema", {})),
                raw.get("required") is True,
                mapping(mapping(content).get("encoding")),
            )
            for media_type, content in mapping(raw.get("content")).items()
        )

    def _answer(self, given: Any) -> tuple[tuple[str, ...], Schema | None]:
        """The media types of the successful answer, and the schema of its JSON."""
        responses = mapping(given)
        types: tuple[str, ...] = ()
        for status in _successes(responses):
            content = mapping(mapping(self._document.part(responses[status])).get("content"))
            types = types or tuple(content)
            for media_type, declared in content.items():
                if is_json(media_type):
                    raw = mapping(declared).get("schema")
                    return tuple(content), None if raw is None else self._document.schema(raw)
        return types, None


def is_json(media_type: str) -> bool:
    """Whether a media type is a kind of JSON, or any type at all."""
    essence = media_type.split(";", 1)[0].strip().lower()
    return essence == "*/*" or (essence.endswith("json") and not essence.endswith("ndjson"))


def tag_labels(document: Document) -> dict[str, str]:
    """What the document calls its tags, where it says more than their names."""
    labels: dict[str, str] = {}
    for tag in document.tags():
        display = next((tag[key] for key in ("x-displayName", "summary") if isinstance(tag.get(key), str)), "")
        labels[tag["name"]] = display.strip() or tag_label(tag["name"])
    return labels


def tag_label(name: str) -> str:
    """A tag as a heading; one that a person wrote in words stays as it is."""
    name = name.strip()
    return capitalise(name) if " " in name or not name.isascii() else humanise(name)


def _methods(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, raw in item.items():
        if key.lower() in METHODS and isinstance(raw, Mapping):
            yield key.upper(), raw
    for key, raw in mapping(item.get("additionalOperations")).items():
        yield key.upper(), raw


def _split_query(template: str) -> _Path:
    path, _, query = DECORATED.sub(r"{\1}", template).partition("#")[0].partition("?")
    path = path if path.startswith("/") else "/" + path
    spanning = frozenset(match[1] or match[2] for match in SPANNING.finditer(template))
    return _Path(path, tuple(_query_parameter(pair) for pair in query.split("&") if pair), spanning)


def _query_parameter(pair: str) -> Parameter:
    name, _, value = pair.partition("=")
    variable = VARIABLE.fullmatch(value)
    named = VARIABLE.fullmatch(name)
    if variable:
        return Parameter(name, "query", required=False, schema=Schema({"type": "string"}))
    if named:
        return Parameter(named[1], "query", required=False, schema=Schema({"type": "string"}))
    return Parameter(name, "query", required=True, schema=Schema({"type": "string", "const": unquote_plus(value)}))


def _complete(where: _Path, declared: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """The parameters, the later of two with one name, and none missing or without a place in the path."""
    variables = VARIABLE.findall(where.path)
    found = {(each.location, each.name): each for each in where.query}
    for each in declared:
        if each.location != "path" or each.name in variables:
            found[each.location, each.name] = each
    for name in variables:
        found.setdefault(("path", name), Parameter(name, "path", required=True, schema=Schema({"type": "string"})))
    for name in where.spanning:
        found["path", name] = replace(found["path", name], spans=True)
    return tuple(found.values())


def _may_be_object(schema: Schema) -> bool:
    raw = mapping(schema.raw)
    # Most parameters are scalars written in place; only the others are worth following.
    return "type" not in raw or raw["type"] == "object"


def _spread(parameter: Parameter) -> Iterator[Parameter]:
    """An object in the query is sent as one parameter for each of its properties."""
    schema = parameter.schema
    if not schema.is_object or not schema.properties:
        yield parameter
        return
    for name, each in schema.properties.items():
        yield Parameter(
            name=name,
            location="query",
            required=parameter.required and name in schema.required,
            schema=each,
            description=each.description,
            deprecated=parameter.deprecated or each.deprecated,
        )


def _examples(raw: Mapping[str, Any]) -> tuple[Any, ...]:
    several = mapping(raw.get("examples")).values()
    found = [each["value"] for each in several if isinstance(each, Mapping) and "value" in each]
    return (raw["example"], *found) if "example" in raw else tuple(found)


def _successes(responses: Mapping[str, Any]) -> list[str]:
    """The keys of successful answers, the usual ones first; `default` only where no other is told."""
    told = sorted(
        (key for key in responses if str(key).upper().startswith("2")), key=lambda key: (str(key)[1:2] == "X", str(key))
    )
    return told or [key for key in responses if key == "default"]


def _secured(security: Any) -> bool | None:
    if not isinstance(security, list):
        return None
    return bool(security) and all(isinstance(each, Mapping) and each for each in security)


def _security(security: Any) -> tuple[tuple[str, ...], ...] | None:
    if not isinstance(security, list):
        return None
    return tuple(tuple(sorted(map(str, each))) for each in security if isinstance(each, Mapping))


def _label(method: str, path: str, identifier: str, summary: str) -> str:
    if summary:
        line = _plain(summary).splitlines()[0].strip().rstrip(".").strip() or summary
        # FastAPI makes the summary from the function's name, which is also how the operationId begins.
        made = identifier and normal(identifier).startswith(normal(line)) and line == line.title()
        return _short(humanise(line) if made or " " not in line else capitalise(line))
    if identifier:
        return _short(humanise(_without_path(identifier, method, path)))
    return _made_label(method, path)


def _plain(text: str) -> str:
    """The text without the HTML that some documents put into it."""
    return re.sub(r"<[^<>]*>", "", text).strip() or text


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[:LONGEST_LABEL].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _unique(name: str, taken: set[str], between: str) -> str:
    number, unique = 2, name
    while unique in taken:
        number, unique = number + 1, f"{name}{between}{number}"
    taken.add(unique)
    return unique


def _slug(name: str) -> str:
    """`updateProject` and `update_project` as `update-project`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    return re.sub(r"[^a-z0-9]+", "-", apart).strip("-")[:LONGEST_SLUG].strip("-") or "operation"


def _without_path(identifier: str, method: str, path: str) -> str:
    """FastAPI's operationIds end with their path and method: `list_orgs_api_v1_orgs_get`."""
    ending = re.sub(r"\W", "_", path) + "_" + method.lower()
    return identifier.removesuffix(ending) or identifier


def _made_label(method: str, path: str) -> str:
    """`Get project` for `GET /projects/{id}`, `Run` for `POST /jobs/{id}/run`."""
    parts = [part for part in path.split("/") if part]
    literals = [part for part in parts if not VARIABLE.search(part)]
    if not literals:
        return f"{VERBS.get(method, method.capitalize())} {parts[0].strip('{}') if parts else 'root'}"
    noun = humanise(literals[-1])
    if VARIABLE.search(parts[-1]):
        noun = singular(noun)
    elif method == "GET":
        return noun
    elif method == "POST":
        if normal(literals[-1]) in DOINGS or (len(parts) > 1 and VARIABLE.search(parts[-2])):
            return noun
        noun = singular(noun)
    verb = VERBS.get(method, method.capitalize())
    return f"{verb} {noun[:1].lower() + noun[1:] if noun[1:2].islower() else noun}"


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return value.strip() if isinstance(value, str) else ""


def _strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
