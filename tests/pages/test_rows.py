"""Rows with their ids, titles and links."""

from webapp.html.kinds import Kind
from webapp.pages.columns import Field
from webapp.pages.rows import make_rows, title_of

NAME = (Field("name", "Name", Kind.TEXT),)


def test_ids_can_be_selected_and_are_never_twice_on_a_page() -> None:
    rows = [{"id": "a/b c", "name": 1}, {"id": "a-b-c", "name": 2}, {"name": 3}, {"id": "<>", "name": 4}]

    made = make_rows(rows, NAME, name="things", singular="Thing", id_field="id")

    assert [row.id for row in made] == ["things-a-b-c", "things-row-2", "things-row-3", "things-row-4"]


def test_the_first_column_leads_to_the_row_and_others_where_their_values_do() -> None:
    fields = (*NAME, Field("owner", "Owner", Kind.INTEGER))
    (row,) = make_rows(
        [{"name": "x", "owner": 3}],
        fields,
        name="t",
        singular="T",
        row_link=lambda _: "/t/1",
        value_link=lambda key, value: f"/{key}/{value}",
    )

    assert row.links == ("/t/1", "/owner/3")


def test_rows_that_are_no_objects_are_their_own_values() -> None:
    (row,) = make_rows(["x"], NAME, name="t", singular="T")

    assert (row.values, row.title) == (("x",), "x")


def test_a_title_is_the_name_else_the_kind_with_its_id() -> None:
    assert title_of({"name": "x"}, "name", None, "Book") == "x"
    assert title_of({"name": {"title": "y"}}, "name", None, "Book") == "y"
    assert title_of({"name": 42}, "name", None, "Book") == "42"
    assert title_of({"name": " ", "id": 3}, "name", "id", "Book") == "Book 3"
    assert title_of({"slug": None}, "name", "slug", "Book") == ""


def test_an_object_among_rows_that_are_none_has_its_columns_all_the_same() -> None:
    fields = (*NAME, Field("owner", "Owner", Kind.INTEGER))

    made = make_rows(["x", {"name": "y", "owner": 3}], fields, name="t", singular="T", value_link=lambda key, _: key)

    assert [row.values for row in made] == [("x",), ("y", 3)]
    assert [row.links for row in made] == [("name",), ("name", "owner")]


def test_where_only_some_fields_may_lead_anywhere_the_others_are_not_asked() -> None:
    fields = (*NAME, Field("owner", "Owner", Kind.INTEGER), Field("shop", "Shop", Kind.INTEGER))
    row = {"name": "x", "owner": 3, "shop": 4}

    (made,) = make_rows([row], fields, name="t", singular="T", value_link=lambda key, _: key, leading={"owner"})

    assert made.links == (None, "owner", None)
