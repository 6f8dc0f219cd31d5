"""Static files: named by their content, packed once, served with the right headers."""

import hashlib
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from webapp.codings import Coding, codings
from webapp.html.assets import FOREVER, Assets, find_folder

STATIC = find_folder("static")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("css", "js", "vendor"):
        (tmp_path / name).mkdir()
    (tmp_path / "css" / "ui.css").write_text("/* why */\n@layer base {\n  a:hover { color: red; }\n}\n" * 30)
    (tmp_path / "css" / "tiny.css").write_text("a{}")
    (tmp_path / "js" / "app.js").write_text('// why\n(() => {\n  const u = "https://x";\n\n  // more\n})();\n')
    (tmp_path / "vendor" / "htmx-9.min.js").write_text("var htmx=1\n")
    (tmp_path / "vendor" / "LICENSE.txt").write_text("free")
    (tmp_path / "logo.svg").write_text("<svg/>")
    return tmp_path


def client(assets: Assets) -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/-/static/{name}", assets, methods=["GET"])])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app.test")


def test_a_name_changes_with_the_content_and_only_then(folder: Path) -> None:
    before = Assets(folder).path("ui.css")
    again = Assets(folder).path("ui.css")
    (folder / "css" / "ui.css").write_text("b{}")

    assert re.fullmatch(r"/-/static/ui\.[0-9a-f]{12}\.css", before)
    assert again == before
    assert Assets(folder).path("ui.css") != before


def test_a_name_that_is_no_file_is_an_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        Assets(folder).path("nothing.css")


async def test_under_its_hashed_name_a_file_is_good_forever(folder: Path) -> None:
    assets = Assets(folder)

    async with client(assets) as http:
        answer = await http.get(assets.path("ui.css"), headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == FOREVER
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) < len(answer.content)
    assert answer.text.startswith("@layer base{a:hover{color:red}}")


@pytest.mark.parametrize("name", ["ui.css", "ui.000000000000.css"])
async def test_under_its_plain_or_an_old_name_a_file_is_asked_for_again(folder: Path, name: str) -> None:
    async with client(Assets(folder)) as http:
        answer = await http.get(f"/-/static/{name}")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("accepted", ["", "deflate", "gzip;q=0", "gzip; q=0.0, *;q=0"])
async def test_who_takes_no_coding_of_ours_gets_none(folder: Path, accepted: str) -> None:
    assets = Assets(folder)

    async with client(assets) as http:
        answer = await http.get(assets.path("ui.css"), headers={"Accept-Encoding": accepted})

    assert "content-encoding" not in answer.headers
    assert answer.text.startswith("@layer")


async def test_every_coding_has_its_own_etag_and_the_smallest_is_sent_to_who_takes_all(folder: Path) -> None:
    assets = Assets(folder)
    tags = {}

    async with client(assets) as http:
        for accepted in ("gzip, deflate, br, zstd", "zstd", "gzip", "identity"):
            answer = await http.get(assets.path("ui.css"), headers={"Accept-Encoding": accepted})
            tags[answer.headers.get("content-encoding")] = answer.headers["etag"]
            assert answer.headers["vary"] == "Accept-Encoding"

    assert list(tags) == ["br", "zstd", "gzip", None]
    assert len(set(tags.values())) == 4


async def test_what_packing_makes_larger_stays_as_it_is(folder: Path) -> None:
    assets = Assets(folder)

    async with client(assets) as http:
        answer = await http.get(assets.path("tiny.css"))

    assert "content-encoding" not in answer.headers
    assert answer.text == "a{}"


async def test_head_tells_everything_but_the_content(folder: Path) -> None:
    assets = Assets(folder)

    async with client(assets) as http:
        got = await http.get(assets.path("ui.css"))
        head = await http.head(assets.path("ui.css"))

    assert head.content == b""
    assert head.headers == got.headers


async def test_who_has_it_already_is_told_so(folder: Path) -> None:
    assets = Assets(folder)

    async with client(assets) as http:
        etag = (await http.get("/-/static/ui.css")).headers["etag"]
        known = await http.get("/-/static/ui.css", headers={"If-None-Match": etag})
        other = await http.get("/-/static/ui.css", headers={"If-None-Match": etag, "Accept-Encoding": "identity"})

    assert known.status_code == 304
    assert known.content == b""
    assert known.headers["etag"] == etag
    assert other.status_code == 200
    assert other.headers["etag"] != etag


@pytest.mark.parametrize(
    "name", ["nothing.css", "LICENSE.txt", "..%2Fui.css", "ui", "ui.000000000000.js", "ui-hue-360.css", "x-hue-5.css"]
)
async def test_what_is_no_static_file_is_not_found(folder: Path, name: str) -> None:
    async with client(Assets(folder)) as http:
        answer = await http.get(f"/-/static/{name}")

    assert answer.status_code == 404
    assert answer.headers.get("cache-control") != FOREVER


async def test_nothing_is_written_to_a_static_file(folder: Path) -> None:
    async with client(Assets(folder)) as http:
        answer = await http.post("/-/static/ui.css")

    assert answer.status_code == 405


async def test_all_that_runs_comes_in_one_answer(folder: Path) -> None:
    assets = Assets(folder)

    async with client(assets) as http:
        answer = await http.get(assets.path("app.js"))
        parts = [await http.get(f"/-/static/{name}") for name in ("htmx-9.min.js",)]

    assert answer.text == '(()=>{const u="https://x";})();\nvar htmx=1\n'
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert [part.status_code for part in parts] == [404]


async def test_a_style_sheet_takes_another_accent(folder: Path) -> None:
    assets = Assets(folder)
    path = assets.path("ui.css", hue=150)

    # Another process than the one that wrote the page may be asked for it.
    async with client(Assets(folder)) as http:
        answer = await http.get(path)

    assert answer.headers["cache-control"] == FOREVER
    assert answer.text.endswith("@layer base{:root{--hue:150}}\n")
    assert path != assets.path("ui.css", hue=151)
    assert assets.path("ui.css", hue=150) == path


@pytest.mark.parametrize("hue", [-1, 360, 1000])
def test_there_is_no_hue_beyond_the_circle(folder: Path, hue: int) -> None:
    with pytest.raises(KeyError):
        Assets(folder).path("ui.css", hue=hue)


def test_folders_are_found_in_a_checkout_and_in_a_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (find_folder("templates") / "layout.html").is_file()
    assert (STATIC / "css" / "ui.css").is_file()

    installed = tmp_path / "webapp"
    (installed / "html").mkdir(parents=True)
    (installed / "_static").mkdir()
    monkeypatch.setattr("webapp.html.assets.__file__", str(installed / "html" / "assets.py"))

    assert find_folder("static") == installed / "_static"
    assert find_folder("templates") == tmp_path / "templates"


def test_what_is_vendored_is_what_was_published() -> None:
    sums = list((STATIC / "vendor").glob("*.sha256"))

    assert sums
    for each in sums:
        digest, name = each.read_text(encoding="utf-8").split()
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest
        version = re.search(r"-(\d+\.\d+\.\d+)\.", name)
        assert version is not None
        assert f'version="{version[1]}"' in (STATIC / "vendor" / name).read_text(encoding="utf-8")
        assert list((STATIC / "vendor").glob(f"{name.partition('.min')[0]}*LICENSE*"))


def test_every_vendored_script_has_its_sum() -> None:
    scripts = {path.name for path in (STATIC / "vendor").glob("*.js")}

    assert scripts == {path.name.removesuffix(".sha256") for path in (STATIC / "vendor").glob("*.sha256")}


@pytest.mark.parametrize("coding", codings(), ids=lambda coding: str(coding.name))
def test_each_coding_gives_the_same_bytes_each_time_and_packs_once(coding: Coding) -> None:
    first, second = Assets(STATIC).get("ui.css"), Assets(STATIC).get("ui.css")

    assert first is not None
    assert second is not None
    assert not first[0].is_packed(coding)
    assert first[0].packed(coding) == second[0].packed(coding)
    assert first[0].packed(coding) is first[0].packed(coding)
    assert len(first[0].packed(coding)) < len(first[0].content) / 3
