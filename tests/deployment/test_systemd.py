"""The README's unit: systemd takes it, it leaves little to break out with, and what it runs stops in order."""

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backends.processes import free_port
from tests.cli.process import Process, up
from tests.deployment.readme import file, variables
from tests.robustness.strict import PASSWORD, StrictAPI
from tests.serving import serve
from tests.store.server import RedisServer, redis_server
from webapp.testing import Browser

COMMAND = Path(sys.executable).parent / "webapp"
MOST_EXPOSED = 2.0
"""Of 10, by systemd's own reckoning; 9.6 is a unit that says nothing."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    variables_file, unit = tmp_path / "webapp.env", tmp_path / "webapp.service"
    variables_file.write_text(file("webapp.env"))
    unit.write_text(
        file("webapp.service", {"/opt/webapp/bin/webapp": COMMAND, "/etc/webapp.env": variables_file}), encoding="utf-8"
    )
    return unit


@pytest.fixture
def store() -> Iterator[RedisServer]:
    with redis_server() as found:
        yield found


def settings_of(unit: Path) -> dict[str, str]:
    """What a unit says; of what it says twice, the last."""
    return dict(line.split("=", 1) for line in unit.read_text(encoding="utf-8").splitlines() if "=" in line)


def test_systemd_has_nothing_against_it(unit: Path) -> None:
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def test_it_leaves_little_to_break_out_with(unit: Path, figure: Callable[[str], None]) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)

    assert found is not None, told
    figure(f"exposure {found[1]} of 10")
    assert float(found[1]) <= MOST_EXPOSED


async def test_what_it_runs_serves_and_ends_when_its_first_process_is_told(unit: Path, store: RedisServer) -> None:
    port, settings = free_port(), settings_of(unit)
    with serve(StrictAPI("json").app) as api:
        replaced = {
            "https://api.example.com": api,
            "https://app.example.com": f"http://127.0.0.1:{port}",
            "rediss://webapp:STORE-PASSWORD@store.internal:6379/0?ssl_ca_certs=/etc/ssl/store-ca.pem": store.url,
            "SECRET-KEY": "a key that all processes have and that is long enough",
        }
        process = Process(
            [*shlex.split(settings["ExecStart"].replace("10.0.0.11", "127.0.0.1")), "--port", str(port)],
            env=variables("webapp.env", replaced),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        process.read_on()
        try:
            up(f"http://127.0.0.1:{port}")
            async with Browser(base_url=f"http://127.0.0.1:{port}") as browser:
                await browser.sign_in("ada", PASSWORD)
                assert "ada" in (await browser.get("/-/account")).main
            assert settings["KillMode"] == "mixed"
            process.send_signal(signal.SIGTERM)
            assert process.ended(float(settings["TimeoutStopSec"])) == 0
        finally:
            process.kill()
            process.ended()
            assert process.stdout is not None
            process.stdout.close()
