"""The command `webapp`."""

from webapp.cli.command import main

__all__ = ["main"]
