import pytest

from tests.openapi.building import NUMBER, TEXT
from webapp.openapi.fields import id_field, is_title, title_field
from webapp.openapi.schema import Schema


@pytest.mark.parametrize(
    ("parameter", "names", "singular", "expected"),
    [
        ("project_id", ["id", "project_id"], "Project", "project_id"),
        ("project_id", ["id", "name"], "Project", "id"),
        ("projectId", ["project_id", "name"], "Project", "project_id"),
        ("id", ["name", "projectId"], "Project", "projectId"),
        ("slug", ["id", "slug"], "Post", "slug"),
        ("slug", ["id", "title"], "Post", None),
        ("project_key", ["id", "key"], "Project", "key"),
        ("comment", ["comment", "id"], "Comment", "id"),
        ("provider", ["provider", "id"], "Connection", "provider"),
        ("provider", ["id"], "Connection", None),
        ("idBoard", ["id", "name"], "Board", "id"),
        ("_id", ["_id"], "Board", "_id"),
        ("account_gid", ["gid", "name"], "Account", "gid"),
        ("id", ["entity_id", "entity_type"], "VM", "entity_id"),
        ("id", ["account_id", "amount"], "Holding", None),
        ("id", ["a_id", "b_id"], "Holding", None),
        ("id", ["name", "size"], "Volume", "name"),
        (None, ["uuid", "name"], "Volume", "uuid"),
        (None, [], "Volume", None),
    ],
)
def test_the_field_that_names_a_row_in_its_url(
    parameter: str | None, names: list[str], singular: str, expected: str | None
) -> None:
    assert id_field(parameter, names, singular, ("account_id",)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["id", "title", "name"], "name"),
        (["id", "project_name", "full_name"], "project_name"),
        (["id", "host_name", "status"], "host_name"),
        (["id", "first_name"], "first_name"),
        (["id", "orderNumber", "customer"], "orderNumber"),
        (["id", "status", "created_at", "avatar_url", "note"], "note"),
        (["id", "assignment", "classroom"], "classroom"),
        (["id", "status"], None),
        (["id", "status", "unitPrice", "total"], None),  # a Decimal is a text, to a document
    ],
)
def test_the_field_that_a_row_is_known_by(names: list[str], expected: str | None) -> None:
    assert (
        title_field(names, "order" if "orderNumber" in names else "project", lambda _: True, {"assignment"}) == expected
    )


def test_only_short_texts_are_titles() -> None:
    assert is_title(Schema(TEXT))
    assert is_title(Schema({}))
    formats = [{"type": "string", "format": each} for each in ("uuid", "duration")]
    for raw in (NUMBER, *formats, {"enum": ["a"]}, {"type": "string", "writeOnly": True}):
        assert not is_title(Schema(raw))
