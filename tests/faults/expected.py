"""
What a person gets for each fault, at each place where it can meet them; written before any of it was tried.

Duplicate names count as the last of them (so JSON parsers do, RFC 8259, 4), NaN and the infinities are null (JSON has
none), half a character is U+FFFD. Whatever can't be data says so with a 502, and who isn't there with a 503. A write
that was refused, or that never got through, says that nothing was done; any other failure of one, that nobody knows.
"""

from dataclasses import dataclass

PLACES = (
    *("list", "item", "part", "view", "poll", "aside"),
    *("form", "hx", "edit", "inline", "upload", "bulk", "login"),
    *("file", "wait", "sse"),
)
"""
    list item view  whole pages                      part    the list alone, by htmx, with a search
    poll            the page that follows a job      aside   suggestions for a field that is being filled in
    form            one sent by the page             hx      the same by htmx
    edit inline     the change of an item, likewise  upload  a form with a file
    bulk            something done to many           login   signing in
    file            a download                       wait    the events of a few seconds, without a script
    sse             the events as they come, for the script
"""

WRITES = ("form", "hx", "edit", "inline", "upload")
"""The places whose forms keep what was typed."""

TABLE = """
                         list item part view poll aside form hx  edit inline upload bulk login file wait sse  done waits
400                      400  400  422  400  400  204   400  400 400  400    400    200  400   400  400  400  -    -
400 page                 400  400  422  400  400  204   400  400 400  400    400    200  400   400  400  400  -    -
401                      303  303  401  303  303  204   303  401 303  401    303    303  401   303  303  200  -    -
401 page                 303  303  401  303  303  204   303  401 303  401    303    303  401   303  303  200  -    -
403                      403  403  403  403  403  204   403  403 403  403    403    200  403   403  403  403  -    -
403 page                 403  403  403  403  403  204   403  403 403  403    403    200  403   403  403  403  -    -
404                      404  404  404  404  404  204   404  404 404  404    404    200  404   404  404  404  -    -
404 page                 404  404  404  404  404  204   404  404 404  404    404    200  404   404  404  404  -    -
409                      409  409  409  409  409  204   409  409 409  409    409    200  409   409  409  409  -    -
409 page                 409  409  409  409  409  204   409  409 409  409    409    200  409   409  409  409  -    -
410                      404  404  404  404  404  204   404  404 404  404    404    200  404   404  404  404  -    -
410 page                 404  404  404  404  404  204   404  404 404  404    404    200  404   404  404  404  -    -
413                      413  413  413  413  413  204   413  413 413  413    413    200  413   413  413  413  -    -
413 page                 413  413  413  413  413  204   413  413 413  413    413    200  413   413  413  413  -    -
415                      415  415  415  415  415  204   415  415 415  415    415    200  415   415  415  415  -    -
415 page                 415  415  415  415  415  204   415  415 415  415    415    200  415   415  415  415  -    -
422                      422  422  422  422  422  204   422  422 422  422    422    200  422   422  422  422  -    -
422 page                 422  422  422  422  422  204   422  422 422  422    422    200  422   422  422  422  -    -
429                      429  429  429  429  429  204   429  429 429  429    429    200  429   429  429  429  no   7
429 page                 429  429  429  429  429  204   429  429 429  429    429    200  429   429  429  429  no   7
429 and no sense         429  429  429  429  429  204   429  429 429  429    429    200  429   429  429  429  no   -
500                      502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
500 page                 502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
502                      503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
502 page                 503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
503                      503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  no   9
503 page                 503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  no   9
503 and no sense         503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  no   5
504                      503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
504 page                 503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
closed                   503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
reset in headers         503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
reset in body            502  502  502  502  502  204   502  502 502  502    502    200  502   200! 502  200~ ?    -
cut in body              502  502  502  502  502  204   502  502 502  502    502    200  502   200! 502  200~ ?    -
cut in chunks            502  502  502  502  502  204   502  502 502  502    502    200  502   200! 502  200~ ?    -
junk in chunks           502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
length too short         502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
page as JSON             502  502  502  502  502  204   502  502 502  502    502    200  502   502  200  200  ?    -
page                     200  200  200  200  200  200   303  204 303  204    303    200  400   200  200  200  -    -
JSON as text             200  200  200  200  200  200   303  204 303  204    303    200  400   200  200  200  -    -
JSON as nothing          200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
bytes as JSON            502  502  502  502  502  204   502  502 502  502    502    200  502   502  200  200  ?    -
invalid JSON             502  502  502  502  502  204   502  502 502  502    502    200  502   502  200  200  ?    -
empty                    200  200  200  200  200  200   303  204 303  204    303    200  400   200  200  200  -    -
204                      200  200  200  200  200  200   303  204 303  204    303    200  400   404  200  200  -    -
NaN                      200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
Infinity                 200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
lone surrogates          200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
markup                   200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
names twice              200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
number of 400 digits     200  200  200  200  200  200   303  204 303  204    200    200  303   200  200  200  -    -
number of 10,000 digits  502  502  502  502  502  204   502  502 502  502    502    200  303   200  200  200  ?    -
nested 10,000 deep       502  502  502  502  502  204   502  502 502  502    502    200  502   502  200  200  ?    -
nested in a name         502  502  502  502  502  204   502  502 502  502    502    200  303   200  200  200  ?    -
text of 300 MB           502  200  502  200  502  204   502  502 502  502    502    200  502   200  502  200~ ?    -
text of 300 MB in chunks 502  502  502  502  502  204   502  502 502  502    502    200  502   200  502  200~ ?    -
gzip bomb                502  502  502  502  502  204   502  502 502  502    502    200  502   200! 502  200~ ?    -
gzip of gzip bomb        502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
deflate bomb             502  502  502  502  502  204   502  502 502  502    502    200  502   200! 502  200~ ?    -
zstd bomb                502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
br                       502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
gzip bomb in an error    502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
no gzip at all           502  502  502  502  502  204   502  502 502  502    502    200  502   200! 502  200~ ?    -
301 elsewhere            502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
302 elsewhere            502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
303 elsewhere            502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
307 elsewhere            502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
308 to a script          502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
302 in a circle          502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
endless headers          502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
endless header           502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
endless 103              502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
garbage                  502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
two lengths              502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
length and chunks        502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
no status                502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
status 999               502  502  502  502  502  204   502  502 502  502    502    200  502   502  502  502  ?    -
silence                  503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
silence in headers       503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  ?    5
silence in body          503  503  503  503  503  204   503  503 503  503    503    200  503   200+ 200  200+ ?    5
refused                  503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  no   5
no such host             503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  no   5
certificate of nobody    503  503  503  503  503  204   503  503 503  503    503    200  503   503  503  503  no   5
"""
"""
The status, and what became of the body where it isn't whole: `!` broken off after it had begun, `+` still coming when
nobody wanted any more of it, `~` a stream of events that ended without its last one, so that the script comes back.

`done` is what forms say of it: `no`, nothing was done; `?`, nobody knows. `waits` is the Retry-After, in seconds.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What is expected of one fault."""

    cells: dict[str, str]
    """By place."""
    done: str
    waits: int | None

    def waits_at(self, place: str, *, told: bool) -> int | None:
        """The Retry-After at a place; forms wait only for as long as they are `told` by the API."""
        reads = place not in (*WRITES, "login", "bulk")
        return self.waits if reads or told else None


def read_table() -> dict[str, Row]:
    """The rows, by fault."""
    _, header, *lines = TABLE.splitlines()
    columns = header.split()
    assert tuple(columns) == (*PLACES, "done", "waits")
    rows = {}
    for line in lines:
        words = line.split()
        name, values = " ".join(words[: -len(columns)]), words[-len(columns) :]
        *cells, done, waits = values
        rows[name] = Row(dict(zip(PLACES, cells, strict=True)), done, None if waits == "-" else int(waits))
    return rows
