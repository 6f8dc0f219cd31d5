"""HTML as a tree one can ask: what a browser would make of an answer, as far as tests need it."""

import re
from collections.abc import Iterator
from dataclasses import field
from html.parser import HTMLParser

from webapp.record import record

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
UNSEEN = frozenset({"script", "style", "template", "head", "noscript"})
FOREIGN = frozenset({"svg", "math"})

IMPLIED_END = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tbody": {"thead", "tbody", "tr", "td", "th"},
    "tfoot": {"thead", "tbody", "tr", "td", "th"},
}
"""A start tag, and the open elements that it ends where they stand last (HTML, 13.1.2.4)."""

OPTIONAL_END = frozenset({"li", "dt", "dd", "option", "tr", "td", "th", "thead", "tbody", "tfoot", "p"})


class Element:
    """
    An element with what is in it.

    `find` and `all` take a selector of tags, #ids, .classes and [attributes], with spaces between levels.
    """

    __slots__ = ("attributes", "children", "parent", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], parent: "Element | None" = None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __repr__(self) -> str:
        return f"<{self.tag}{''.join(f' {name}={value!r}' for name, value in self.attributes.items())}>"

    def get(self, name: str, default: str = "") -> str:
        """An attribute's value; the empty string if it has none."""
        return self.attributes.get(name, default)

    @property
    def id(self) -> str:
        """The `id` attribute."""
        return self.get("id")

    @property
    def classes(self) -> list[str]:
        """The names in the `class` attribute."""
        return self.get("class").split()

    @property
    def text(self) -> str:
        """What a person reads in here, white space made single spaces."""
        return " ".join("".join(_texts(self)).split())

    @property
    def raw_text(self) -> str:
        """The text as it stands, white space and all: of a textarea, of a script."""
        return "".join(child if isinstance(child, str) else child.raw_text for child in self.children)

    def walk(self) -> Iterator["Element"]:
        """Every element in here, in document order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def ancestors(self) -> Iterator["Element"]:
        """What this stands in, innermost first."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def all(self, selector: str) -> list["Element"]:
        """Every element in here that the selector names, in document order."""
        path = [_Compound.parse(part) for part in _PARTS.findall(selector)]
        return [element for element in self.walk() if _matches(element, path)]

    def find(self, selector: str, text: str | None = None) -> "Element | None":
        """The first element that the selector names and, if given, that holds this text; None if there is none."""
        return next((each for each in self.all(selector) if text is None or text in each.text), None)

    def one(self, selector: str, text: str | None = None) -> "Element":
        """As `find`, but an AssertionError if there is none."""
        found = self.find(selector, text)
        assert found is not None, f"no {selector}{f' with {text!r}' if text else ''} in: {self.text[:500]}"
        return found


@record(slots=True)
class Document:
    """A parsed answer, with what was wrong in its markup."""

    root: Element
    doctype: str | None = None
    unbalanced: list[str] = field(default_factory=list)
    duplicate_attributes: list[str] = field(default_factory=list)


def parse(html: str) -> Document:
    """Make a tree of a page or a fragment. Never raises: what is wrong is kept in the document."""
    parser = _TreeBuilder()
    parser.feed(html)
    parser.close()
    parser.finish()
    return parser.document


class _TreeBuilder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.document = Document(Element("#document", {}))
        self._open = [self.document.root]

    def handle_decl(self, decl: str) -> None:
        self.document.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open[-1].tag in IMPLIED_END.get(tag, ()):
            self._open.pop()
        element = self._append(tag, attrs)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID or tag in FOREIGN or any(element.tag in FOREIGN for element in self._open):
            self._append(tag, attrs)
            return
        self._complain(f"<{tag}/> doesn't end itself")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not any(element.tag == tag for element in self._open):
            self._complain(f"</{tag}> ends nothing")
            return
        while (element := self._open.pop()).tag != tag:
            self._left_open(element)

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def finish(self) -> None:
        for element in self._open[:0:-1]:
            self._left_open(element)

    def _append(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        attributes: dict[str, str] = {}
        for name, value in attrs:
            if name in attributes:
                self.document.duplicate_attributes.append(f"<{tag}> has {name!r} twice{self._where()}")
            attributes.setdefault(name, value or "")
        element = Element(tag, attributes, self._open[-1])
        self._open[-1].children.append(element)
        return element

    def _left_open(self, element: Element) -> None:
        if element.tag not in OPTIONAL_END:
            self._complain(f"{element!r} is never ended")

    def _complain(self, what: str) -> None:
        self.document.unbalanced.append(what + self._where())

    def _where(self) -> str:
        line, column = self.getpos()
        return f" (line {line}, column {column + 1})"


@record(frozen=True, slots=True)
class _Compound:
    """One level of a selector: `input.wide[type=search]`."""

    tag: str
    id: str
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]

    @classmethod
    def parse(cls, text: str) -> "_Compound":
        match = _COMPOUND.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a selector of tag, #id, .class and [attribute]")
        rest = match["rest"]
        attributes = tuple(
            (name, operator or "", value.strip("\"'")) for name, operator, value in _ATTRIBUTE.findall(rest)
        )
        rest = _ATTRIBUTE.sub("", rest)
        ids = re.findall(r"#([\w-]+)", rest)
        return cls(match["tag"] or "", ids[0] if ids else "", tuple(re.findall(r"\.([\w-]+)", rest)), attributes)

    def fits(self, element: Element) -> bool:
        return (
            self.tag in ("", "*", element.tag)
            and self.id in ("", element.id)
            and set(self.classes) <= set(element.classes)
            and all(_attribute_fits(element, *attribute) for attribute in self.attributes)
        )


def _texts(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.tag not in UNSEEN and "hidden" not in child.attributes:
            gap = "" if child.tag in _INLINE else " "
            yield gap
            yield from _texts(child)
            yield gap


def _matches(element: Element, path: list[_Compound]) -> bool:
    *above, last = path
    if not last.fits(element):
        return False
    # Greedy from the inside out is right for descendants: a nearer match never hides a farther one.
    ancestors = element.ancestors()
    return all(any(compound.fits(ancestor) for ancestor in ancestors) for compound in reversed(above))


def _attribute_fits(element: Element, name: str, operator: str, value: str) -> bool:
    if name not in element.attributes:
        return False
    actual = element.attributes[name]
    match operator:
        case "":
            return True
        case "=":
            return actual == value
        case "^=":
            return actual.startswith(value)
        case "$=":
            return actual.endswith(value)
        case _:
            return value in actual


_INLINE = frozenset(
    re.findall(r"\w+", "a abbr b bdi bdo code data em i kbd mark q s samp small span strong sub sup time u var")
)
_ATTRIBUTE = re.compile(r"""\[\s*([\w:-]+)\s*(?:([*^$]?=)\s*("[^"]*"|'[^']*'|[^\]"']*))?\s*\]""")
_PARTS = re.compile(r"""(?:\[(?:"[^"]*"|'[^']*'|[^\]])*\]|[^\s\[])+""")
_COMPOUND = re.compile(r"(?P<tag>\*|[a-zA-Z][\w-]*)?(?P<rest>(?:[#.][\w-]+|" + _ATTRIBUTE.pattern + r")*)")
