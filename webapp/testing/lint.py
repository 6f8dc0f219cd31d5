"""What every page has to get right, checked on each answer a test is given."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import field

from webapp.record import record
from webapp.testing.markup import Document, Element

NO_LABEL_NEEDED = frozenset({"hidden", "submit", "button", "reset", "image"})
DATA_BLOCKS = frozenset({"application/json", "application/ld+json", "text/plain", "speculationrules"})
"""Types of a <script> that runs nothing."""


@record(frozen=True, slots=True)
class Finding:
    """One thing wrong with an answer; `check` is the name to opt out by."""

    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.check}: {self.message}"


class LintError(AssertionError):
    """An answer breaks the rules of the house; `findings` has all that is wrong with it."""

    def __init__(self, what: str, findings: Collection[Finding]) -> None:
        super().__init__("\n  ".join([f"{what}: {len(findings)} found", *map(str, findings)]))
        self.findings = tuple(findings)


@record(frozen=True, slots=True)
class Subject:
    """An answer as the checks see it."""

    document: Document
    fragment: bool
    """Whether htmx asked for a part of a page."""
    vary: str
    known_ids: Collection[str] = ()
    """Ids of the page that a fragment will stand in."""
    elements: list[Element] = field(init=False)
    ids: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        templates = {id(each) for template in self.document.root.all("template") for each in template.walk()}
        elements = [each for each in self.document.root.walk() if id(each) not in templates]
        object.__setattr__(self, "elements", elements)
        object.__setattr__(self, "ids", Counter(each.id for each in elements if "id" in each.attributes))

    def tagged(self, *tags: str) -> Iterator[Element]:
        """The elements of these tags, in document order."""
        return (element for element in self.elements if element.tag in tags)


def lint(subject: Subject, *, skip: Collection[str] = ()) -> list[Finding]:
    """All that is wrong, but for the checks to skip. Raises ValueError for a name that is no check."""
    if unknown := set(skip) - CHECKS.keys():
        raise ValueError(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    return [Finding(name, message) for name, check in CHECKS.items() if name not in skip for message in check(subject)]


def _doctype(subject: Subject) -> Iterator[str]:
    if not subject.fragment and (subject.document.doctype or "").lower() != "doctype html":
        yield "the page doesn't begin with <!doctype html>"


def _fragment(subject: Subject) -> Iterator[str]:
    if not subject.fragment:
        return
    if subject.document.doctype is not None:
        yield "a doctype in a fragment"
    for element in subject.tagged("html", "head", "body"):
        yield f"<{element.tag}> in a fragment: a whole page would land inside a page"


def _lang(subject: Subject) -> Iterator[str]:
    if not subject.fragment and not any(html.get("lang") for html in subject.tagged("html")):
        yield "<html> has no lang"


def _title(subject: Subject) -> Iterator[str]:
    titles = [title for title in subject.tagged("title") if not any(up.tag == "svg" for up in title.ancestors())]
    if subject.fragment:
        return
    if len(titles) != 1:
        yield f"{len(titles)} <title> instead of one"
    elif not titles[0].text:
        yield "<title> is empty"


def _h1(subject: Subject) -> Iterator[str]:
    headings = list(subject.tagged("h1"))
    if not subject.fragment and len(headings) != 1:
        yield f"{len(headings)} <h1> instead of one"
    for heading in headings:
        if not _name(heading):
            yield "<h1> is empty"


def _main(subject: Subject) -> Iterator[str]:
    count = len(list(subject.tagged("main")))
    if not subject.fragment and count != 1:
        yield f"{count} <main> instead of one"


def _ids(subject: Subject) -> Iterator[str]:
    for name, count in subject.ids.items():
        if not name or name.split() != [name]:
            yield f"{name!r} is no id"
        elif count > 1:
            yield f"{name!r} stands {count} times"


def _labels(subject: Subject) -> Iterator[str]:
    labelled = {label.get("for") for label in subject.tagged("label") if _says_something(label)}
    for control in subject.tagged("input", "select", "textarea"):
        if control.get("type") in NO_LABEL_NEEDED or _named_by_attribute(control):
            continue
        inside = any(above.tag == "label" and _says_something(above) for above in control.ancestors())
        if not inside and not (control.id and control.id in labelled):
            yield f"{control!r} has no label"


def _buttons(subject: Subject) -> Iterator[str]:
    for button in subject.tagged("button", "input"):
        if button.tag == "input":
            bare = button.get("type") == "button" and not button.get("value")
        else:
            bare = not _name(button)
        if bare:
            yield f"{button!r} has no text"


def _links(subject: Subject) -> Iterator[str]:
    for link in subject.tagged("a"):
        if "href" in link.attributes and not _name(link):
            yield f"{link!r} has no text"


def _forms(subject: Subject) -> Iterator[str]:
    for form in subject.tagged("form"):
        missing = [name for name in ("action", "method") if not form.get(name)]
        if missing and form.get("method") != "dialog":
            yield f"{form!r} has no {' and no '.join(missing)}"


def _inline(subject: Subject) -> Iterator[str]:
    for element in subject.tagged("script", "style"):
        inert = element.tag == "script" and ("src" in element.attributes or element.get("type") in DATA_BLOCKS)
        if not inert and not element.get("nonce"):
            yield f"{element!r} is inline and has no nonce"
    for element in subject.elements:
        if "style" in element.attributes:
            yield f"{element!r} has a style of its own"


def _handlers(subject: Subject) -> Iterator[str]:
    for element in subject.elements:
        for name, value in element.attributes.items():
            if name.startswith(("on", "hx-on", "data-hx-on")):
                yield f"{element!r} has {name}"
            elif value.strip().lower().startswith("javascript:"):
                yield f"{element!r} has a javascript: URL"


def _images(subject: Subject) -> Iterator[str]:
    for image in subject.tagged("img"):
        if "alt" not in image.attributes:
            yield f"{image!r} has no alt"


def _references(subject: Subject) -> Iterator[str]:
    for element in subject.elements:
        for name in _REFERRING:
            targets = element.get(name).split()
            if name == "href":
                targets = [target[1:] for target in targets if target.startswith("#") and element.tag == "a"]
            for target in filter(None, targets):
                if target not in subject.ids and target not in subject.known_ids:
                    yield f"{element!r}: {name} names {target!r}, which isn't there"


def _attributes(subject: Subject) -> Iterator[str]:
    yield from subject.document.duplicate_attributes


def _balance(subject: Subject) -> Iterator[str]:
    yield from subject.document.unbalanced


def _vary(subject: Subject) -> Iterator[str]:
    named = {name.strip().lower() for name in subject.vary.split(",")}
    if not named & {"*", "hx-request-type"}:
        yield f"Vary is {subject.vary!r}: without HX-Request-Type, Back may show a bare fragment"


def _says_something(label: Element) -> bool:
    """Whether a label has words of its own, beside those of the control in it."""
    return any(
        child.strip() if isinstance(child, str) else child.tag not in _CONTROLS and _says_something(child)
        for child in label.children
    )


def _name(element: Element) -> str:
    """What a screen reader calls an element, roughly."""
    images = " ".join(image.get("alt") for image in element.all("img"))
    return _named_by_attribute(element) or element.text or images.strip()


def _named_by_attribute(element: Element) -> str:
    names = (element.get(name).strip() for name in ("aria-label", "aria-labelledby", "title"))
    return next((name for name in names if name), "")


_CONTROLS = frozenset({"select", "textarea", "button"})
_REFERRING = (
    "href",
    "for",
    "form",
    "list",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "aria-details",
)

CHECKS: dict[str, Callable[[Subject], Iterator[str]]] = {
    "doctype": _doctype,
    "fragment": _fragment,
    "lang": _lang,
    "title": _title,
    "h1": _h1,
    "main": _main,
    "ids": _ids,
    "labels": _labels,
    "buttons": _buttons,
    "links": _links,
    "forms": _forms,
    "inline": _inline,
    "handlers": _handlers,
    "images": _images,
    "references": _references,
    "attributes": _attributes,
    "balance": _balance,
    "vary": _vary,
}
"""Each check by the name to opt out by."""
