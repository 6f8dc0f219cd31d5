"""What a frontend is told to be the frontend of, settled before anything is opened."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from webapp.client.writing import CSRF, Writing
from webapp.errors import DocumentError, SettingsError
from webapp.openapi.discover import looks_like_document
from webapp.openapi.document import Document
from webapp.openapi.overrides.reading import parse_overrides, read_overrides
from webapp.openapi.overrides.values import APIOverride, Overrides
from webapp.pages.fetching import Reading, read_capped, stamp_of
from webapp.settings import Settings


def settled(
    settings: Settings, target: str | ASGIApp | None, openapi: str | None, templates: str | Path | None
) -> tuple[Settings, Reading | None]:
    """
    The settings with what `create_app` is told besides; raises SettingsError.

    A document's file that had to be read for that is given along.
    """
    reading = None
    if isinstance(target, str):
        is_document = looks_like_document(target) if "://" in target else Path(target).is_file()
        settings = replace(settings, openapi=target) if is_document else replace(settings, api_url=target)
    elif target is not None:
        settings = replace(settings, api_url="http://api", document_refresh=0.0)
    if openapi is not None:
        settings = replace(settings, openapi=openapi)
    if settings.openapi and "://" not in settings.openapi:
        if not Path(settings.openapi).is_file():
            raise SettingsError(f"The OpenAPI document {settings.openapi!r} is no file, nor a URL.")
        if settings.api_url is None:
            base_url, reading = _base_of_file(Path(settings.openapi))
            settings = replace(settings, api_url=base_url)
    if templates is not None:
        settings = replace(settings, templates=Path(templates))
    if settings.api_url is None and settings.openapi is None:
        raise SettingsError("WEBAPP_API_URL is not set, so there is no API to be the frontend of.")
    return settings, reading


def _base_of_file(path: Path) -> tuple[str, Reading]:
    """Where the API of a document in a file is, as the document says."""
    try:
        stamp = stamp_of(path)
        content = read_capped(path)
        document = Document.parse(content)
    except (DocumentError, OSError) as error:
        raise SettingsError(f"The OpenAPI document {str(path)!r} can't be read: {error}") from error
    if document.base_url is None:
        raise SettingsError(f"{str(path)!r} doesn't say where its API is; --api or WEBAPP_API_URL does.")
    return document.base_url, Reading(content, document.root, stamp)


def overrides_of(settings: Settings, config: str | Path | Mapping[str, Any] | None) -> Overrides:
    """What is said about the site, in a mapping or a file; raises SettingsError."""
    if isinstance(config, Mapping):
        return read_overrides(config)
    path = config or settings.config
    if path is None:
        return Overrides()
    try:
        return parse_overrides(Path(path).read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(f"The configuration {str(path)!r} can't be read: {error.strerror}.") from error


def writing_of(said: APIOverride) -> Writing:
    """What every write is said to carry."""
    csrf = said.csrf
    return Writing(
        {name.lower(): value for name, value in said.write_headers.items()},
        CSRF(csrf.cookie or "", csrf.header or "", csrf.path or "") if csrf else None,
        said.media_type or "",
    )
