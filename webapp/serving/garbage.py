"""How often a server looks for garbage: objects that hold each other, which nothing else can find."""

import gc

NEW_OBJECTS = 5_000
"""Objects more than at the last look, some fifty pages' worth; Python's own 700 are seven pages."""
LOOKS = 20
"""Looks at new objects for one at those that have stayed, and of those for one at all there are."""


def look_seldom() -> None:
    """
    Look for garbage a seventh as often as Python does by itself.

    A page leaves next to none, and each look goes through what the requests under way hold.
    """
    gc.set_threshold(NEW_OBJECTS, LOOKS, LOOKS)
