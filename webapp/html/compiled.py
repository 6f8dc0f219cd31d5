"""
Our templates as they were compiled, kept in `__pycache__` beside them, as Python keeps what it compiles.

Like there, it's done as far as the folder can be written to, it obeys `PYTHONDONTWRITEBYTECODE` and
`PYTHONPYCACHEPREFIX`, and what lies there is trusted: whoever can write it can write the templates as well, and they
are programs. What lies in other folders is compiled at each start: they are others', and change.
"""

import contextlib
import hashlib
import marshal
import sys
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType

import jinja2
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Keeps the templates that lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - as Jinja calls it
        """The file that a template is kept in; nothing for those of other folders."""
        if filename is None or not Path(filename).is_relative_to(self._folder):
            return ""
        return cache_from_source(f"{filename}.py")

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """What is kept of a template, if it's what this very text would be compiled to here."""
        way = [environment.code_generator_class, *environment.extensions]
        of = [_compiler(), repr(way).encode(), source.encode("utf-8", "surrogatepass")]
        bucket = Bucket(environment, self.get_cache_key(name, filename), hashlib.sha256(b"\0".join(of)).hexdigest())
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Find what was kept under that checksum."""
        checksum = bucket.checksum.encode()
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
            kept = Path(bucket.key).read_bytes() if bucket.key else b""
            code = marshal.loads(kept[len(checksum) :]) if kept.startswith(checksum) else None  # noqa: S302 - see above
            if isinstance(code, CodeType):
                bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled; where that can't be, it's compiled again next time."""
        if bucket.key and not sys.dont_write_bytecode:
            # At once and for all to read, or not at all, as Python writes its own.
            as_python = SourceFileLoader(__name__, __file__)
            as_python.set_data(bucket.key, bucket.checksum.encode() + marshal.dumps(bucket.code))


@cache
def _compiler() -> bytes:
    """All that says what a template is compiled to: Python, Jinja, and the code of this package."""
    ours = (each.read_bytes() for each in sorted(Path(__file__).parent.rglob("*.py")))
    return hashlib.sha256(b"".join([MAGIC_NUMBER, jinja2.__version__.encode(), *ours])).digest()
