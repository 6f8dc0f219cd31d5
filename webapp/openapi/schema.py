"""One JSON Schema, read only as far as it is asked."""

from collections.abc import Mapping
from functools import cached_property
from math import isfinite
from types import MappingProxyType
from typing import Any

from webapp.errors import DocumentError
from webapp.openapi.jsontypes import types_of
from webapp.openapi.merging import merge
from webapp.openapi.references import References, reference_of
from webapp.openapi.subtypes import subtypes_of

NOTHING: Mapping[str, Any] = MappingProxyType({})
SCALARS = frozenset({"string", "number", "integer", "boolean"})
NO_REFERENCES = References({})
MOST_KEPT = 50_000
"""Schemas within others that are kept with a document."""


class Schema:
    """
    A JSON Schema as a form or a table wants to see it.

    References are followed, `allOf` is merged, `anyOf`/`oneOf` with a single branch that isn't null is that branch
    made nullable; all of it when first asked, one level at a time, so that a recursive schema costs what one looks at.
    What was found is kept, for pages ask the same again and again.
    A schema that can't be read allows anything, and says why in `problem`.
    """

    def __init__(self, raw: Any = NOTHING, references: References = NO_REFERENCES, *, alone: bool = False) -> None:
        self._raw = raw
        self._references = references
        # This very shape, and not also those of the components that extend it.
        self._alone = alone
        self.problem: str | None = None

    def __repr__(self) -> str:
        return f"Schema({self.name or self.types or '{}'})"

    @property
    def raw(self) -> Any:
        """As the document has it."""
        return self._raw

    @cached_property
    def keywords(self) -> Mapping[str, Any]:
        """The keywords that hold here, references followed and `allOf` merged."""
        try:
            return merge(self._raw, self._references)
        except DocumentError as error:
            self.problem = str(error)
            return NOTHING

    @cached_property
    def name(self) -> str | None:
        """The name of the component that this is, `Project`; None for a schema written in place."""
        reference = _sole_reference(self._raw)
        return reference.rsplit("/", 1)[-1] if reference else None

    def beside(self, raw: Any) -> "Schema":
        """Another schema of the same document."""
        return Schema(raw, self._references)

    # What kind of value

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types a value may have, null aside; empty where the schema doesn't say."""
        own = types_of(self.keywords)
        return own or tuple(dict.fromkeys(each for branch in self.branches for each in types_of(branch.keywords)))

    @cached_property
    def type(self) -> str | None:
        """The only type a value may have; None where there are several or the schema doesn't say."""
        types = self.types
        return types[0] if len(types) == 1 else None

    @property
    def nullable(self) -> bool:
        """Whether null is a value too."""
        given = self.keywords.get("type")
        if self.keywords.get("nullable") is True or given == "null" or (isinstance(given, list) and "null" in given):
            return True
        return "type" not in self.keywords and None in self._values()

    @property
    def is_object(self) -> bool:
        return self.type == "object"

    @property
    def is_array(self) -> bool:
        return self.type == "array"

    @property
    def is_scalar(self) -> bool:
        """Whether every value is a string, number or boolean."""
        types = self.types
        return bool(types) and SCALARS.issuperset(types)

    @property
    def is_union(self) -> bool:
        """Whether there are several shapes to choose from; `branches` are they."""
        return bool(self.branches)

    @property
    def is_map(self) -> bool:
        """Whether it is an object whose keys are not known beforehand."""
        return (
            self.is_object
            and not self.properties
            and not self.branches
            and self.keywords.get("additionalProperties") is not False
        )

    @property
    def is_unknown(self) -> bool:
        """Whether the schema says nothing about what a value is."""
        return not self.types and not self.branches

    # What it is called and what is said about it

    @cached_property
    def title(self) -> str:
        return self._text("title")

    @property
    def description(self) -> str:
        return self._text("description")

    @cached_property
    def format(self) -> str | None:
        return self._text("format") or None

    @property
    def has_default(self) -> bool:
        """Tells a default of null from none."""
        return "default" in self.keywords

    @property
    def default(self) -> Any:
        return self.keywords.get("default")

    @property
    def examples(self) -> tuple[Any, ...]:
        given = self.keywords.get("examples")
        examples = tuple(given) if isinstance(given, list) else ()
        return (self.keywords["example"], *examples) if "example" in self.keywords else examples

    @property
    def read_only(self) -> bool:
        return self.keywords.get("readOnly") is True

    @cached_property
    def write_only(self) -> bool:
        return self.keywords.get("writeOnly") is True

    @property
    def deprecated(self) -> bool:
        return self.keywords.get("deprecated") is True

    def extension(self, name: str) -> Any:
        """An `x-` keyword."""
        return self.keywords.get(name)

    # Which values

    @cached_property
    def enum(self) -> tuple[Any, ...]:
        """The only values there are, null aside; a constant is the only one."""
        return tuple(value for value in self._values() if value is not None)

    @property
    def has_const(self) -> bool:
        return "const" in self.keywords

    @property
    def const(self) -> Any:
        return self.keywords.get("const")

    @property
    def pattern(self) -> str | None:
        return self._text("pattern") or None

    @property
    def min_length(self) -> int | None:
        return self._count("minLength")

    @cached_property
    def max_length(self) -> int | None:
        return self._count("maxLength")

    @property
    def minimum(self) -> int | float | None:
        """The smallest value, or what every value is above where `exclusive_minimum`."""
        return self._bound("minimum", "exclusiveMinimum", max)

    @property
    def maximum(self) -> int | float | None:
        """The largest value, or what every value is below where `exclusive_maximum`."""
        return self._bound("maximum", "exclusiveMaximum", min)

    @property
    def exclusive_minimum(self) -> bool:
        return self._excludes("minimum", "exclusiveMinimum")

    @property
    def exclusive_maximum(self) -> bool:
        return self._excludes("maximum", "exclusiveMaximum")

    @property
    def multiple_of(self) -> int | float | None:
        return self._number("multipleOf")

    @property
    def content_media_type(self) -> str | None:
        return self._text("contentMediaType") or None

    @property
    def content_encoding(self) -> str | None:
        return self._text("contentEncoding") or None

    # Objects

    @cached_property
    def properties(self) -> Mapping[str, "Schema"]:
        """An object's known properties, in the document's order."""
        given = self.keywords.get("properties")
        names = given if isinstance(given, Mapping) else {}
        return {name: self._within(raw) for name, raw in names.items()}

    @property
    def required(self) -> frozenset[str]:
        """The names of the properties that can't be left out."""
        given = self.keywords.get("required")
        return frozenset(name for name in given if isinstance(name, str)) if isinstance(given, list) else frozenset()

    @cached_property
    def additional_properties(self) -> "Schema | None":
        """What further properties look like; None where there are none, or where the schema doesn't say."""
        given = self.keywords.get("additionalProperties")
        return self._within(given) if given is True or isinstance(given, Mapping) else None

    @property
    def min_properties(self) -> int | None:
        return self._count("minProperties")

    @property
    def max_properties(self) -> int | None:
        return self._count("maxProperties")

    # Arrays

    @cached_property
    def items(self) -> "Schema | None":
        """What an array's items look like; None where the schema doesn't say."""
        given = self.keywords.get("items")
        if isinstance(given, list):
            given = self.keywords.get("additionalItems")
        return self._within(given) if isinstance(given, Mapping) or given is True else None

    @cached_property
    def prefix_items(self) -> tuple["Schema", ...]:
        """The items of a tuple, one schema each; older drafts write them as `items: [...]`."""
        given = self.keywords.get("prefixItems", self.keywords.get("items"))
        return tuple(map(self._within, given)) if isinstance(given, list) else ()

    @property
    def min_items(self) -> int | None:
        return self._count("minItems")

    @property
    def max_items(self) -> int | None:
        return self._count("maxItems")

    @property
    def unique_items(self) -> bool:
        return self.keywords.get("uniqueItems") is True

    # Unions

    @cached_property
    def branches(self) -> tuple["Schema", ...]:
        """
        The shapes of a real union, each together with what holds for all of them.

        A component with a discriminator that others extend is a union of those.
        """
        for keyword in ("oneOf", "anyOf"):
            given = self.keywords.get(keyword)
            if isinstance(given, list):
                return tuple(self._within(self._with_shared(raw)) for raw in given)
        base = None if self._alone or self.discriminator is None else _sole_reference(self._raw)
        if base is None:
            return ()
        subtypes = subtypes_of(base, self.keywords["discriminator"], self._references)
        return tuple(Schema({"$ref": each}, self._references, alone=True) for each in subtypes)

    @property
    def discriminator(self) -> str | None:
        """The property that tells the branches of a union apart."""
        given = self.keywords.get("discriminator")
        name = given.get("propertyName") if isinstance(given, Mapping) else given
        return name if isinstance(name, str) else None

    def _within(self, raw: Any) -> "Schema":
        """
        The one schema of a part of this one, whichever way leads there.

        A schema that contains itself would else be another one on each level of the data, for as long as it is kept.
        """
        kept = self._references.schemas
        if self._references is NO_REFERENCES or not isinstance(raw, Mapping):
            return Schema(raw, self._references)
        known = kept.get(id(raw))
        if known is None:
            if len(kept) >= MOST_KEPT:  # only what isn't of the document comes to so many
                kept.clear()
            known = kept[id(raw)] = Schema(raw, self._references)
        return known

    def _with_shared(self, branch: Any) -> Any:
        if not isinstance(self.keywords.get("properties"), Mapping):
            return branch
        shared = {key: self.keywords[key] for key in ("type", "properties", "required") if key in self.keywords}
        return {**shared, **branch} if reference_of(branch) else {"allOf": [shared, branch]}

    def _values(self) -> tuple[Any, ...]:
        if "const" in self.keywords:
            return (self.keywords["const"],)
        given = self.keywords.get("enum")
        return tuple(given) if isinstance(given, list) else ()

    def _text(self, keyword: str) -> str:
        given = self.keywords.get(keyword)
        return given if isinstance(given, str) else ""

    def _number(self, keyword: str) -> int | float | None:
        given = self.keywords.get(keyword)
        return given if isinstance(given, int | float) and not isinstance(given, bool) and _is_finite(given) else None

    def _count(self, keyword: str) -> int | None:
        given = self._number(keyword)
        return int(given) if given is not None and given >= 0 else None

    def _bound(self, inclusive: str, exclusive: str, tighter: Any) -> int | float | None:
        given = [bound for bound in (self._number(inclusive), self._number(exclusive)) if bound is not None]
        return tighter(given) if given else None

    def _excludes(self, inclusive: str, exclusive: str) -> bool:
        # OpenAPI 3.0 writes a flag beside the bound; later versions write the bound itself.
        if self.keywords.get(exclusive) is True:
            return True
        bound = self._number(exclusive)
        return bound is not None and bound == (self.minimum if inclusive == "minimum" else self.maximum)


def _is_finite(number: float) -> bool:
    try:
        return isfinite(number)
    except OverflowError:  # an integer beyond what a float, and so a page's script, can hold
        return False


def _sole_reference(raw: Any) -> str | None:
    reference = reference_of(raw)
    if reference is not None or not isinstance(raw, Mapping):
        return reference
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts = raw.get(keyword)
        if isinstance(parts, list):
            references = [reference_of(part) for part in parts]
            named = [each for each in references if each]
            others = [part for part, each in zip(parts, references, strict=True) if not each]
            if len(named) == 1 and all(isinstance(part, Mapping) and "properties" not in part for part in others):
                return named[0]
    return None
