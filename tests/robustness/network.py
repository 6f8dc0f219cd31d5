"""Machines on one switch, each a network namespace of its own, that can be cut off. It takes root, on Linux."""

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

_IP = shutil.which("ip") or "/usr/sbin/ip"
_CLONE_NEWNET = 0x40000000


class Network:
    """A switch in a namespace of its own, so that nothing of it is seen, or stands in the way, outside."""

    def __init__(self) -> None:
        self._prefix = f"webapp{os.getpid()}"
        self._spaces: list[str] = []
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Make the switch; a RuntimeError says why that can't be done."""
        self._space("switch")
        self._ip("-n", self._name("switch"), "link", "add", "bridge", "type", "bridge")
        self._ip("-n", self._name("switch"), "link", "set", "bridge", "up")

    def add(self, name: str, address: str) -> None:
        """Make a machine and plug it in."""
        self._space(name)
        space, switch = self._name(name), self._name("switch")
        self._ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", "name", name, "netns", switch)
        self._ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
        self._ip("-n", space, "link", "set", "lo", "up")
        self._ip("-n", space, "link", "set", "eth0", "up")
        self._ip("-n", switch, "link", "set", name, "master", "bridge")
        self._ip("-n", switch, "link", "set", name, "up")

    def cut_off(self, name: str) -> None:
        """Pull a machine's plug: what is sent to it vanishes."""
        self._ip("-n", self._name("switch"), "link", "set", name, "down")

    def plug_in(self, name: str) -> None:
        """Put it back."""
        self._ip("-n", self._name("switch"), "link", "set", name, "up")

    def part(self, name: str, address: str) -> None:
        """Have nothing that a machine sends to this address arrive there."""
        self._ip("-n", self._name(name), "route", "add", "blackhole", f"{address}/32")

    def rejoin(self, name: str, address: str) -> None:
        """Have it arrive again."""
        self._ip("-n", self._name(name), "route", "del", "blackhole", f"{address}/32")

    def run(self, name: str, command: Sequence[str], log: IO[bytes], **environ: str) -> "subprocess.Popen[bytes]":
        """Run a program on a machine; it's killed with the network, if not before."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("WEBAPP_")}
        process = subprocess.Popen(
            [_IP, "netns", "exec", self._name(name), *command],
            env={**env, **environ},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes.append(process)
        return process

    @contextlib.contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Open this thread's sockets on a machine."""
        with (
            Path("/proc/thread-self/ns/net").open("rb") as here,
            (Path("/run/netns") / self._name(name)).open("rb") as there,
        ):
            _enter(there)
            try:
                yield
            finally:
                _enter(here)

    def close(self) -> None:
        """Have all of it gone, programs first."""
        for process in self._processes:
            process.kill()
            process.wait()
        for space in self._spaces:
            subprocess.run([_IP, "netns", "delete", space], capture_output=True, check=False)

    def _space(self, name: str) -> None:
        self._ip("netns", "add", self._name(name))
        self._spaces.append(self._name(name))

    def _name(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def _ip(self, *arguments: str) -> None:
        ran = subprocess.run([_IP, *arguments], capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(
                f"`ip {' '.join(arguments)}` fails: {ran.stderr.strip()}. "
                "Network namespaces take root (in a container: CAP_NET_ADMIN and CAP_SYS_ADMIN)."
            )


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """A network that is gone in the end, whatever happens."""
    made = Network()
    try:
        made.start()
        yield made
    finally:
        made.close()


def _enter(space: IO[bytes]) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "can't enter a network namespace")
