"""An OpenAPI document: what it says of itself, and the way to its parts."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from webapp.errors import DocumentError
from webapp.openapi.decoding import decode
from webapp.openapi.externals import grounded
from webapp.openapi.references import References
from webapp.openapi.schema import Schema
from webapp.openapi.servers import server_url

VERSIONS = ("3.0", "3.1", "3.2")
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 50_000
"""Characters: the title is on every page, the description on the first."""


class Document:
    """
    An OpenAPI 3 document.

    Nothing in it is trusted to be right: what is missing or of the wrong type is passed over by whoever reads it.
    """

    def __init__(
        self,
        root: Mapping[str, Any],
        *,
        url: str | None = None,
        location: str | None = None,
        others: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.root = root
        self.url = url
        """What relative server URLs count from."""
        self.location = location or url
        """What relative references count from, which differs for a file."""
        self.references = References(root, url=self.location, others=others)
        self.problems: list[str] = []
        """What was passed over because it couldn't be read, a sentence each."""

    @classmethod
    def parse(
        cls,
        content: bytes | str,
        *,
        url: str | None = None,
        location: str | None = None,
        others: Mapping[str, bytes] = MappingProxyType({}),
    ) -> "Document":
        """
        The document in a JSON or YAML text that came from `url`, or from a file at `location`.

        `others` are the texts of documents it refers to, by URL. Raises DocumentError, in one sentence.
        """
        return cls.of(decode(content), url=url, location=location, others=others)

    @classmethod
    def of(
        cls,
        root: Any,
        *,
        url: str | None = None,
        location: str | None = None,
        others: Mapping[str, bytes] = MappingProxyType({}),
    ) -> "Document":
        """The document that a text's values are, as `parse` makes it."""
        if not isinstance(root, Mapping):
            raise DocumentError("This is not an OpenAPI document: it is not an object.")
        _check_version(root)
        if not isinstance(root.get("paths", {}), Mapping):
            raise DocumentError("The document's paths are not an object.")
        rest: dict[str, Any] = {}
        document = cls(root, url=url, location=location, others=rest)
        for each, text in others.items():
            try:
                rest[each] = grounded(decode(text), each)
            except DocumentError as error:
                document.problems.append(f"{each}: {error}")
        return document

    @property
    def version(self) -> str:
        """Of OpenAPI, `3.1.0`."""
        return str(self.root.get("openapi", ""))

    @property
    def title(self) -> str:
        return self._info("title")[:LONGEST_TITLE] or "API"

    @property
    def description(self) -> str:
        return (self._info("description") or self._info("summary"))[:LONGEST_DESCRIPTION]

    @property
    def api_version(self) -> str:
        return self._info("version")

    @property
    def base_url(self) -> str | None:
        """Where the API lives, as far as the document tells."""
        return server_url(self.root.get("servers"), self.url)

    @property
    def paths(self) -> Mapping[str, Any]:
        return mapping(self.root.get("paths"))

    @property
    def security(self) -> Any:
        """What every operation asks for that doesn't say otherwise."""
        return self.root.get("security")

    def security_schemes(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared ways to sign in, by name."""
        declared = mapping(mapping(self.root.get("components")).get("securitySchemes"))
        return {name: scheme for name in declared if (scheme := mapping(self.part(declared[name])))}

    def tags(self) -> Iterator[Mapping[str, Any]]:
        """What the document says about its tags."""
        declared = self.root.get("tags")
        for tag in declared if isinstance(declared, list) else ():
            if isinstance(tag, Mapping) and isinstance(tag.get("name"), str):
                yield tag

    def schema(self, raw: Any) -> Schema:
        """A schema that stands somewhere in this document."""
        return Schema(raw, self.references)

    def resolve(self, node: Any) -> Any:
        """The node, or what its `$ref` leads to. Raises DocumentError where that can't be had."""
        return self.references.follow(node)

    def part(self, node: Any) -> Any:
        """Like `resolve`, but a reference that can't be followed is noted in `problems`, and None."""
        try:
            return self.resolve(node)
        except DocumentError as error:
            if str(error) not in self.problems:
                self.problems.append(str(error))
            return None

    def _info(self, key: str) -> str:
        value = mapping(self.root.get("info")).get(key)
        return str(value).strip() if isinstance(value, str | int | float) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _check_version(root: Mapping[str, Any]) -> None:
    version = str(root.get("openapi", ""))
    if version.startswith(VERSIONS):
        return
    if "swagger" in root:
        raise DocumentError(
            f"This is a Swagger {root['swagger']} document, and OpenAPI 3 is what is read here; "
            "`npx swagger2openapi swagger.json -o openapi.json` converts it."
        )
    if "openapi" in root:
        raise DocumentError(f"OpenAPI {version} is not known here; 3.0, 3.1 and 3.2 are.")
    raise DocumentError("This is not an OpenAPI document: it has no openapi version.")
