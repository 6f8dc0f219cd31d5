"""Public names: exact, documented, and no module too long to be read."""

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.source import PACKAGE, Module, modules

MAX_LINES = 400
"""What one can read in one go."""

OVERRIDES = {
    "handle_starttag",
    "handle_startendtag",
    "handle_endtag",
    "handle_data",
    "handle_decl",
    "handle_async_request",
    "format",
    "formatException",
    "formatMessage",
    "formatStack",
}
"""Methods that a library calls."""

PACKAGES = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def test_the_public_names_of_webapp_are_exactly_these() -> None:
    import webapp

    assert list(webapp.__all__) == sorted(webapp.__all__)
    for name in webapp.__all__:
        assert getattr(webapp, name).__name__ == name
    assert dir(webapp) == webapp.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        webapp.nothing  # noqa: B018


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_exports_what_it_imports_and_nothing_else(name: str) -> None:
    package = import_module(f"webapp.{name}")
    offered = _imported_names(package)

    assert sorted(getattr(package, "__all__", [])) == sorted(offered)
    assert list(getattr(package, "__all__", [])) == sorted(getattr(package, "__all__", []), key=_as_ruff_sorts)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_what_is_public_says_what_it_is_for(module: Module) -> None:
    bare = [] if ast.get_docstring(module.tree) or not module.tree.body else [module.name]
    for node in module.tree.body:
        bare += _undocumented(node, "")

    assert bare == []


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_a_module_can_be_read_in_one_go(module: Module) -> None:
    assert module.lines <= MAX_LINES


def _undocumented(node: ast.stmt, within: str) -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return []
    name = f"{within}{node.name}"
    found = [] if ast.get_docstring(node) or _speaks_for_itself(node) else [name]
    if isinstance(node, ast.ClassDef):
        found += [each for inner in node.body for each in _undocumented(inner, f"{name}.")]
    return found


def _speaks_for_itself(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """A property's name says it, as a field's does; what overrides is explained where it was declared."""
    decorators = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
    return bool(decorators & {"property", "cached_property", "setter", "overload"}) or node.name in OVERRIDES


def _imported_names(package: ModuleType) -> list[str]:
    assert package.__file__ is not None
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    return [
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package.__name__}.")
        for alias in node.names
    ]


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name
