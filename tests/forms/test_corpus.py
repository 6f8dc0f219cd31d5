"""Every body of thirty real documents as a form: none is too large, none takes long, and none breaks a page."""

import os
from pathlib import Path

import pytest

from tests.forms.rendered import page_of, sent
from webapp.forms.build import MOST_FIELDS, BuildContext, build_field
from webapp.forms.read import read_value
from webapp.openapi.document import Document
from webapp.openapi.resources import build_site
from webapp.openapi.site import Site

FOLDER = Path(os.environ.get("WEBAPP_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
DOCUMENTS = sorted(FOLDER.glob("*.json"))


def test_the_corpus_is_there() -> None:
    if not DOCUMENTS and os.environ.get("CI") != "true":
        pytest.skip("there is no corpus")
    assert DOCUMENTS


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda path: path.stem)
def site(request: pytest.FixtureRequest) -> Site:
    path: Path = request.param
    return build_site(Document.parse(path.read_bytes(), url="https://docs.example/openapi.json"))


def test_every_body_is_a_form_that_can_be_shown_and_sent(site: Site) -> None:
    for operation in site.operations:
        for body in operation.bodies:
            context = BuildContext(creating=True)
            shown = build_field(body.schema, "body", label="Body", required=True, context=context)

            assert sum(1 for _ in shown.walk()) <= MOST_FIELDS + 200
            page_of(shown)
            assert read_value(body.schema, sent(shown), "body").errors == {}


def test_every_parameter_has_an_input(site: Site) -> None:
    for operation in site.operations:
        for parameter in operation.parameters:
            name = f"{parameter.location}/x"
            shown = build_field(parameter.schema, name, label=parameter.name, context=BuildContext())

            assert read_value(parameter.schema, sent(shown), name).errors == {}
