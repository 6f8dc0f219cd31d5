"""A start takes no longer than it needs to."""

import subprocess
import sys

import pytest

IMPORTED = """
import sys
from webapp.cli import main
try:
    main(["--version"])
except SystemExit:
    print(*(name for name, module in sys.modules.items() if module), sep="\\n")
"""


@pytest.mark.parametrize(
    ("module", "for_whom"),
    [
        ("webapp.cli.check", "another command"),
        ("webapp.cli.inspect", "another command"),
        ("webapp.demo", "another command"),
        ("webapp.pages.routes", "pages that come later"),
        ("webapp.pages.listview", "pages that come later"),
        ("webapp.forms", "pages that come later"),
        ("fastapi", "the demo"),
        ("tomllib", "those who have a file of configuration"),
        ("yaml", "documents in YAML"),
        ("redis", "sessions in a store"),
        ("authlib", "OpenID providers"),
        ("joserfc", "OpenID providers"),
        ("cryptography", "OpenID providers, and sessions in a store"),
        ("prometheus_client", "metrics"),
        ("opentelemetry", "traces"),
        ("httpx._main", "the command of httpx"),
        ("pygments", "the command of httpx"),
        ("rich", "the command of httpx"),
    ],
)
def test_a_start_imports_nothing_for(module: str, for_whom: str, imported: set[str]) -> None:
    assert "webapp.app" in imported
    assert module not in imported, for_whom


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """What is imported before the command looks at what it was given."""
    ran = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())
