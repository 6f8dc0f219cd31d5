"""What a site can be entered by, and the headings that resources share."""

from typing import Any

from tests.openapi.building import TEXT, answers, listing_of, query, resource, site, thing
from webapp.openapi.entries import RESOURCES, entries
from webapp.openapi.overrides.applying import apply_overrides
from webapp.openapi.overrides.reading import read_overrides

ROWS = thing(id=TEXT, name=TEXT)


def listed(tag: str) -> dict[str, Any]:
    return {"get": listing_of(ROWS, tags=[tag], parameters=[query("page")])}


def test_resources_whose_headings_only_repeat_their_names_share_one() -> None:
    found = site({"/orders": listed("orders"), "/customers": listed("Customers"), "/stock": listed("Warehouse")})

    assert [(each.label, each.tag) for each in found.resources] == [
        ("Orders", RESOURCES),
        ("Customers", RESOURCES),
        ("Stocks", "Warehouse"),
    ]


def test_one_alone_keeps_its_heading_as_does_one_that_stands_there_with_another_page() -> None:
    stock = {"get": answers(tags=["Orders"], summary="Stock")}
    found = site({"/orders": listed("Orders"), "/customers": listed("Customers"), "/reports/stock": stock})

    assert resource(found, "customers").tag == "Customers"
    assert resource(found, "orders").tag == "Orders"


def test_what_somebody_has_chosen_is_the_heading() -> None:
    found = site({"/orders": listed("orders"), "/customers": listed("Customers")})
    chosen = {name: {"group": name.title()} for name in ("orders", "customers")}

    said = apply_overrides(found, read_overrides({"resources": chosen}))

    assert [each.heading for each in entries(said)] == ["Orders", "Customers"]
