"""A gzip file is read as Python's own reader does, to the last member's checksum, in less time."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib

import pytest

from audits.bill_parts import BLOCK, PACKED_BLOCK, BillRefused, Part, read_through, unpacked

LINE = b"a,b\n"
NOISE = b"".join(hashlib.sha256(number.to_bytes(2)).digest() for number in range(3 * PACKED_BLOCK // 32))
WHOLE = gzip.compress(LINE)
WRONG_SUM, WRONG_LENGTH = WHOLE[:-8] + bytes(4) + WHOLE[-4:], WHOLE[:-4] + bytes(4)
ENDING = next(one for size in range(PACKED_BLOCK, 0, -1) if len(one := gzip.compress(NOISE[:size])) == PACKED_BLOCK)
GOOD = {
    "one member": WHOLE,
    "no content": gzip.compress(b""),
    "several members": WHOLE * 3,
    "an empty member between others": WHOLE + gzip.compress(b"") + WHOLE,
    "noughts behind": WHOLE + bytes(5),
    "more noughts behind than are read at once": WHOLE + bytes(2 * PACKED_BLOCK),
    "noughts between members": WHOLE + bytes(PACKED_BLOCK) + WHOLE,
    "a block exactly": gzip.compress(LINE * (BLOCK // 4)),
    "a line less than three blocks": gzip.compress(LINE * (3 * BLOCK // 4 - 1)),
    "more than is read at once": gzip.compress(NOISE),
    "a member that ends where what is read at once ends": ENDING + WHOLE,
}
BAD = {
    "cut off in the header": WHOLE[:5],
    "cut off in the content": WHOLE[:-9],
    "cut off in the checksum": WHOLE[:-5],
    "long content, cut off": gzip.compress(LINE * BLOCK)[:-9],
    "another checksum": WRONG_SUM,
    "another length": WRONG_LENGTH,
    "another checksum in the second member": WHOLE + WRONG_SUM,
    "something else behind": WHOLE + LINE,
    "something else behind noughts": WHOLE + bytes(PACKED_BLOCK) + LINE,
    "the beginning of a member behind": WHOLE + WHOLE[:4],
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_whole_gzip_file_gives_what_it_holds(content):
    assert b"".join(unpacked(io.BytesIO(content))) == gzip.decompress(content)


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_damaged_gzip_files_are_refused(tmp_path, content):
    with pytest.raises((EOFError, gzip.BadGzipFile, zlib.error)):
        gzip.decompress(content)
    with pytest.raises(BillRefused, match="is a damaged gzip"):
        read_through([written(tmp_path / "bill.csv.gz", content)], is_over=lambda: False)


def written(path, content):
    path.write_bytes(content)
    return Part(path=path, key=path.name)
