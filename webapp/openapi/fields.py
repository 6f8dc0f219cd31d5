"""Which of a thing's fields says which one it is, and which says what it is called."""

from collections.abc import Callable, Collection, Iterable

from webapp.openapi.labels import normal, wordlist, words
from webapp.openapi.schema import Schema

IDS = wordlist("id gid uuid guid uid pk sid identifier")
WORDY_IDS = wordlist("slug key code handle username name")
NAMED_KEYS = frozenset(wordlist("slug name key code username login email handle hash provider"))
TITLES = wordlist("""
    name title displayname label fullname subject headline caption username login hostname filename shortname
    nickname summary email emailaddress slug domain sku number reference
""")
DULL_ENDINGS = frozenset(
    wordlist("""
    id ids gid uid guid sid uuid url uri href link at date time type status state color colour token hash path kind
    currency locale lang language format version etag object timezone icon image avatar password secret class sha
    checksum ip field role level locked success amount balance cost discount fee price subtotal sum tax total
    """)
)
DULL_FORMATS = frozenset(wordlist("date date-time time duration uuid uri url binary byte password ipv4 ipv6"))


def id_field(parameter: str | None, names: Collection[str], singular: str, above: Collection[str] = ()) -> str | None:
    """
    The field whose value goes into an item's URL.

    `parameter` is the variable in the item's path, `names` are the fields of a row, `singular` is what one row is
    called. `{project_id}` is the field `project_id`, else `id`; `{slug}` is `slug`. `above` are the variables before
    that one in the path, which belong to other things.
    """
    by_normal = {normal(name): name for name in reversed(tuple(names))}
    own = normal(singular)
    ending = _ending(parameter) if parameter else "id"
    wanted = [] if parameter is None or normal(parameter) == own else [normal(parameter), ending, own + ending]
    # A page that is found by its slug isn't found by its id.
    if ending not in NAMED_KEYS:
        wanted += ["id", own + "id", *IDS]
    found = next((by_normal[each] for each in wanted if each in by_normal), None)
    if found is not None or ending in NAMED_KEYS:
        return found

    others = {normal(name) for name in above}
    like_ids = [name for name in names if _ending(name) == "id" and normal(name) not in others]
    if len(like_ids) == 1:
        return like_ids[0]
    return next((by_normal[each] for each in (*WORDY_IDS, own) if each in by_normal), None)


def _ending(name: str) -> str:
    return (words(name) or (name,))[-1].lower()


def title_field(
    names: Iterable[str], singular: str, is_text: Callable[[str], bool], things: Collection[str] = ()
) -> str | None:
    """
    The field a row is known by; None where none reads like a name.

    `things` are what else there is, in the singular: a submission's `assignment` is the key of another.
    """
    texts = [name for name in names if is_text(name)]
    by_normal = {normal(name): name for name in reversed(texts)}
    own = normal(singular)
    for candidate in (*TITLES[:2], own + "name", own + "title", *TITLES[2:], own + "number", own):
        if candidate in by_normal:
            return by_normal[candidate]
    endings = {name: _ending(name) for name in texts}
    for ending in ("name", "title", "label"):
        for name in texts:
            if endings[name] == ending:
                return name
    telling = (name for name in texts if endings[name] not in DULL_ENDINGS and normal(name) not in things)
    return next(telling, None)


def is_title(schema: Schema) -> bool:
    """Whether a field may hold what a person calls a thing."""
    return schema.type in ("string", None) and not (
        schema.format in DULL_FORMATS or schema.enum or schema.is_union or schema.write_only
    )
