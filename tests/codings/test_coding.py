"""What is packed can be unpacked by the libraries that browsers use, whole and while it still comes."""

import gzip
import random
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import brotli
import pytest
from backports import zstd

from webapp.codings import Coding, codings, page_codings
from webapp.codings.coding import IGZIP, LIBDEFLATE, gzip_coding

CHANCE = random.Random(3)
WORDS = ["".join(CHANCE.choices("etaoinshrdlu", k=CHANCE.randint(2, 9))) for _ in range(300)]
PAGE = "".join(
    f'<tr id="issues-{n}"><td class="k-text">{" ".join(CHANCE.choices(WORDS, k=6))}</td></tr>\n' for n in range(200)
).encode()
NOISE = CHANCE.randbytes(200_000)

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
}


def unpacker(name: str) -> Callable[[bytes], bytes]:
    """Unpacks what has come so far."""
    unpack: Callable[[bytes], bytes] = zlib.decompressobj(31).decompress
    if name == "br":
        unpack = brotli.Decompressor().process
    elif name == "zstd":
        unpack = zstd.ZstdDecompressor().decompress
    return unpack


EACH = {**{coding.name: coding for coding in codings()}, "gzip without the extra": gzip_coding(None, None)}


@pytest.fixture(params=[*EACH.values()], ids=[*EACH])
def coding(request: Any) -> Coding:
    """Each of those there are."""
    found: Coding = request.param
    return found


def test_with_the_extra_there_are_three_and_brotli_comes_first() -> None:
    assert [coding.name for coding in codings()] == ["br", "zstd", "gzip"]


def test_for_pages_zstd_comes_first() -> None:
    assert [coding.name for coding in page_codings()] == ["zstd", "br", "gzip"]


def test_without_the_extra_there_is_gzip() -> None:
    hidden = dict.fromkeys(("brotli", "backports", "compression", "deflate", "isal"))
    script = f"""
import gzip, sys
sys.modules.update({hidden})
from webapp.codings import codings
[coding] = codings()
print(coding.name, gzip.decompress(coding.pack(b"page")), gzip.decompress(coding.press(b"file")))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "gzip b'page' b'file'\n"


def test_a_start_does_not_wait_for_libraries_that_pack() -> None:
    script = """
import sys
from webapp.codings import page_codings
found = page_codings()
names = ("brotli", "isal", "deflate", "backports.zstd", "compression.zstd")
print([name for name in names if name in sys.modules], len(found), len(found[0].pack(b"page" * 1000)) < 100)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[] 3 True\n"


def test_with_the_extra_files_are_smaller_and_pages_are_a_sixth_larger_at_most() -> None:
    with_it, without = gzip_coding(IGZIP, LIBDEFLATE), gzip_coding(None, None)

    assert len(with_it.press(PAGE)) < len(without.press(PAGE))
    assert len(with_it.pack(PAGE)) <= len(without.pack(PAGE)) * 7 / 6


@pytest.mark.parametrize("content", [b"", b"a", PAGE, NOISE], ids=["nothing", "letter", "page", "noise"])
def test_whatever_is_packed_or_pressed_comes_out_again(coding: Coding, content: bytes) -> None:
    assert UNPACK[coding.name](coding.pack(content)) == content
    assert UNPACK[coding.name](coding.press(content)) == content


def test_what_is_kept_is_pressed_smaller_than_what_goes_out_once(coding: Coding) -> None:
    assert len(coding.press(PAGE)) <= len(coding.pack(PAGE)) < len(PAGE) / 2


def test_the_same_bytes_are_packed_the_same_each_time(coding: Coding) -> None:
    assert coding.pack(PAGE) == coding.pack(PAGE)
    assert coding.press(PAGE) == coding.press(PAGE)


def test_every_piece_can_be_read_before_the_next_one_comes(coding: Coding) -> None:
    pack, unpack = coding.packer(), unpacker(coding.name)

    for piece in (PAGE[:100], b"", PAGE[100:5000], NOISE):
        assert unpack(pack(piece, False)) == piece

    assert unpack(pack(b"the end", True)) == b"the end"


def test_answers_that_come_in_pieces_at_once_do_not_mix(coding: Coding) -> None:
    first, second = coding.packer(), coding.packer()

    one = first(b"one ", False)
    two = second(b"two ", False)

    assert UNPACK[coding.name](one + first(b"and one", True)) == b"one and one"
    assert UNPACK[coding.name](two + second(b"and two", True)) == b"two and two"
