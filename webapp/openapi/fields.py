"""Which of a thing's fields says which one it is, and which says what it is called."""

from collections.abc import Callable, Collection, Iterable

from webapp.openapi.labels import normal, words

IDS = ("id", "_id", "uuid", "guid", "uid", "pk", "slug", "key", "code", "name", "identifier", "handle", "username")
TITLES = (
    *("name", "title", "displayname", "label", "fullname", "subject", "headline", "caption", "username", "login"),
    *("hostname", "filename", "shortname", "nickname", "summary", "email", "emailaddress", "slug", "domain"),
)
DULL_ENDINGS = frozenset(
    {
        "id",
        "ids",
        "uuid",
        "url",
        "uri",
        "href",
        "link",
        "at",
        "date",
        "time",
        "type",
        "status",
        "state",
        "color",
        "colour",
    }
    | {"token", "hash", "path", "kind", "currency", "locale", "lang", "language", "format", "version", "etag", "object"}
    | {"timezone", "icon", "image", "avatar", "password", "secret", "class", "sha", "checksum", "ip", "field"}
)


def id_field(parameter: str | None, names: Collection[str], singular: str) -> str | None:
    """
    The field whose value goes into an item's URL.

    `parameter` is the variable in the item's path, `names` are the fields of a row, `singular` is what one row is
    called. `{project_id}` is the field `project_id`, else `id`; `{slug}` is `slug`.
    """
    by_normal = {normal(name): name for name in reversed(tuple(names))}
    ending = (words(parameter) or [""])[-1].lower() if parameter else "id"
    own = normal(singular)
    wanted = [normal(parameter)] if parameter else []
    if ending in ("id", "ids", "pk", "identifier"):
        wanted += ["id", own + "id"]
    else:
        wanted += [ending, own + ending, "id", own + "id"]
    for candidate in (*wanted, own, *map(normal, IDS)):
        if candidate in by_normal:
            return by_normal[candidate]
    return None


def title_field(names: Iterable[str], singular: str, is_text: Callable[[str], bool]) -> str | None:
    """The field a row is known by; None where none reads like a name."""
    texts = [name for name in names if is_text(name)]
    by_normal = {normal(name): name for name in reversed(texts)}
    own = normal(singular)
    for candidate in (*TITLES[:2], own + "name", own + "title", *TITLES[2:]):
        if candidate in by_normal:
            return by_normal[candidate]
    endings = {name: (words(name) or [""])[-1].lower() for name in texts}
    for ending in ("name", "title", "label"):
        for name in texts:
            if endings[name] == ending:
                return name
    return next((name for name in texts if endings[name] not in DULL_ENDINGS), None)
