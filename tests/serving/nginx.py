"""A real nginx in front of a server."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.backends.processes import free_port

HEAD = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 768; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
"""
"""How a configuration begins that keeps everything in a folder; `http` is left open."""
CONFIG = (
    HEAD
    + """
  log_format told '$upstream_addr|$status|$request';
  access_log {folder}/access.log told;
  keepalive_timeout 2s;
  client_header_timeout 5s;
  client_body_timeout 5s;
  large_client_header_buffers 4 128k;
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_next_upstream off;
      proxy_request_buffering off;
    }}
  }}
}}
"""
)


class Nginx:
    """Where it listens, and what it has passed on."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder

    @property
    def passed_on(self) -> list[str]:
        """The lines of its log about requests that it took to the server behind it."""
        lines = (self._folder / "access.log").read_text(errors="replace").splitlines()
        return [line for line in lines if not line.startswith("-|")]


@contextlib.contextmanager
def nginx_before(backend: int, folder: Path) -> Iterator[Nginx]:
    """nginx on a free port, in front of the server on the port `backend`, with kept connections to it."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, backend=backend))
    with proxy(nginx_command(folder, config), folder, port):
        yield Nginx(port, folder)


def nginx_command(folder: Path, config: Path) -> list[str]:
    """What runs nginx by a configuration; Debian has it where not everybody looks."""
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(folder), "-c", str(config)]


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
