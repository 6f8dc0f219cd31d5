"""How far some work is, read from whatever an API says about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from webapp.openapi.labels import normal
from webapp.record import record

STATES = ("state", "status", "phase", "jobstatus", "jobstate", "taskstatus", "runstatus", "provisioningstate")
SHARES = ("progress", "percent", "percentage", "percentcomplete", "progresspercent", "percentdone", "completion")
FRACTIONS = ("progress", "fraction", "ratio", "completion")
"""Where a number between 0 and 1 is a share, and not one per cent or less."""
DONE = ("done", "completed", "processed", "current", "finished", "succeeded")
TOTAL = ("total", "totalitems", "totalcount", "count", "size", "of")
MESSAGES = ("message", "detail", "statusmessage", "statustext", "description", "error", "errormessage")
RESULTS = (
    "downloadurl",
    "resulturl",
    "result",
    "output",
    "outputurl",
    "fileurl",
    "resourcelocation",
    "href",
    "location",
    "url",
)
FOLLOWED = ("statusurl", "status", "monitor", "operationlocation", "joburl", "pollurl", "self", "location")
"""Where an answer says that work which has begun can be followed."""

INNER = ("data", "job", "task", "operation", "run", "error")
"""Where an answer may have put what it says."""

GOOD = "done complete completed success succeeded successful finished ready ok available processed exported"
POOR = """
failed failure error errored cancelled canceled aborted rejected expired timeout timedout crashed killed skipped dead
lost terminated revoked
"""
ENDED = frozenset(GOOD.split())
FAILED = frozenset(POOR.split())


@record(frozen=True, slots=True)
class Progress:
    """How far it is."""

    state: str = ""
    """As the API calls it."""
    percent: int | None = None
    running: bool = False
    failed: bool = False
    message: str = ""
    result: str = ""
    """Where its result is, as the API names it; empty while there is none."""


def read_progress(data: Any, *, waiting: bool = False) -> Progress:
    """
    What an answer says; `waiting` is whether its status or headers say that there is more to come.

    What says nothing of the kind has ended: it is the result itself.
    """
    said = _flat(data)
    state = next((value for key in STATES if isinstance(value := said.get(key), str)), "")
    word = normal(state)
    percent = _percent(said)
    failed = word in FAILED or (said.get("done") is True and bool(said.get("error")))
    ended = failed or word in ENDED or any(said.get(key) is True for key in ("done", "completed", "finished"))
    if not ended and not waiting:
        ended = percent == 100 if not state else False
        ended = ended or (not state and percent is None)
    return Progress(
        state=state,
        percent=100 if ended and not failed and percent is not None else percent,
        running=not ended,
        failed=failed,
        message=next((value for key in MESSAGES if isinstance(value := said.get(key), str) and value), ""),
        result=_link(said, RESULTS) if ended and not failed else "",
    )


def followed_at(headers: Mapping[str, str], data: Any) -> str:
    """Where work that has begun (202) can be followed, as its answer says; empty where it doesn't."""
    told = (headers.get(name, "") for name in ("operation-location", "azure-asyncoperation", "location"))
    return next(filter(None, told), "") or _link(_flat(data), FOLLOWED)


def _flat(data: Any) -> dict[str, Any]:
    """An answer's values by normal name: those of its wrapper, then its own, then those of what describes progress."""
    if not isinstance(data, Mapping):
        return {}
    found: dict[str, Any] = {}
    inner = [value for key in INNER if isinstance(value := data.get(key), Mapping)]
    links = [value for key in ("_links", "links") if isinstance(value := data.get(key), Mapping)]
    progress = [value for value in data.values() if isinstance(value, Mapping) and _tells(value)]
    for each in (data, *inner, *progress, *links):
        for key, value in each.items():
            if isinstance(key, str) and (not isinstance(value, Mapping) or "href" in value or key == "error"):
                found.setdefault(normal(key), value)
    return found


def _tells(value: Mapping[str, Any]) -> bool:
    names = {normal(key) for key in value if isinstance(key, str)}
    return bool(names & {"percent", "percentage"}) or (bool(names & set(DONE)) and bool(names & set(TOTAL)))


def _percent(said: Mapping[str, Any]) -> int | None:
    for key in SHARES:
        value = _number(said.get(key))
        if value is not None:
            return _bounded(value * 100 if key in FRACTIONS and 0 < value < 1 else value)
    done = next((value for key in DONE if (value := _number(said.get(key))) is not None), None)
    total = next((value for key in TOTAL if (value := _number(said.get(key))) is not None), None)
    return _bounded(done / total * 100) if done is not None and total else None


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        value = value.strip().removesuffix("%")
        return float(value) if value.replace(".", "", 1).isascii() and value.replace(".", "", 1).isdigit() else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _bounded(percent: float) -> int:
    return int(min(max(percent, 0), 100))


def _link(said: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, _links(said, names)), "")


def _links(said: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = said.get(name)
        if isinstance(value, Mapping):
            value = value.get("href")
        if isinstance(value, str) and value.startswith(("/", "http://", "https://")):
            yield value
