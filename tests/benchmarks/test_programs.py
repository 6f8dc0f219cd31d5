"""Servers that are started by a command, and what is installed for them."""

import os
import sys
from pathlib import Path

import pytest

from tests.backends.processes import free_port
from tests.benchmarks import cores, peers
from tests.benchmarks.load import load
from tests.benchmarks.peers.install import installed
from tests.benchmarks.programs import Program

GREEDY = "while True: pass"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GREEDY!r}])"


def test_a_program_tells_what_it_uses_from_the_time_it_listens(tmp_path: Path) -> None:
    port = free_port()
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    command = [sys.executable, "-m", "http.server", "-p", "HTTP/1.1", "-b", "127.0.0.1", "-d", str(tmp_path), str(port)]
    with Program(command, port, log=tmp_path / "log") as program:
        before = program.cpu()
        load(program.port, request, connections=1, total=20)

        assert program.cpu() > before > 0
        assert program.memory() > 1_000_000


def test_what_a_program_s_children_use_counts(tmp_path: Path) -> None:
    program = Program([sys.executable, "-c", PARENT], free_port(), log=tmp_path / "log")
    try:
        # The parent does next to nothing, so this is hers and the child's.
        while program.cpu() < 0.5:
            assert program.memory() > 0
    finally:
        program.__exit__(None, None, None)


def test_a_program_that_does_not_come_up_says_what_it_printed(tmp_path: Path) -> None:
    program = Program([sys.executable, "-c", "raise SystemExit('no disk')"], free_port(), log=tmp_path / "log")

    with pytest.raises(RuntimeError, match="no disk"), program:
        raise AssertionError("It came up.")


def test_what_is_kept_to_a_core_starts_its_programs_there() -> None:
    before = os.sched_getaffinity(0)
    with cores.only(cores.MEASURED):
        assert os.sched_getaffinity(0) == cores.MEASURED

    assert os.sched_getaffinity(0) == before


def test_a_list_is_installed_once_and_again_when_it_changes(tmp_path: Path) -> None:
    wanted = tmp_path / "some.txt"
    wanted.write_text("one==1")
    runs: list[str] = []

    def install(wanted: Path, folder: Path) -> None:
        runs.append(wanted.read_text())

    folders = {installed(wanted, install, tmp_path / "cache") for _ in range(2)}
    wanted.write_text("one==2")
    folders.add(installed(wanted, install, tmp_path / "cache"))

    assert runs == ["one==1", "one==2"]
    assert folders == {tmp_path / "cache" / "some"}


def test_what_failed_to_be_installed_is_tried_again(tmp_path: Path) -> None:
    wanted, tries = tmp_path / "some.txt", iter([peers.Missing("no network"), None])
    wanted.write_text("one==1")

    def install(wanted: Path, folder: Path) -> None:
        error = next(tries)
        if error:
            raise error

    with pytest.raises(peers.Missing, match="no network"):
        installed(wanted, install, tmp_path / "cache")

    assert installed(wanted, install, tmp_path / "cache").is_dir()
    assert next(tries, "none left") == "none left"


def test_without_node_its_contestant_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(peers.Missing, match="there is no node on this machine"):
        peers.node_packages("express")
