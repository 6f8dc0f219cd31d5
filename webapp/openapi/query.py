"""What a list's query parameters are for: paging, sorting, searching, filtering."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from webapp.openapi.labels import normal, wordlist
from webapp.openapi.patterns import texts_of
from webapp.openapi.posted import search_of
from webapp.openapi.schema import Schema
from webapp.openapi.site import Paging, PagingStyle, Parameter, Sorting
from webapp.record import record

PAGES = ("page", "pagenumber", "pageno", "pageindex", "pagenum", "currentpage", "paged", "p", "pg")
OFFSETS = ("offset", "skip", "start", "startindex", "startat", "from", "firstresult", "pageoffset", "startposition")
CURSORS = wordlist("""
    cursor pagetoken nexttoken nextpagetoken continuationtoken startingafter pagecursor pageafter nextcursor
    continuation marker scrollid bookmark after afterid next paginationtoken iterator
""")
SIZES = wordlist("""
    perpage pagesize size limit pagelimit maxresults resultsperpage itemsperpage maxitems count top rows take num
    length results max first maxkeys maxrecords pagecount
""")
BACKWARDS = frozenset({"before", "previous", "prev", "endingbefore", "pagebefore", "prevcursor", "last", "beforeid"})
SORTS = ("sort", "sortby", "orderby", "ordering", "sortfield", "sortkey", "sortcolumn", "order", "orderfield", "sorton")
DIRECTIONS = wordlist("""
    direction sortdir sortdirection sortorder order orderdir orderdirection dir ordertype
""")
SEARCHES = wordlist("""
    q search query searchtext searchterm searchquery keyword keywords term text s
""")
HIDDEN = frozenset(
    wordlist("""
    fields expand include includes exclude embed select format callback jsonp pretty prettyprint indent alt
    optfields optpretty optexpand apikey accesstoken oauthtoken apitoken apisecret appkey appid quotauser populate
    relations columns export download groupby aggregate
""")
)
ASCENDING = frozenset({"asc", "ascending", "up", "1", "ascend"})
DESCENDING = frozenset({"desc", "descending", "down", "-1", "descend"})
DATES = frozenset({"date", "date-time"})
LARGEST_PAGE = 10**9
"""In rows; a limit beyond it limits nothing, and may be too large to count with."""


@record(frozen=True, slots=True)
class ListQuery:
    """A list's query parameters, each in its part."""

    paging: Paging | None
    sorting: Sorting | None
    search: Parameter | None
    filters: tuple[Parameter, ...]


def read_query(parameters: Sequence[Parameter], fields: Collection[str]) -> ListQuery:
    """Sort a list's query parameters by what they do; `fields` are the names a row has."""
    known = {normal(each.name): each for each in reversed(parameters)}
    paging = _paging(known)
    sorting = _sorting(known, fields)
    search = next((known[name] for name in SEARCHES if name in known and _is_text(known[name].schema)), None)
    search = search or search_of(parameters)

    used = {
        each for each in (search and search.name, sorting and sorting.parameter, sorting and sorting.direction) if each
    }
    turning = _turning(known) if paging else set()
    filters = tuple(each for each in parameters if each.name not in used | turning and _is_filter(each))
    return ListQuery(paging, sorting, search, filters)


def turns_pages(parameters: Iterable[Parameter]) -> bool:
    """Whether a list comes in pages."""
    return _paging({normal(each.name): each for each in parameters}) is not None


def _is_filter(parameter: Parameter) -> bool:
    name = normal(parameter.name)
    hidden = name in HIDDEN or (name.endswith("fields") and name != "fields") or parameter.deprecated
    plain = not parameter.schema.is_object and parameter.media_type is None
    return parameter.required or (plain and not hidden)


def _is_text(schema: Schema) -> bool:
    return schema.type in ("string", None) and not schema.enum and not schema.is_union


def _is_number(schema: Schema) -> bool:
    return schema.type in ("integer", "number") or (
        schema.type in ("string", None) and not schema.enum and schema.format not in DATES
    )


def _paging(known: Mapping[str, Parameter]) -> Paging | None:
    size = next((known[name] for name in SIZES if name in known and _is_number(known[name].schema)), None)
    for style, names in ((PagingStyle.PAGE, PAGES), (PagingStyle.OFFSET, OFFSETS), (PagingStyle.CURSOR, CURSORS)):
        for name in names:
            if name in known and _turns(style, known[name], size):
                return _made_paging(PagingStyle.CURSOR if _is_token(known[name]) else style, known[name], size)
    return None


def _is_token(position: Parameter) -> bool:
    """Whether an `offset` or a `page` is a text that the last answer gave, rather than a number."""
    told = f"{position.description} {position.schema.description}"
    return position.schema.type == "string" and bool(re.search(r"\b(token|cursor|opaque)\b", told, re.IGNORECASE))


def _turns(style: PagingStyle, position: Parameter, size: Parameter | None) -> bool:
    """Whether a parameter with the right name turns pages: `start`, `from` and `after` are often dates."""
    schema = position.schema
    if style is PagingStyle.CURSOR:
        dated = schema.format in DATES or re.search(r"\b(date|time|timestamp)\b", position.description, re.IGNORECASE)
        return not dated and schema.type in ("string", "integer", None)
    named = normal(position.name) in ("offset", "skip", "pageoffset", "startindex", "startat", *PAGES[:7])
    return _is_number(schema) and (named or (size is not None and schema.type in ("integer", "number")))


def _made_paging(style: PagingStyle, position: Parameter, size: Parameter | None) -> Paging:
    if size is position:
        size = None
    return Paging(
        style=style,
        position=position.name,
        size=size.name if size else None,
        default_size=_rows(size.schema.default) if size else None,
        max_size=_rows(size.schema.maximum) if size else None,
        first=_first_page(position),
    )


def _rows(told: object) -> int | None:
    """A number of rows, if it is one that a page could have."""
    if not isinstance(told, int | float) or isinstance(told, bool):
        return None
    return int(told) if 1 <= told <= LARGEST_PAGE else None


def _first_page(position: Parameter) -> int:
    schema = position.schema
    for told in (schema.default, schema.minimum):
        if told in (0, 1) and not isinstance(told, bool):
            return int(told)
    zero = re.search(
        r"\b(zero|0)[ -](based|indexed)|start\w* (at|from|with) (0|zero)\b", position.description, re.IGNORECASE
    )
    return 0 if zero else 1


def _turning(known: Mapping[str, Parameter]) -> set[str]:
    """Every parameter that turns pages, in this way or another."""
    numbers = {
        known[name].name for name in (*PAGES, *OFFSETS, *SIZES) if name in known and _is_number(known[name].schema)
    }
    cursors = {known[name].name for name in CURSORS if name in known and _turns(PagingStyle.CURSOR, known[name], None)}
    back = {known[name].name for name in BACKWARDS if name in known}
    return numbers | cursors | (back if cursors else set())


def _sorting(known: Mapping[str, Parameter], fields: Collection[str]) -> Sorting | None:
    direction = next((known[name] for name in DIRECTIONS if name in known and _directions(known[name])), None)
    for name in SORTS:
        parameter = known.get(name)
        if parameter is None or parameter is direction:
            continue
        choices = dict(_choices(parameter, fields, both=direction is None))
        if choices:
            if direction is None:
                return Sorting(parameter.name, choices)
            up, down = _directions(direction) or ("asc", "desc")
            return Sorting(parameter.name, choices, direction.name, up, down)
    return None


def _directions(parameter: Parameter) -> tuple[str, str] | None:
    """How a parameter writes upwards and downwards, if that is all it says."""
    values = _values(parameter.schema)
    up = next((value for value in values if value.lower() in ASCENDING), None)
    down = next((value for value in values if value.lower() in DESCENDING), None)
    if up is not None and down is not None and len(values) == 2:
        return up, down
    default = parameter.schema.default
    if not values and isinstance(default, str) and default.lower() in ("asc", "desc"):
        return ("asc", "desc") if default.islower() else ("ASC", "DESC")
    return None


def _values(schema: Schema) -> tuple[str, ...]:
    """The texts that are allowed: of an enum, of an array's items, or of a pattern `^-?(name|date)$`."""
    if schema.items is not None:
        schema = schema.items
    if schema.enum:
        return tuple(value for value in schema.enum if isinstance(value, str))
    told = texts_of(schema.pattern or "")
    named = [_field_of(value)[0] for value in told]
    # It may name all fields before it turns them round.
    return tuple(sorted(told, key=lambda value: named.index(_field_of(value)[0]))) if len(told) > 1 else ()


def _choices(parameter: Parameter, fields: Collection[str], *, both: bool) -> Iterable[tuple[str, tuple[str, bool]]]:
    values = _values(parameter.schema)
    for value in values:
        yield value, _field_of(value)
    if not values:
        yield from _described(parameter, fields, both=both)


def _field_of(value: str) -> tuple[str, bool]:
    """The field a value sorts by, and whether downwards: `-date`, `date:desc`, `date_desc`, `date`."""
    if value.startswith(("-", "+")):
        return value[1:], value.startswith("-")
    field, separator, ending = re.fullmatch(r"(.*?)(?:([\s:.,_-])([A-Za-z]+))?", value, re.DOTALL).groups()  # type: ignore[union-attr]
    if separator and ending.lower() in ASCENDING | DESCENDING:
        return field, ending.lower() in DESCENDING
    return value, False


def _described(parameter: Parameter, fields: Collection[str], *, both: bool) -> Iterable[tuple[str, tuple[str, bool]]]:
    """
    The fields that the description or an example names, in the way it writes them.

    Where nothing shows how, nothing is offered: a wrong guess is answered with an error.
    """
    shown = " ".join([parameter.description, parameter.schema.description, *_texts(parameter)])
    named = [field for field in fields if re.search(rf"(?<!\w){re.escape(field)}(?!\w)", shown)]
    for field in named:
        downwards = _downwards(field, shown) if both else None
        yield downwards[0] if downwards else field, (field, False)
        if downwards:
            yield downwards[1], (field, True)


def _texts(parameter: Parameter) -> list[str]:
    schema = parameter.schema
    return [each for each in (*parameter.examples, *schema.examples, schema.default) if isinstance(each, str)]


def _downwards(field: str, shown: str) -> tuple[str, str] | None:
    """How a field is written to sort upwards and downwards, where the text shows a way."""
    if re.search(r"(?<![\w-])-[A-Za-z_]\w*|`-`|\"-\"|'-'|minus|hyphen|prefix\w* with -", shown):
        return field, f"-{field}"
    separator = re.search(r"\w([:,. ])(asc|desc|ASC|DESC)\b", shown)
    if separator:
        up, down = ("asc", "desc") if separator[2].islower() else ("ASC", "DESC")
        return f"{field}{separator[1]}{up}", f"{field}{separator[1]}{down}"
    return None
