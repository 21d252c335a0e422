"""Reading an archive always comes to an end, whatever the bytes, and agrees with zipfile where that writes them."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.receiver.archive import Unzipped, unzip

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")

LIMIT = 1 << 20

parts = st.sampled_from(["a", "b", "users.csv", "..", ".", "", "__MACOSX", "é", "x" * 256, "c\\d"])
paths = st.lists(parts, min_size=1, max_size=4).map("/".join)
members = st.lists(
    st.tuples(paths, st.binary(max_size=300), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])), max_size=5
)


def written(files, *, seekable=True):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer if seekable else _Stream(buffer), "w") as archive:
        for path, data, method in files:
            archive.writestr(zipfile.ZipInfo(path), data, method)
    return buffer.getvalue()


class _Stream(io.RawIOBase):
    """A sink that cannot go back, so that zipfile writes descriptors."""

    def __init__(self, sink):
        self.sink = sink

    def writable(self):
        return True

    def write(self, data):
        return self.sink.write(data)


def in_bounds(content, outcome):
    assert isinstance(outcome, Unzipped)
    assert sum(len(entry.content) for entry in outcome.entries) <= LIMIT
    assert not (outcome.entries and (outcome.thrown or outcome.too_large))
    assert outcome.thrown is None or 0 <= outcome.thrown.offset <= len(content)
    assert outcome.end is None or 0 <= outcome.end <= len(content)
    assert not outcome.io_exception or outcome.thrown


@given(st.binary(max_size=400))
def test_any_bytes_return(content):
    in_bounds(content, unzip(content, limit=LIMIT))
    in_bounds(content, unzip(b"PK\x03\x04" + content, limit=LIMIT))


@given(members, st.booleans(), st.data())
def test_damaged_archives_return(files, seekable, data):
    content = bytearray(written(files, seekable=seekable))
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = bytes(content[: data.draw(st.integers(0, len(content)))])
    in_bounds(cut, unzip(cut, limit=LIMIT))


@given(st.lists(st.tuples(st.from_regex(r"([a-d]{1,3}/)?[a-d]{1,3}\.csv", fullmatch=True), st.binary(max_size=300)), max_size=5))
def test_plain_archives_give_back_what_was_written(files):
    content = written([(path, data, zipfile.ZIP_DEFLATED) for path, data in files])
    assert [(entry.path, entry.content) for entry in unzip(content).entries] == files


@given(members)
def test_streaming_changes_nothing_for_deflated_entries(files):
    files = [(path, data, zipfile.ZIP_DEFLATED) for path, data, _ in files]
    plain, streamed = unzip(written(files)), unzip(written(files, seekable=False))
    assert [(entry.path, entry.content) for entry in plain.entries] == [(entry.path, entry.content) for entry in streamed.entries]
    assert (plain.thrown is None) == (streamed.thrown is None)
