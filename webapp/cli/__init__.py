"""The command `webapp`."""

from webapp.cli.start import main

__all__ = ["main"]
