"""nginx and Caddy by the README's files, in front of frontends."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.deployment.readme import file
from tests.serving.nginx import HEAD, nginx_command

# What Debian's own file holds around it, compression included.
AROUND = (
    HEAD
    + """
  gzip on;
  access_log off;
{site}
}}
"""
)
NOTHING = "127.0.0.1:9"
"""Where nobody listens: two of three frontends are gone."""


def nginx_by_readme(folder: Path, replaced: Mapping[str, object]) -> list[str]:
    """What runs nginx by the README's file, which is checked before."""
    config = folder / "nginx.conf"
    config.write_text(AROUND.format(folder=folder, site=file("webapp.conf", replaced)))
    command = nginx_command(folder, config)
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    return command


def caddy_by_readme(folder: Path, replaced: Mapping[str, object]) -> list[str]:
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
