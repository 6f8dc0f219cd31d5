"""Where the documents lie: beside the project, or at `WEBAPP_CORPUS`."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("WEBAPP_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
DOCUMENTS = sorted(FOLDER.glob("*.json"))

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Declared:
    """One operation as the document writes it, found without any help of ours."""

    method: str
    path: str
    raw: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Corpus:
    """One document, read as plainly as can be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: Mapping[str, Any] = json.loads(path.read_bytes())

    @property
    def prefix(self) -> str:
        """The path that all others lie under, where the document says so by a relative URL."""
        servers = self.root.get("servers") or [{}]
        url = str(servers[0].get("url", ""))
        return url.rstrip("/") if url.startswith("/") and not url.startswith("//") else ""

    @cached_property
    def operations(self) -> tuple[Declared, ...]:
        """All of them, in the document's order."""
        return tuple(self._operations())

    def resolve(self, node: Any) -> Any:
        """A node, its `$ref` followed."""
        for _ in range(20):
            if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
                return node
            target: Any = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                key = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
                target = target[key] if isinstance(target, Mapping) else {}
            node = target
        return {}

    def _operations(self) -> Iterator[Declared]:
        for path, item in self.root["paths"].items():
            for method in METHODS:
                raw = item.get(method)
                if not isinstance(raw, Mapping):
                    continue
                given = [*item.get("parameters", ()), *raw.get("parameters", ())]
                found = {(each["in"], each["name"]): each for each in map(self.resolve, given) if "name" in each}
                body = self.resolve(raw["requestBody"]) if "requestBody" in raw else None
                yield Declared(method.upper(), path, raw, tuple(found.values()), body)
