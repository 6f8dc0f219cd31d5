"""Sessions by a name that several may have."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.sessions.index import Index

NAMES, KEYS = st.sampled_from("ab"), st.sampled_from("123")


def test_who_has_none_has_none() -> None:
    index = Index()
    index.remove("ada", "1")

    assert index.of("ada") == ()


def test_one_is_one_and_not_its_letters() -> None:
    index = Index()
    index.add("ada", "key")

    assert index.of("ada") == ("key",)


@given(st.lists(st.tuples(st.booleans(), NAMES, KEYS)))
def test_it_is_what_lists_by_name_would_be(steps: list[tuple[bool, str, str]]) -> None:
    index = Index()
    lists: dict[str, list[str]] = {"a": [], "b": []}
    for adds, name, key in steps:
        if adds and key not in lists[name]:
            index.add(name, key)
            lists[name].append(key)
        elif not adds and key in lists[name]:
            index.remove(name, key)
            lists[name].remove(key)
        assert index.of("a") == tuple(lists["a"])
        assert index.of("b") == tuple(lists["b"])
