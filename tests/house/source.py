"""The package's source, as the tests of the house read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "webapp"

FLOORS = (
    ("errors", "record"),
    ("settings", "codings"),
    ("client", "store"),
    ("sessions", "openapi"),
    ("oidc",),
    ("html", "forms", "security", "observability"),
    ("pages",),
    ("frontend", "serving"),
    ("app",),
    ("cli", "testing"),
    ("__main__",),
)
"""The rooms from the bottom up; a room may use what lies below its floor, and not its neighbours."""


@dataclass(frozen=True)
class Module:
    """One module of the package."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    @property
    def room(self) -> str:
        """The part of the house it stands in: `client` for `webapp.client.pool`; empty for `webapp` itself."""
        return room(self.name)

    @property
    def lines(self) -> int:
        """How long it is."""
        return len(self.path.read_text(encoding="utf-8").splitlines())

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module it imports, in whatever scope, with the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.path}:{node.lineno}: a relative import"
                assert node.module is not None
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield (inner if _is_module(inner) else node.module), node.lineno


def modules() -> list[Module]:
    """All of them."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append(Module(".".join(part for part in parts if part != "__init__"), path))
    return found


def room(module: str) -> str:
    """The part of the house that a module of ours stands in."""
    return module.partition(".")[2].partition(".")[0]


def floor(of_room: str) -> int:
    """How high a room lies; raises KeyError for one that isn't on the plan."""
    for height, rooms in enumerate(FLOORS):
        if of_room in rooms:
            return height
    raise KeyError(of_room)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()
