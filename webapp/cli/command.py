"""The command: `webapp run TARGET`, `webapp check TARGET`, `webapp inspect TARGET` and `webapp demo`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from webapp import __version__
from webapp.cli.run import demo, run
from webapp.errors import APIError, DocumentError, SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 2 where an argument or setting is wrong, 1 where the API is."""
    given = _parser().parse_args(arguments)
    try:
        match given.command:
            case "demo":
                return demo(given)
            case "inspect":
                from webapp.cli.inspect import inspect

                return inspect(given)
            case "check":
                from webapp.cli.check import check

                return check(given)
        return run(given)
    except (SettingsError, DocumentError, APIError) as error:
        print(f"webapp: {error}", file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webapp", description="A web frontend for any JSON API.")
    parser.add_argument("--version", action="version", version=f"webapp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("run", help="serve the frontend of an API")
    serve.add_argument(
        "target",
        metavar="TARGET",
        nargs="?",
        help="the API's base URL, its OpenAPI document's URL or file, or module:app for an ASGI app "
        "(default: $WEBAPP_API_URL)",
    )
    serve.add_argument(
        "--api", metavar="URL", help="the API's base URL, where TARGET is a document that doesn't say it"
    )
    serve.add_argument("--openapi", metavar="URL|FILE", help="the OpenAPI document, where it isn't found from TARGET")
    serve.add_argument("--templates", metavar="FOLDER", type=Path, help="templates that come before the built-in ones")
    serve.add_argument("--title", help="what the site is called (default: the document's title)")
    serve.add_argument(
        "--workers",
        metavar="N",
        type=int,
        default=1,
        help="processes; they share sessions by WEBAPP_SESSION_STORE: redis://HOST:PORT/DB, unix:///PATH, "
        "redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST (rediss... for TLS)",
    )
    for handed_on in ("--fd", "--parent", "--number"):
        serve.add_argument(handed_on, type=int, help=argparse.SUPPRESS)
    serve.add_argument("--config", metavar="FILE", help="what the pages get wrong, as `webapp inspect` writes it")
    _add_address(serve)

    show = commands.add_parser("inspect", help="print what is made of an API, as a file to edit for --config")
    show.add_argument("target", metavar="TARGET", nargs="?", help="as for run")
    show.add_argument("--api", metavar="URL", help="as for run")
    show.add_argument("--openapi", metavar="URL|FILE", help="as for run")
    show.add_argument("--config", metavar="FILE", help="what to begin with")
    show.add_argument("--token", metavar="FILE", help="a file with a bearer token to ask with; - reads it")

    look = commands.add_parser("check", help="tell what is unsafe or wrong in the configuration")
    look.add_argument("target", metavar="TARGET", nargs="?", help="as for run")
    look.add_argument("--api", metavar="URL", help="as for run")
    look.add_argument("--openapi", metavar="URL|FILE", help="as for run")
    look.add_argument("--config", metavar="FILE", help="as for run")
    look.add_argument("--strict", action="store_true", help="end with 1 where there are warnings")
    look.add_argument("--json", action="store_true", help="print a list of objects")

    try_out = commands.add_parser("demo", help="serve the frontend of the embedded demo API")
    try_out.set_defaults(fd=None, parent=None, number=None)
    _add_address(try_out)
    return parser


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")
