"""Imports point down, and each library stays in the rooms that are there for it."""

import ast
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.house.source import FLOORS, Module, floor, modules, room


def test_every_module_has_its_place_on_the_plan() -> None:
    planned = {each for rooms in FLOORS for each in rooms} | {"", "demo"}

    assert {module.room for module in modules()} <= planned


def test_imports_point_down() -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for module in modules()
        if module.room not in ("", "demo")
        for name, line in module.imports()
        if _is_ours(name) and not _may_import(module.room, room(name))
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("here", "there", "allowed"),
    [
        ("pages", "html", True),
        ("html", "pages", False),
        ("sessions", "openapi", False),
        ("client", "client", True),
        ("cli", "demo", True),
        ("pages", "demo", False),
        ("client", "", True),
    ],
)
def test_the_plan_tells_up_from_down(here: str, there: str, allowed: bool) -> None:
    assert _may_import(here, there) is allowed


def test_the_demo_imports_nothing_of_ours() -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for module in modules()
        if module.room == "demo"
        for name, line in module.imports()
        if _is_ours(name) and room(name) != "demo"
    ]

    assert wrong == []


RULES: list[tuple[str, Callable[[Module], bool]]] = [
    ("httpx", lambda module: module.room in ("client", "frontend", "app", "testing")),
    ("aiohappyeyeballs", lambda module: module.room == "client"),
    ("httptools", lambda module: module.room in ("client", "serving")),
    ("msgspec", lambda module: module.room == "client"),
    ("starlette", lambda module: module.room not in ("client", "openapi", "errors", "settings")),
    ("jinja2", lambda module: module.room == "html"),
    ("itsdangerous", lambda module: module.room == "sessions"),
    ("authlib", lambda module: module.name == "webapp.oidc.jose"),
    ("joserfc", lambda module: module.room == "oidc"),
    ("uvicorn", lambda module: module.room in ("cli", "serving")),
    ("fastapi", lambda module: module.room == "demo"),
    ("prometheus_client", lambda module: module.room == "observability"),
    ("opentelemetry", lambda module: module.room == "observability"),
    ("pytest", lambda module: False),
]


@pytest.mark.parametrize(("library", "allowed"), RULES, ids=[library for library, _ in RULES])
def test_a_library_is_imported_only_where_it_belongs(library: str, allowed: Callable[[Module], bool]) -> None:
    wrong = [
        f"{module.name}:{line}"
        for module in modules()
        for name, line in module.imports()
        if name.partition(".")[0] == library and not allowed(module)
    ]

    assert wrong == []


def test_dataclasses_are_records() -> None:
    """
    Which the start of the command has so many of that it takes a quarter longer with those of the library.

    Settings are what others make and hold, so that nothing changes them when it runs either.
    """
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.room not in ("record", "settings", "demo")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses"
        for alias in node.names
        if alias.name == "dataclass"
    ]

    assert wrong == []


def test_no_private_name_crosses_a_wall() -> None:
    wrong = [
        f"{module.name}:{node.lineno} imports {alias.name} from {node.module}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module != module.name
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("webapp", {"starlette", "httpx", "jinja2", "aiohttp", "uvicorn"}),
        ("webapp.errors", {"starlette", "httpx", "jinja2", "aiohttp", "uvicorn"}),
        (
            "webapp.client",
            {"starlette", "jinja2", "uvicorn", "fastapi", "itsdangerous", "webapp.sessions", "webapp.html"},
        ),
        ("webapp.openapi.resources", {"starlette", "jinja2", "uvicorn", "webapp.html", "webapp.sessions"}),
        ("webapp.testing", {"fastapi", "playwright", "pytest", "aiohttp", "uvicorn", "webapp.app", "webapp.frontend"}),
        ("webapp.app", {"fastapi", "uvicorn", "webapp.demo", "webapp.testing", "authlib", "joserfc", "cryptography"}),
    ],
)
def test_importing_a_part_brings_only_what_it_needs(imported: str, absent: set[str]) -> None:
    code = f"import sys, {imported}; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert imported in loaded
    assert sorted(absent & set(loaded)) == []


def _is_ours(name: str) -> bool:
    return name == "webapp" or name.startswith("webapp.")


def _may_import(here: str, there: str) -> bool:
    if there in ("", here):
        # `webapp` itself holds the version and lazy names.
        return True
    if there == "demo":
        return here == "cli"
    return floor(there) < floor(here)
