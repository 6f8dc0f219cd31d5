"""Style sheets and scripts: read once, when first asked for, served under names that change with what is in them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from webapp.codings import Chooser, Coding, codings
from webapp.html.compact import compact_css, compact_script
from webapp.html.validators import is_held
from webapp.record import record

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
PREFIX = "/-/static/"
FOREVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"

BUNDLE = ("js/app.js", "vendor/htmx-*.min.js")
"""What `app.js` is made of: one request for all there is to run. This order packs best."""


def find_folder(name: str) -> Path:
    """`templates` or `static`: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / f"_{name}"
    return installed if installed.is_dir() else package.parent / name


@record(frozen=True)
class Asset:
    """One file as it goes over the wire."""

    name: str
    content: bytes
    _packed: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with the content."""
        return hashlib.sha256(self.content).hexdigest()[:12]

    def packed(self, coding: Coding) -> bytes:
        """The content as small as a coding makes it: done once, then kept."""
        if not self.is_packed(coding):
            self._packed[coding.name] = coding.press(self.content)
        return self._packed[coding.name]

    def is_packed(self, coding: Coding) -> bool:
        """Whether that is done."""
        return coding.name in self._packed

    @property
    def hashed_name(self) -> str:
        """`ui.css` -> `ui.0123456789ab.css`."""
        stem, dot, ending = self.name.rpartition(".")
        return f"{stem}.{self.digest}{dot}{ending}"

    @property
    def media_type(self) -> str:
        return TYPES[f".{self.name.rpartition('.')[2]}"]


class Assets:
    """
    All static files, as an ASGI app that serves them by the path parameter `name`.

    Under the name that `path` gives, an answer is good forever; under its plain name, or one of an earlier version
    that a page in somebody's tab still asks for, it has to be asked for again.
    """

    def __init__(self, directory: Path, *, offered: Sequence[Coding] | None = None) -> None:
        self._files = _files(directory)
        self._assets: dict[str, Asset] = {}
        self._chooser = Chooser(codings() if offered is None else offered)

    def path(self, name: str, *, hue: int | None = None) -> str:
        """
        Where an asset is, below the mount point: `/-/static/ui.<hash>.css`; a style sheet's accent can be set.

        Raises KeyError for one that isn't there.
        """
        return PREFIX + self._find(name if hue is None else _tinted_name(name, hue)).hashed_name

    def get(self, name: str) -> tuple[Asset, bool] | None:
        """The asset of that plain or hashed name, and whether it is exactly that version; None if there is none."""
        match = re.fullmatch(r"(.+)\.[0-9a-f]{12}(\.\w+)", name)
        try:
            asset = self._find(match[1] + match[2] if match else name)
        except KeyError:
            return None
        return asset, name == asset.hashed_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self.get(scope["path_params"]["name"])
        if found is None:
            answer = Response("There is no such file.\n", 404, {"Cache-Control": "no-store"}, "text/plain")
        else:
            asset, exact = found
            coding = self._chooser.choose(",".join(Headers(scope=scope).getlist("accept-encoding")))
            if coding and not asset.is_packed(coding):
                # As small as can be takes a tenth of a second, in which nobody else has to wait.
                await anyio.to_thread.run_sync(asset.packed, coding)
            if coding and len(asset.packed(coding)) >= len(asset.content):
                coding = None
            answer = _answer(scope, asset, exact, coding)
        await answer(scope, receive, send)

    def _find(self, name: str) -> Asset:
        if name not in self._assets:
            # Made when first asked for: no page needs all of them, and any of several processes may be asked.
            self._assets[name] = self._tinted(name) or Asset(name, b"\n".join(map(_content, self._files[name])))
        return self._assets[name]

    def _tinted(self, name: str) -> Asset | None:
        # There are 360 at most of each.
        match = re.fullmatch(r"(.+)-hue-(0|[1-9]\d{0,2})\.css", name, re.ASCII)
        if match is None or int(match[2]) >= 360 or f"{match[1]}.css" not in self._files:
            return None
        plain = self._find(f"{match[1]}.css").content
        return Asset(name, plain + f"\n@layer base{{:root{{--hue:{match[2]}}}}}\n".encode())


def _tinted_name(name: str, hue: int) -> str:
    return f"{name.removesuffix('.css')}-hue-{hue}.css"


def _files(directory: Path) -> dict[str, list[Path]]:
    """What each asset is made of."""
    bundle = [path for pattern in BUNDLE for path in sorted(directory.glob(pattern))]
    files = sorted(path for path in directory.rglob("*") if path.suffix in TYPES and path.is_file())
    # What the bundle is made of is served as a part of it only; our own script has its very name.
    return {**{path.name: [path] for path in files if path not in bundle}, "app.js": bundle}


def _content(path: Path) -> bytes:
    if path.suffix == ".css":
        return compact_css(path.read_text(encoding="utf-8")).encode()
    if path.parent.name == "js":
        return compact_script(path.read_text(encoding="utf-8")).encode()
    return path.read_bytes()


def _answer(scope: Scope, asset: Asset, exact: bool, coding: Coding | None) -> Response:
    content = asset.packed(coding) if coding else asset.content
    headers = {
        "Cache-Control": FOREVER if exact else ASK_FIRST,
        "Content-Type": asset.media_type,
        "ETag": f'"{asset.digest}{f"-{coding.name}" if coding else ""}"',
        "Vary": "Accept-Encoding",
        **({"Content-Encoding": coding.name} if coding else {}),
    }
    if is_held(headers["ETag"], Headers(scope=scope)):
        return Response(status_code=304, headers=headers)
    if scope["method"] == "HEAD":
        return Response(headers={**headers, "Content-Length": str(len(content))})
    return Response(content, headers=headers)
