import pytest

from tests.security.asking import app, ask
from webapp.security import CompressionMiddleware


@pytest.mark.parametrize(
    ("site", "compressed"),
    [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False), (None, False)],
)
async def test_answers_are_compressed_unless_another_site_may_have_asked(site: str | None, compressed: bool) -> None:
    headers = {"Accept-Encoding": "gzip", **({"Sec-Fetch-Site": site} if site else {})}

    response = await ask(app(CompressionMiddleware), headers=headers)

    assert (response.headers.get("content-encoding") == "gzip") is compressed
    assert "Accept-Encoding" in response.headers["vary"]
    assert response.text == "text " * 400
