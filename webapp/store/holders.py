"""
Which process holds a lock, so that others on its machine know at once when it is no more.

Only what can't be mistaken counts: the kernel knows no process of that number, or it's another one that has the number
by now. One that is stopped, or is given no CPU for long, lives: what it has sent may still be answered, and it'll save
that. Of another machine's, or another container's, nothing can be known.
"""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path


@cache
def name_of(pid: int) -> str:
    """A name that no other process has, on any machine; empty where the system doesn't tell (not Linux)."""
    try:
        return f"{_machine()}-{pid}-{_stat(pid)[1]}"
    except (OSError, IndexError):
        return ""


def is_gone(name: str) -> bool:
    """Whether the process of this name was one of this machine's, and is no more."""
    machine, _, process = name.partition("-")
    pid, _, began = process.partition("-")
    try:
        if not pid.isdecimal() or machine != _machine():
            return False
        os.kill(int(pid), 0)  # as /proc may hide what there is
        state, began_now = _stat(int(pid))
    except ProcessLookupError:
        return True
    except (OSError, IndexError, OverflowError):
        return False
    return began_now != began or state in "ZX"


@cache
def _machine() -> str:
    """One start of one machine, and the numbering of processes there."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    return sha256(f"{boot}{Path('/proc/self/ns/pid').readlink()}".encode()).hexdigest()[:16]


def _stat(pid: int) -> tuple[str, str]:
    """A process' state and when it began, in ticks since the machine's start (proc_pid_stat(5), fields 3 and 22)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return fields[0], fields[19]
