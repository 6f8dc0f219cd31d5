"""
The README's container file, without a daemon: its RUN lines make what it says, and its ENTRYPOINT serves from there.

That runs without any of root's rights, on a file system that can't be written to.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends.processes import free_port, running
from tests.deployment.readme import file
from tests.house.source import ROOT
from tests.robustness.strict import PASSWORD, StrictAPI
from tests.serving import serve
from webapp.testing import Browser

PORT = free_port()
RIGHTLESS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--"]
READ_ONLY = 'mount -o remount,ro,bind / && exec "$@"'


def lines(folder: Path) -> dict[str, list[str]]:
    """What the file says, by its instructions, with the folder instead of those of an image."""
    text = file("Dockerfile", {"/opt/webapp": folder, "'/src[": f"'{ROOT}[", "8000": PORT}).replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            instruction, _, rest = line.partition(" ")
            found.setdefault(instruction, []).append(rest.strip())
    return found


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the RUN lines have made, and the other lines."""
    found = lines(tmp_path_factory.mktemp("image") / "webapp")
    for line in found["RUN"]:
        command = shlex.split(line)
        if command[0] == "python":
            command[0] = sys.executable
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
    return found


def test_it_names_a_python_that_is_new_enough_and_nobody_who_is_root(image: dict[str, list[str]]) -> None:
    assert all(re.match(r"python:3\.1[1-9]-slim\b", line) for line in image["FROM"])
    assert all(int(each) >= 1000 for each in image["USER"][0].split(":"))
    assert image["COPY"][-1].startswith("--from=build ")


async def test_it_serves_and_knows_that_it_is_well(image: dict[str, list[str]]) -> None:
    options, _, check = image["HEALTHCHECK"][0].partition("CMD ")
    health = json.loads(check)
    assert "--timeout=" in options
    assert not is_well(health)
    with serve(StrictAPI("json").app) as api:
        entry = [*json.loads(image["ENTRYPOINT"][0]), "--port", str(PORT)]
        url = f"http://127.0.0.1:{PORT}"
        command = ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", *RIGHTLESS, *entry]
        with running(command, f"{url}/-/readyz", environment={"WEBAPP_API_URL": api}, within=60):
            assert is_well(health)
            async with Browser(base_url=url) as browser:
                await browser.sign_in("ada", PASSWORD)
                assert "ada" in (await browser.get("/-/account")).main


def is_well(check: list[str]) -> bool:
    """What the health check says."""
    return subprocess.run(check, capture_output=True, check=False).returncode == 0
