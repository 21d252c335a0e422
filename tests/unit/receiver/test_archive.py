"""What the server sees in a ZIP; what each case gives was seen by running its reading on Java 25."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest

from provkit.receiver.archive import Fault, unzip

DATA = b"user_id,listing_id\n1,2\n" * 20


def member(name, data=DATA, *, method=8, flags=0, crc=None, packed=None, size=None, extra=b"", behind=b"", body=None):
    """One local header with what follows it; every field can be told to lie."""
    name = name if isinstance(name, bytes) else name.encode()
    if body is None:
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = deflater.compress(data) + deflater.flush() if method == 8 else data
    crc = zlib.crc32(data) if crc is None else crc
    packed = len(body) if packed is None else packed
    size = len(data) if size is None else size
    header = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, method, 0, 0, crc, packed, size, len(name), len(extra))
    return header + name + extra + body + behind


def packed_size(data=DATA):
    return len(member("x", data)) - 31


def streamed(name, data=DATA, *, layout="<LLL", signature=b"PK\x07\x08", stated=None, **more):
    """A streamed entry: zeros in front, the descriptor behind."""
    descriptor = signature + struct.pack(layout, zlib.crc32(data), packed_size(data), len(data) if stated is None else stated)
    return member(name, data, flags=8, crc=0, **({"packed": 0, "size": 0} | more), behind=descriptor)


def names(content):
    outcome = unzip(content)
    assert outcome.thrown is None
    return [entry.name for entry in outcome.entries]


def thrown(content):
    outcome = unzip(content)
    assert outcome.thrown is not None
    assert not outcome.entries
    return outcome.thrown.fault


def test_an_ordinary_archive_gives_its_files_in_order():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.csv", DATA)
        archive.writestr(zipfile.ZipInfo("empty.csv"), b"")
        archive.writestr("fall/courses.csv", b"x")
    outcome = unzip(buffer.getvalue())
    assert [(entry.name, entry.path, entry.content) for entry in outcome.entries] == [
        ("users.csv", "users.csv", DATA),
        ("empty.csv", "empty.csv", b""),
        ("courses.csv", "fall/courses.csv", b"x"),
    ]
    assert outcome.entries[0].offset == 0
    assert buffer.getvalue()[outcome.end :].startswith(b"PK\x01\x02")


@pytest.mark.parametrize(
    "content", [b"", b"P", b"PK\x03\x04", b"not a zip", b"\x1f\x8b" + bytes(60), b"#!/bin/sh\n" + member("users.csv")]
)
def test_what_is_no_archive_has_no_files(content):
    assert names(content) == []


def test_repeated_names_are_all_kept():
    assert names(member("fall/users.csv") + member("spring/users.csv")) == ["users.csv", "users.csv"]


def test_only_files_directly_in_a_macosx_folder_are_skipped():
    content = b"".join(member(name) for name in ("__MACOSX/._a", "x/__MACOSX/b", "__MACOSX/x/._c", "__MACOSX/./d", "e/__MACOSX"))
    outcome = unzip(content)
    assert [entry.path for entry in outcome.entries] == ["__MACOSX/x/._c", "__MACOSX/./d", "e/__MACOSX"]
    assert outcome.skipped == ("__MACOSX/._a", "x/__MACOSX/b")


def test_folders_are_no_files_but_their_data_is_read():
    assert unzip(member("a/", b"") + member("a/users.csv")).folders == ("a/",)
    assert thrown(member("a/", crc=1)) is Fault.WRONG_CRC
    assert thrown(member("__MACOSX/a", crc=1)) is Fault.WRONG_CRC


def test_backslashes_are_no_separators():
    assert names(member("batch\\users.csv") + member("batch\\", b"")) == ["batch\\users.csv", "batch\\"]


@pytest.mark.parametrize(
    "name", ["../users.csv", "a/../../users.csv", "", "/", ".", "./", "a/..", "a\0.csv", "x" * 256 + "/a.csv", "a/" * 2100 + "b"]
)
def test_a_name_that_leaves_the_folder_stops_it(name):
    assert thrown(member("first.csv") + member(name)) is Fault.OUTSIDE
    assert unzip(member(name)).io_exception


@pytest.mark.parametrize(
    "content",
    [
        member("a/../users.csv"),
        member("a") + member("a/b.csv"),
        member("a/b.csv") + member("a"),
        member("a") + member("a/", b""),
        member("a.csv") + member("a.csv/../b.csv"),
        member("a/."),
        member("x" * 256),
        member("é" * 128),
        member("a/" + "x" * 256 + "/b.csv"),
    ],
)
def test_names_that_clash_with_the_folder_stop_it(content):
    assert thrown(content) is Fault.CLASH


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (member("/etc/users.csv"), ["users.csv"]),
        (member("a//b.csv"), ["b.csv"]),
        (member("./b.csv"), ["b.csv"]),
        (member("a/", b"") + member("a/../b.csv"), ["b.csv"]),
        (member("m/x/../", b"") + member("m/b.csv"), ["b.csv"]),
        (member("x" * 255), ["x" * 255]),
        (member("a") + member("b/a") + member("a"), ["a", "a", "a"]),
        (member("m/" + "x" * 256 + "/__MACOSX/b.csv"), []),
        (member("usuários.csv"), ["usuários.csv"]),
    ],
)
def test_names_that_only_look_odd_are_taken(content, expected):
    assert names(content) == expected


def test_a_name_in_an_old_code_page_stops_it():
    outcome = unzip(member(b"usu\xa0rios.csv"))
    assert outcome.thrown.fault is Fault.NAME_NOT_UTF8
    assert outcome.thrown.path is None
    assert outcome.io_exception


def test_a_name_too_long_for_java_leaves_the_controller():
    for content in (member("x" * 65490), member("x" * 65480, extra=bytes(10))):
        outcome = unzip(content)
        assert outcome.thrown.fault is Fault.NAME_TOO_LONG
        assert not outcome.io_exception
    assert thrown(member("x" * 65489)) is Fault.OUTSIDE
    assert thrown(member("é" * 32700)) is Fault.OUTSIDE


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (member("a", flags=1), Fault.ENCRYPTED),
        (member("a", method=0, flags=8), Fault.STORED_STREAM),
        (member("a", method=12), Fault.METHOD),
        (member("a", crc=1), Fault.WRONG_CRC),
        (member("a", method=0, crc=1), Fault.WRONG_CRC),
        (member("a", size=3), Fault.WRONG_SIZE),
        (member("a", packed=3), Fault.WRONG_SIZE),
        (streamed("a", stated=3), Fault.WRONG_SIZE),
        (member("a", body=b"\xff" * 20), Fault.BAD_DATA),
        (member("a")[:-3], Fault.CUT_OFF),
        (member("a", method=0)[:-3], Fault.CUT_OFF),
        (streamed("a")[:-3], Fault.CUT_OFF),
        (member("abcdef")[:33], Fault.CUT_OFF),
        (member("a", extra=bytes(9))[:35], Fault.CUT_OFF),
    ],
)
def test_what_the_server_cannot_read_stops_it(content, fault):
    outcome = unzip(member("first.csv") + content)
    assert outcome.thrown.fault is fault
    assert outcome.thrown.offset == len(member("first.csv"))
    assert outcome.io_exception


def test_a_stored_entry_without_a_size_is_empty_whatever_its_check_sum():
    assert unzip(member("a", b"", method=0, crc=7)).entries[0].content == b""


ZIP64 = struct.pack("<HHqq", 1, 16, len(DATA), packed_size())
MAGIC = {"packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}


def test_streamed_and_zip64_entries_are_read():
    content = (
        streamed("a")
        + streamed("b", signature=b"")
        + member("c", extra=ZIP64, **MAGIC)
        + streamed("d", extra=ZIP64, layout="<Lqq", **MAGIC)
        + streamed("e", extra=ZIP64, layout="<Lqq", signature=b"", **MAGIC)
        + streamed("f", extra=struct.pack("<HHB", 1, 1, 0), layout="<Lqq", packed=0xFFFFFFFF)
        + streamed("g", extra=ZIP64)
    )
    outcome = unzip(content)
    assert [(entry.name, entry.content) for entry in outcome.entries] == [(name, DATA) for name in "abcdefg"]


def test_zip64_entries_with_the_other_descriptor_stop_it():
    assert thrown(streamed("a", extra=ZIP64, **MAGIC) + bytes(30)) is Fault.WRONG_SIZE
    assert thrown(streamed("a", extra=ZIP64, layout="<Lqq") + bytes(30)) is Fault.WRONG_SIZE
    assert thrown(member("a", extra=ZIP64[:-8], **MAGIC)) is Fault.WRONG_SIZE


def test_the_central_directory_is_not_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("users.csv", DATA)
    start = buffer.getvalue().index(b"PK\x01\x02")
    assert names(buffer.getvalue()[:start]) == ["users.csv"]
    assert names(buffer.getvalue()[:start] + b"PK\x01\x02" + b"\xff" * 99) == ["users.csv"]


def test_a_bomb_ends_at_the_limit_with_little_memory():
    zeros = bytes(50_000_000)
    content = b"".join(member(name, zeros) for name in ("__MACOSX/a", "b/", "c"))
    del zeros
    tracemalloc.start()
    outcome = unzip(content, limit=20_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome.too_large
    assert not outcome.entries
    assert peak < 5_000_000
    assert unzip(content, limit=150_000_000).thrown is None


def test_a_declared_size_is_not_believed():
    assert thrown(member("a", method=0, size=0xFFFFFFF0)) is Fault.CUT_OFF
    assert thrown(member("a", b"x", size=0xFFFFFFF0)) is Fault.WRONG_SIZE


def test_many_small_entries_take_linear_time():
    one = member("a", b"")
    assert len(unzip(one * 100_000).entries) == 100_000
