"""Records are dataclasses as ever, and nobody changes one."""

import pickle
from collections.abc import Callable
from dataclasses import asdict, field, fields, is_dataclass, replace
from inspect import signature

import pytest

from tests.html.samples import SAMPLES, SHELL
from webapp.html.context import Link, Row
from webapp.record import record

ROW = Row(id="issues-7", href=None, title="Seven", values=(7,), links=(None,))


@record(frozen=True, slots=True)
class Parcel:
    """What has a field of each kind."""

    number: int
    secret: str = field(default="", repr=False)
    seen: float = field(default=0.0, compare=False)
    marks: list[str] = field(default_factory=list, hash=False)
    length: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.secret))


@record(frozen=True, slots=True)
class Letter(Parcel):
    """What has one more."""

    stamp: str = ""


@record(slots=True, kw_only=True)
class Box:
    """What is named by those who make one, and changed."""

    width: int = 1
    inside: "Box | None"


@record(frozen=True, slots=True, eq=False)
class Only:
    """What is the same as itself alone."""

    name: str


def test_a_record_is_a_dataclass() -> None:
    assert is_dataclass(Row)
    assert [field.name for field in fields(Row)] == ["id", "href", "title", "values", "links", "key", "named"]
    assert replace(ROW, title="7") == Row(id="issues-7", href=None, title="7", values=(7,), links=(None,))


def test_records_that_say_the_same_are_the_same() -> None:
    assert Link("Here", "/") == Link("Here", "/")
    assert {Link("Here", "/"), Link("Here", "/"), Link("There", "/")} == {Link("Here", "/"), Link("There", "/")}


@pytest.mark.parametrize(
    "each", [ROW, SHELL, *(page for _, page in SAMPLES.values())], ids=lambda each: type(each).__name__
)
def test_a_record_takes_no_other_fields(each: object) -> None:
    with pytest.raises(AttributeError):
        each.something = 1  # type: ignore[attr-defined]


def test_a_record_takes_its_fields_in_order_or_by_name() -> None:
    assert Parcel(1, "a", marks=["x"]) == Parcel(number=1, secret="a", marks=["x"])
    assert Letter(1, stamp="blue").stamp == "blue"
    assert Box(inside=None).width == 1
    assert str(signature(Row)).startswith("(id: str, href: str | None, title: str, ")


@pytest.mark.parametrize("give", [lambda: Parcel(), lambda: Parcel(1, colour=2), lambda: Box(1, None)])  # type: ignore[call-arg]
def test_a_record_is_made_of_its_fields_alone(give: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=r"^(Parcel|Box)\.__init__\(\) "):
        give()


def test_what_is_made_by_default_is_made_for_each() -> None:
    first, second = Parcel(1), Parcel(1)
    first.marks.append("mine")

    assert second.marks == []
    assert Parcel(1, marks=first.marks).marks is first.marks


def test_a_record_sees_to_the_rest_once_it_is_made() -> None:
    assert Parcel(1, "abc").length == 3
    assert replace(Letter(1, "abc"), secret="ab").length == 2


def test_a_record_shows_no_secrets() -> None:
    assert repr(Parcel(1, "abc")) == "Parcel(number=1, seen=0.0, marks=[])"
    assert asdict(Parcel(1, "abc"))["secret"] == "abc"


def test_a_record_inside_itself_can_be_shown() -> None:
    box = Box(inside=None)
    box.inside = box

    assert repr(box) == "Box(width=1, inside=...)"


def test_records_are_compared_by_the_fields_that_count() -> None:
    assert Parcel(1, seen=1.0) == Parcel(1, seen=2.0)
    assert Parcel(1, marks=["x"]) != Parcel(1)
    assert hash(Parcel(1, marks=["x"])) == hash(Parcel(1))
    assert Parcel(1) != Letter(1)
    assert Only("a") != Only("a")
    assert len({Only("a"), Only("a")}) == 2


def test_what_may_change_is_no_key() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Box(inside=None))


def test_a_record_can_be_taken_apart() -> None:
    match Letter(7, "abc"):
        case Letter(number, secret):
            assert (number, secret) == (7, "abc")


def test_a_record_may_leave_the_process() -> None:
    assert pickle.loads(pickle.dumps(Parcel(1, "abc", marks=["x"]))) == Parcel(1, "abc", marks=["x"])
