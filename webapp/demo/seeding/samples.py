"""Small real files of several kinds, made on the spot."""

from collections.abc import Callable
from random import Random

from webapp.demo.pictures import png


def sample(rng: Random) -> tuple[str, str, bytes]:
    """A file's name, media type and content."""
    name, media_type, make = rng.choice(KINDS)
    return name, media_type, make(rng)


def pdf(text: str) -> bytes:
    """A page with a line of text on it."""
    fonts = b"<< /Font << /F1 5 0 R >> >>"
    stream = f"BT /F1 18 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources %s >>" % fonts,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    content, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, len(content))
    )


def _picture(rng: Random) -> bytes:
    return png(96, (rng.randrange(200), rng.randrange(200), rng.randrange(200)), rng.getrandbits(32))


def _log(rng: Random) -> bytes:
    lines = (f"09:{rng.randrange(60):02}:{rng.randrange(60):02} WARNING timeout after 30 s" for _ in range(40))
    return "\n".join(sorted(lines)).encode() + b"\n"


def _table(rng: Random) -> bytes:
    rows = (f"{day},{rng.randrange(500)},{rng.random():.3f}\r\n" for day in range(1, 31))
    return ("day,requests,error_rate\r\n" + "".join(rows)).encode()


def _page(_: Random) -> bytes:
    return b"<!doctype html><title>Report</title><h1>Report</h1><script>alert('This must never run')</script>\n"


def _document(_: Random) -> bytes:
    return pdf("Minutes of the meeting")


KINDS: tuple[tuple[str, str, Callable[[Random], bytes]], ...] = (
    ("screenshot.png", "image/png", _picture),
    ("server.log", "text/plain", _log),
    ("requests.csv", "text/csv", _table),
    ("minutes.pdf", "application/pdf", _document),
    ("Überblick, Entwurf 2.png", "image/png", _picture),
    ("report.html", "text/html", _page),
)
