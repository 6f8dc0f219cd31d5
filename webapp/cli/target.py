"""What TARGET names."""

import sys
from importlib import import_module
from pathlib import Path

from starlette.types import ASGIApp

from webapp.errors import SettingsError


def read_target(text: str) -> str | ASGIApp:
    """The URL, the file, or the ASGI app that is named; SettingsError for none of these."""
    if "://" in text or Path(text).is_file():
        return text
    module, colon, name = text.partition(":")
    if name.partition("/")[0].isdecimal():
        raise SettingsError(f"TARGET is {text!r}, which lacks its scheme; is it http://{text}?")
    if not colon or not module or not name:
        raise SettingsError(
            f"TARGET is {text!r}, which is neither an http:// or https:// URL nor a file nor module:app."
        )
    sys.path.insert(0, "")
    try:
        app: ASGIApp = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"TARGET is {text!r}, which can't be imported: {error}.") from None
    if not callable(app):
        raise SettingsError(f"TARGET is {text!r}, which is no ASGI app but {type(app).__name__}.")
    return app
