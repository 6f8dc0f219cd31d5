"""The contents of attachments: files in a folder of their own."""

import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO


class FileStore:
    """A folder of files under random names; a temporary one, gone after `close`, where none is named."""

    def __init__(self, folder: Path | None) -> None:
        self._given = folder
        self._folder: Path | None = None
        self._waiting: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._finalizer: weakref.finalize[[str], FileStore] | None = None

    def save(self, content: BinaryIO) -> str:
        """Keep a copy of a file; returns the name it is kept under."""
        name = secrets.token_hex(16)
        with self.path(name).open("xb") as kept:
            shutil.copyfileobj(content, kept, 1024 * 1024)
        return name

    def expect(self, files: Mapping[str, bytes]) -> None:
        """Have these files, by name; each is written when it is first wanted, so that idle demos leave no folder."""
        with self._lock:
            self._waiting.update(files)

    def delete(self, name: str) -> None:
        """Forget a file; one that is gone already is fine."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Where the file of that name lies."""
        with self._lock:
            path = self._opened() / name
            content = self._waiting.pop(name, None)
            if content is not None:
                path.write_bytes(content)
        return path

    def close(self) -> None:
        """Remove the folder if it is a temporary one."""
        with self._lock:
            if self._finalizer is not None:
                self._finalizer()
            self._folder = self._finalizer = None
            self._waiting.clear()

    def _opened(self) -> Path:
        if self._folder is None and self._given is not None:
            self._given.mkdir(parents=True, exist_ok=True)
            self._folder = self._given
        elif self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="tracker-"))
            self._finalizer = weakref.finalize(self, shutil.rmtree, str(self._folder), ignore_errors=True)
        return self._folder
