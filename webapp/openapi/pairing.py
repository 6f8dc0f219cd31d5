"""
Weighs which paths are collections, and finds the items that go with them.

For a collection speak an answer that is a list, an item below it, paging, a way to create. Against it speak an answer
that is no list, parameters that must be given, and a name such as `search` or `status`.
"""

import re
from collections.abc import Iterator, Sequence

from webapp.openapi.labels import normal, plural, singular, wordlist, words
from webapp.openapi.naming import VARIABLE, VERSION, Key, key_of, literals, noun_of
from webapp.openapi.posted import asks, can_be_asked, inputs_of, rank
from webapp.openapi.query import turns_pages
from webapp.openapi.shapes import Place, is_not_a_list, rows_in_schema
from webapp.openapi.site import Operation
from webapp.record import record

ENOUGH = 4
"""The evidence that makes a path a collection."""
SURE_OF_ROWS = 2
"""How sure a POST's answer must be rows: nothing is ever sent that may do something else."""
FUNCTIONS = frozenset(
    wordlist("""
    search parse query check validate status health login logout token me self current batch bulk count export
    import ping version stats statistics summary healthz livez readyz metrics whoami config configuration
    autocomplete suggest geocode verify download preview render callback random lookup info schema overview test
""")
)
LIST_WORDS = frozenset({"list", "all", "index", "recent", "latest", "findall", "getall", "listall"})
CHOOSERS = frozenset(
    wordlist("""
    filter field fields format type status state sort year month day date page limit action from to query q lang
    language keyword term
""")
)
SAYS_LIST = re.compile(
    r"^(list|(get|find|fetch|retrieve|returns?|show|view) (all|every|(a )?list))\b|\blist of\b",
    re.IGNORECASE | re.MULTILINE,
)
WRITES = ("PATCH", "PUT", "DELETE")


class Index:
    """The operations by path and method; paths that differ only in the names of their variables are one."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._at: dict[Key, dict[str, list[Operation]]] = {}
        for operation in operations:
            self._at.setdefault(key_of(operation.path), {}).setdefault(operation.method, []).append(operation)
        self._above = {key[:length] for key in self._at for length in range(len(key))}

    def __iter__(self) -> Iterator[Key]:
        return iter(self._at)

    def get(self, key: Key | None, method: str) -> Operation | None:
        """The operation there; of several, the first whose last variable could be an id."""
        found = self._at.get(key, {}).get(method, []) if key is not None else []
        return next((each for each in found if not _picks(each)), found[0] if found else None)

    def get_item(self, key: Key | None) -> Operation | None:
        """The GET of an item there."""
        found = self.get(key, "GET")
        return found if found is not None and not _picks(found) else None

    def has_item(self, key: Key) -> bool:
        """Whether there are items: to be got, or only to be changed."""
        return self.get_item(key) is not None or self.has(key, *WRITES)

    def has_below(self, key: Key) -> bool:
        """Whether anything lies below a path."""
        return key in self._above

    def has(self, key: Key, *methods: str) -> bool:
        """Whether a path has any of the methods."""
        return any(method in self._at.get(key, {}) for method in methods)


def _picks(operation: Operation) -> bool:
    """Whether the last variable chooses among aspects or sorts of things rather than naming one."""
    variables = operation.path_parameters
    return bool(variables) and operation.path.rstrip("/").endswith("}") and normal(variables[-1]) in CHOOSERS


@record(frozen=True, slots=True)
class Candidate:
    """What becomes a resource: where its list and its items are, and what speaks for it."""

    key: Key
    item_key: Key | None
    named_after: Key
    """The path that its name and label are made of."""
    list: Operation | None
    place: Place | None
    score: int
    path: str = ""
    """The path of its list's page."""


def candidates(index: Index) -> list[Candidate]:
    """The collections, then the items without a list, then the things there is one of."""
    collections = [found for key in index if (found := _collection(index, key)) is not None and found.score >= ENOUGH]
    keys = {each.key for each in collections}
    collections += _posted_collections(index, keys)
    keys |= {each.key for each in collections}
    items = {each.item_key for each in collections}
    orphans = [found for key in index if key not in items and (found := _orphan(index, key, keys)) is not None]
    taken = keys | items | {each.item_key for each in orphans}
    singletons = [found for key in index if key not in taken and (found := _singleton(index, key)) is not None]
    return [*collections, *orphans, *singletons]


def _collection(index: Index, key: Key) -> Candidate | None:
    operation = index.get(key, "GET")
    if operation is None or not key or VARIABLE in key[-1]:
        return None
    item_key, named_after = _item_of(index, key)
    answer = operation.answer
    own = {noun_of(named_after), plural(noun_of(named_after)), singular(noun_of(named_after)), named_after[-1]}
    place = rows_in_schema(answer, sorted(own)) if answer is not None else None

    score = place.weight if place else -4 if answer is not None and is_not_a_list(answer) else 3 * _says_list(operation)
    if item_key is not None:
        score += 3 if index.get_item(item_key) else 2
    score += 2 * turns_pages(operation.query) + index.has(key, "POST")
    noun = noun_of(named_after)
    score += plural(noun) == noun
    score -= 3 * any(each.required for each in operation.query)
    score -= 2 * (normal(key[-1]) in FUNCTIONS)
    return Candidate(key, item_key, named_after, operation, place, score, operation.path)


def _posted_collections(index: Index, known: set[Key]) -> list[Candidate]:
    """What is listed by a POST alone, where no GET does; of `filter` and `paginate`, by the usual one."""
    found: dict[Key, Candidate] = {}
    places = [key for key in index if len(key) > 1 and key[:-1] not in known and asks(key[-1])]
    for key in sorted(places, key=lambda each: rank(each[-1])):
        candidate = _posted(index, key)
        if candidate is not None and candidate.score >= ENOUGH:
            found.setdefault(key[:-1], candidate)
    return list(found.values())


def _posted(index: Index, key: Key) -> Candidate | None:
    operation, above = index.get(key, "POST"), key[:-1]
    answer = operation.answer if operation is not None else None
    if operation is None or answer is None or VARIABLE in above[-1] or not can_be_asked(operation):
        return None
    noun = noun_of(above)
    place = rows_in_schema(answer, sorted({noun, plural(noun), singular(noun), above[-1]}))
    if place is None or place.weight < SURE_OF_ROWS or VERSION.fullmatch(above[-1]):
        return None
    below = (*above, VARIABLE)
    item_key = below if index.has_item(below) else None
    score = place.weight + 3 * (item_key is not None) + 2 * turns_pages(inputs_of(operation)) + index.has(above, "POST")
    # Where the API has something else to get, the list keeps the path that it is asked for at.
    own = index.has(above, "GET")
    path = operation.path if own else operation.path.rstrip("/").rsplit("/", 1)[0]
    return Candidate(key if own else above, item_key, above, operation, place, score, path)


def _says_list(operation: Operation) -> bool:
    """Whether the words of an operation call its answer a list, where no schema tells."""
    told = f"{operation.label}\n{operation.description[:200]}"
    return bool(SAYS_LIST.search(told)) or (words(operation.name) or ("",))[0].lower() in ("list", "index")


def _item_of(index: Index, key: Key) -> tuple[Key | None, Key]:
    """Where the items of a collection are, and the path to name it after."""
    below = (*key, VARIABLE)
    if index.has_item(below):
        return below, key
    # /user/{id} beside /users
    for word in (singular(key[-1]), plural(key[-1])):
        sibling = (*key[:-1], word)
        if word != key[-1] and index.has_item((*sibling, VARIABLE)) and not index.has(sibling, "GET"):
            return (*sibling, VARIABLE), key
    # /users/list beside /users/{id}
    above = key[:-1]
    if normal(key[-1]) in LIST_WORDS and literals(above) and not index.has(above, "GET") and VARIABLE not in above[-1]:
        return ((*above, VARIABLE) if index.has_item((*above, VARIABLE)) else None), above
    return None, key


def _orphan(index: Index, key: Key, collections: set[Key]) -> Candidate | None:
    """An item that can be opened by one who knows its id."""
    operation = index.get_item(key)
    if operation is None or len(key) < 2 or key[-1] != VARIABLE or VARIABLE in key[-2]:
        return None
    if key[:-2] in collections and finds_by(key[-2], operation.path_parameters[-1]):
        return None
    answer = operation.answer
    if answer is not None and (answer.is_array or answer.is_scalar):
        return None
    nested = any(VARIABLE in part for part in key[:-1])
    has_more = index.has(key, *WRITES) or index.has(key[:-1], "POST") or index.has_below(key)
    if (nested and not index.has(key, *WRITES)) or not (has_more or plural(key[-2]) == key[-2]):
        return None
    return Candidate(key[:-1], key, key[:-1], None, None, 3 + index.has(key, *WRITES))


def finds_by(segment: str, variable: str) -> bool:
    """Whether a path says what it finds a thing by: `/variables/name/{name}`, `/users/by-email/{email}`."""
    said, asked = normal(segment).removeprefix("findby").removeprefix("by"), normal(variable)
    return said == asked or (len(said) > 3 and said in asked) or (len(asked) > 1 and said.endswith(asked))


def _singleton(index: Index, key: Key) -> Candidate | None:
    """A thing there is one of, which can be changed: settings, a profile."""
    operation = index.get(key, "GET")
    if operation is None or not key or VARIABLE in key[-1] or not index.has(key, "PUT", "PATCH"):
        return None
    return Candidate(key, None, key, None, None, 5)
