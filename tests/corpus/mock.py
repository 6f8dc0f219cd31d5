"""An API that answers from its document, and judges what it is asked by it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

from tests.corpus.contract import Contract
from tests.corpus.documents import Corpus, Declared
from tests.corpus.samples import sample

VARIABLE = re.compile(r"\{[^{}]*\}")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63f8cfc0f01f0005050201e2b9f4c60000000049454e44ae426082"
)


@dataclass
class Seen:
    """One request, as the document's own words describe it."""

    operation: Declared
    path: str
    """As it was sent, without what all paths begin with."""
    query: list[tuple[str, str]]
    headers: httpx.Headers
    body: bytes
    complaints: list[str] = field(default_factory=list)


class MockAPI:
    """Answers as the document says an API would: the first success it declares, with a sample of its schema."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.contract = Contract(corpus)
        self.seen: list[Seen] = []
        self.unknown: list[str] = []
        schemes = (corpus.root.get("components") or {}).get("securitySchemes") or {}
        self.credentials: set[str] = {str(each.get("name")) for each in map(corpus.resolve, schemes.values())}
        """Parameters that stand for a sign-in, and are no affair of a form's."""
        self._routes = sorted(
            ((_pattern(each.path), each) for each in corpus.operations), key=lambda route: route[1].path.count("{")
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(self.corpus.prefix)
        fitting = [
            operation
            for pattern, operation in self._routes
            if operation.method == request.method and pattern.fullmatch(path)
        ]
        if not fitting:
            self.unknown.append(f"{request.method} {path}")
            return httpx.Response(404, json={"detail": "Not found"})
        # Some documents have one path twice, with two names for its variable: the kinder reading counts.
        literal = [each for each in fitting if each.path.count("{") == fitting[0].path.count("{")]
        seen = min((self._judged(each, request) for each in literal), key=lambda each: len(each.complaints))
        self.seen.append(seen)
        return self._success(seen.operation)

    def _judged(self, operation: Declared, request: httpx.Request) -> Seen:
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        path = request.url.raw_path.decode().partition("?")[0].removeprefix(self.corpus.prefix)
        seen = Seen(operation, path, query, request.headers, request.read())
        seen.complaints = [*self._query(seen), *self._body(seen)]
        return seen

    def _success(self, operation: Declared) -> httpx.Response:
        responses = {str(key): self.corpus.resolve(each) for key, each in operation.raw.get("responses", {}).items()}
        told = sorted(key for key in responses if key.startswith("2") and key.isdecimal())
        status = int(told[0]) if told else 200
        content = responses.get(str(status), {}).get("content") or {}
        if status == 204 or not content:
            return httpx.Response(status)
        media_type, declared = next(iter(content.items()))
        headers = {"Content-Type": media_type.partition(";")[0] if "*" not in media_type else "application/json"}
        if "json" in media_type or "*" in media_type:
            return httpx.Response(status, headers=headers, content=json.dumps(self._sample(declared)))
        if media_type.startswith("image/"):
            return httpx.Response(status, headers=headers, content=PIXEL)
        return httpx.Response(status, headers=headers, content=b"some,words\n1,2\n")

    def _sample(self, declared: Mapping[str, Any]) -> Any:
        if "example" in declared:
            return declared["example"]
        for each in (declared.get("examples") or {}).values():
            return self.corpus.resolve(each).get("value")
        return sample(self.corpus, declared.get("schema", {}))

    def _query(self, seen: Seen) -> list[str]:
        found = []
        declared = {each["name"]: each for each in seen.operation.parameters if each["in"] == "query"}
        for name in {name for name, _ in seen.query}:
            given = [value for each, value in seen.query if each == name]
            parameter = declared.get(name)
            if parameter is None:
                continue
            schema = self.corpus.resolve(parameter.get("schema", {}))
            value = decoded(given, parameter, schema, self.corpus)
            found += [f"query {name}={given}: {each}" for each in self.contract.complaints(schema, value)]
        there = {name for name, _ in seen.query} | self.credentials
        missing = [name for name, each in declared.items() if each.get("required") and name not in there]
        return [*found, *(f"query {name} is missing" for name in missing)]

    def _body(self, seen: Seen) -> list[str]:
        content = (seen.operation.body or {}).get("content") or {}
        sent = seen.headers.get("content-type", "").partition(";")[0]
        if not content or not seen.body:
            return ["the body is missing"] if (seen.operation.body or {}).get("required") and not seen.body else []
        declared = next((each for name, each in content.items() if _fits(name, sent)), None)
        if declared is None:
            return [f"{sent} is none of {', '.join(content)}"]
        if "json" not in sent:
            return []
        try:
            value = json.loads(seen.body)
        except ValueError as error:
            return [f"the body is no JSON: {error}"]
        return [f"body {each}" for each in self.contract.complaints(declared.get("schema", {}), value)]


def _fits(declared: str, sent: str) -> bool:
    essence = declared.partition(";")[0].strip().lower()
    return essence == sent or bool(re.fullmatch(re.escape(essence).replace(r"\*", r"[^/]*"), sent))


def _pattern(path: str) -> re.Pattern[str]:
    """The documents' own spelling of a path, with anything for its variables and its slash at the end left open."""
    pieces = VARIABLE.split(path.partition("?")[0].partition("#")[0])
    quoted = "[^/]+".join("".join(_either(each) for each in piece) for piece in pieces)
    return re.compile(quoted.rstrip("/") + "/?")


def _either(character: str) -> str:
    """A character as it is, or percent-encoded."""
    encoded = "".join(f"%{byte:02X}" for byte in character.encode())
    return f"(?:{re.escape(character)}|{encoded})" if not character.isalnum() else character


def decoded(given: Sequence[str], parameter: Mapping[str, Any], schema: Any, corpus: Corpus) -> Any:
    """What a parameter's text stands for, by its declared type."""
    if schema.get("type") != "array":
        return _scalar(given[-1], schema)
    items = corpus.resolve(schema.get("items", {}))
    parts = given if parameter.get("explode", True) else [part for each in given for part in each.split(",")]
    return [_scalar(unquote(part), items) for part in parts]


def _scalar(text: str, schema: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "integer":
            return int(text) if re.fullmatch(r"-?\d+", text) else text
        case "number":
            try:
                return float(text)
            except ValueError:
                return text
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
    return text
