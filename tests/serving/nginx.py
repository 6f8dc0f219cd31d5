"""A real nginx in front of a server."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  log_format told '$upstream_addr|$status|$request';
  access_log {folder}/access.log told;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
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
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, backend=backend))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Nginx(port, folder)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        assert process.poll() is None, "nginx ended before it served"
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.1)
    raise RuntimeError("nginx did not start")
