"""nginx and Caddy by the README's files, in front of frontends."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.deployment.readme import file

# What Debian's own file holds around it, compression included.
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
  gzip on;
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{site}
}}
"""
NOTHING = "127.0.0.1:9"
"""Where nobody listens: two of three frontends are gone."""


def nginx_command(folder: Path, replaced: Mapping[str, object]) -> list[str]:
    """What runs nginx by the README's file, which is checked before."""
    config = folder / "nginx.conf"
    config.write_text(AROUND.format(folder=folder, site=file("webapp.conf", replaced)))
    command = [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(folder), "-c", str(config)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    return command


def caddy_command(folder: Path, replaced: Mapping[str, object]) -> list[str]:
    """What runs Caddy by the README's file, which is checked before."""
    config = folder / "Caddyfile"
    config.write_text(file("Caddyfile", replaced))
    given = ["--config", str(config), "--adapter", "caddyfile"]
    checked = subprocess.run(["caddy", "validate", *given], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    return ["caddy", "run", *given]


def for_nginx(port: int, frontend: str, certificate: Path) -> dict[str, object]:
    """
    Names and addresses of a test's own, instead of those in the file.

    Its patience is shorter than the frontend's, so that one sees which of them has closed a connection.
    """
    return {
        "10.0.0.11:8000": NOTHING,
        "10.0.0.12:8000": frontend,
        "10.0.0.13:8000": NOTHING,
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "server_name app.example.com": "server_name localhost",
        "client_header_timeout 10s": "client_header_timeout 2s",
        "client_body_timeout 10s": "client_body_timeout 2s",
        "/etc/ssl/app.example.com.pem": certificate,
        "/etc/ssl/app.example.com.key": certificate,
    }


def for_caddy(port: int, frontend: str, certificate: Path) -> dict[str, object]:
    """The same; its own certificates would take the internet."""
    return {
        "10.0.0.11:8000 10.0.0.12:8000 10.0.0.13:8000": f"{NOTHING} {frontend} {NOTHING}",
        "app.example.com {": f"https://localhost:{port} {{\n\ttls {certificate} {certificate}",
        "read_header 10s": "read_header 2s",
        "read_body 10m": "read_body 3s",
        "{\n\tservers": "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers",
    }


@contextlib.contextmanager
def proxy(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    """Run a proxy, from when it listens."""
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        until = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
                break
            said = (folder / "proxy.log").read_text()
            assert process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)
