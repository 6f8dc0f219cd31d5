"""Where the contents of attachments lie."""

import gc
from io import BytesIO
from pathlib import Path

from webapp.demo.files import FileStore


def test_a_temporary_folder_goes_with_the_store() -> None:
    files = FileStore(None)
    path = files.path(files.save(BytesIO(b"content")))
    assert path.read_bytes() == b"content"

    del files
    gc.collect()

    assert not path.parent.exists()


def test_a_folder_of_one_s_own_stays(tmp_path: Path) -> None:
    files = FileStore(tmp_path / "files")
    name = files.save(BytesIO(b"content"))

    files.close()

    assert FileStore(tmp_path / "files").path(name).read_bytes() == b"content"


def test_deleting_twice_is_fine(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    name = files.save(BytesIO(b""))

    files.delete(name)
    files.delete(name)

    assert list(tmp_path.iterdir()) == []


def test_expected_files_are_written_when_they_are_wanted(tmp_path: Path) -> None:
    files = FileStore(tmp_path / "files")
    files.expect({"one": b"1", "other": b"2"})
    assert not (tmp_path / "files").exists()

    assert files.path("one").read_bytes() == b"1"
    files.delete("one")
    files.delete("other")

    assert list((tmp_path / "files").iterdir()) == []
