"""Packages on disk: what is written, what is read back, and what is never replaced."""

import hashlib
import io
import json
import os
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from provkit.errors import GuardError, PackageError
from provkit.origins import Origins
from provkit.package import Meta, Package, SourceFile, differences, digest_of, relative_to, wire_name
from provkit.rules import Origin, RowAccount
from provkit.schemas.layouts import Kind
from provkit.tables import Place, Table
from provkit.writer import check_replaceable, encode, recover, write_archive, write_folder


def table(kind=Kind.EXPAND, rows=None, **columns):
    frame = pd.DataFrame(columns, dtype="str")
    count = len(frame)
    numbers = np.array(rows if rows is not None else range(2, count + 2), dtype=np.int64)
    places = ({column: Place("roster.xlsx", "Expand", index) for index, column in enumerate(frame)},)
    return Table(kind, frame, numbers, np.zeros(count, dtype=np.int16), places)


def meta(files, *, notify=False, **changed):
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    account = RowAccount(1, 1, 0, 0, 0, {"expand-enrollments.csv": 1})
    plain = Meta(1, "1.0", "api", notify, "roster", (SourceFile("roster.xlsx", "00"),), digests, None, 0, account)
    return replace(plain, **changed)


FILES = {"expand-enrollments.csv": b"user_id,listing_id\nana@example.org,7\n"}


def written(folder, files=FILES, **changed):
    expand = table(user_id=["ana@example.org"], listing_id=["7"])
    origins = Origins.of({hashlib.sha256(next(iter(files.values()))).hexdigest(): expand})
    write_folder(folder, replace(Package.from_files(files), origins=origins), meta(files, **changed))
    return folder


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Encoding


def test_the_smallest_header_that_holds_the_data_is_written():
    assert encode(table(user_id=["a"], listing_id=["1"], send_email=[""])) == b"user_id,listing_id\na,1\n"
    assert encode(table(user_id=["a", "b"], listing_id=["1", "2"], send_email=["", "true"])) == (
        b"user_id,listing_id,send_email\na,1,\nb,2,true\n"
    )


def test_columns_that_the_header_demands_are_written_empty_where_the_table_lacks_them():
    assert encode(table(listing_id=["1"])) == b"user_id,listing_id\n,1\n"


def test_a_table_without_rows_is_a_header():
    assert encode(table(user_id=[], listing_id=[])) == b"user_id,listing_id\n"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("plain", "plain"),
        ("a b", "a b"),
        ("Zoë 李", "Zoë 李"),
        ("a,b", '"a,b"'),
        ('5" disk', '"5"" disk"'),
        ("ADS\\jdoe", '"ADS\\\\jdoe"'),
        ("ends in \\", '"ends in \\\\"'),
        ("two\nlines", '"two\nlines"'),
        (" leading", '" leading"'),
        ("trailing\u00a0", '"trailing\u00a0"'),
        ('"', '""""'),
        ("\ufeff", "\ufeff"),
    ],
)
def test_a_value_is_quoted_where_the_servers_reader_needs_it(value, field):
    assert encode(table(user_id=[value], listing_id=["1"])).decode() == f"user_id,listing_id\n{field},1\n"


def test_missing_values_are_empty():
    assert encode(table(user_id=["a", None], listing_id=["1", "2"])) == b"user_id,listing_id\na,1\n,2\n"


# The ZIP


def archive(package):
    buffer = io.BytesIO()
    write_archive(buffer, package)
    return buffer.getvalue()


def test_a_zip_holds_the_same_bytes_under_names_that_carry_their_digest():
    package = Package.from_files({**FILES, "message.properties": b"sender=a"})
    digest = hashlib.sha256(FILES["expand-enrollments.csv"]).hexdigest()
    with zipfile.ZipFile(io.BytesIO(archive(package))) as opened:
        assert opened.namelist() == [f"expand-enrollments-{digest[:8]}.csv", "message.properties"]
        assert [opened.read(name) for name in opened.namelist()] == [*FILES.values(), b"sender=a"]


def test_a_zip_says_nothing_of_time_and_system():
    with zipfile.ZipFile(io.BytesIO(archive(Package.from_files(FILES)))) as opened:
        (member,) = opened.infolist()
    assert (member.date_time, member.create_system, member.external_attr, member.extra, member.flag_bits) == (
        (1980, 1, 1, 0, 0, 0),
        3,
        0o600 << 16,
        b"",
        0,
    )


def test_a_zip_is_the_same_bytes_each_time():
    package = Package.from_files({"users.csv": os.urandom(3 << 20)})
    assert archive(package) == archive(package)


@pytest.mark.parametrize("name", ["message.properties", "people.csv", "users.CSV", "users", None])
def test_only_a_packages_own_csv_names_carry_a_digest(name):
    assert wire_name(Package.from_files([(name, b"x")]).parts[0]) == name


# Origins


def test_an_origin_is_found_by_digest_record_and_column():
    origins = Origins.of({"d1": table(rows=[5, 3, 4], user_id=["a", "b", "c"], listing_id=["1", "2", "3"])})
    assert origins.at("d1", 2, "user_id") == Origin("roster.xlsx", "Expand", "A5")
    assert origins.at("d1", 4, "listing_id") == Origin("roster.xlsx", "Expand", "B4")
    assert origins.at("d1", 3, None) == Origin("roster.xlsx", "Expand", "3")
    assert origins.at("d1", 3, "send_email") == Origin("roster.xlsx", "Expand", "3")
    for place in (("d1", 1), ("d1", 5), ("d2", 2)):
        assert origins.at(*place, "user_id") is None


@pytest.mark.parametrize("rows", [[], [2], [2, 3, 4], [9, 2, 2, 30, 31, 32, 1_000_000]])
def test_origins_survive_being_saved(rows):
    made = table(rows=rows, user_id=["a"] * len(rows), listing_id=["1"] * len(rows))
    origins = Origins.of({"d": made})
    saved = Origins.saved(origins.to_bytes)
    assert saved.to_bytes() == origins.to_bytes()
    for record in range(1, len(rows) + 3):
        assert saved.at("d", record, "listing_id") == origins.at("d", record, "listing_id")


def test_saved_origins_hold_no_value():
    origins = Origins.of({"d": table(user_id=["ana@example.org"], listing_id=["7654"])})
    assert b"ana" not in origins.to_bytes()
    assert b"7654" not in origins.to_bytes()


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 2}', b'{"format": 1, "files": {"d": {}}}'])
def test_damaged_origins_say_what_to_do(content):
    with pytest.raises(PackageError, match=r"[Bb]uild"):
        Origins.saved(lambda: content).at("d", 2, None)


# The folder


def test_a_folder_holds_the_files_the_zip_and_the_notes(tmp_path):
    folder = written(tmp_path / "out")
    assert set(tree(folder)) == {"expand-enrollments.csv", "package.zip", ".provkit/package.json", ".provkit/origins.json"}
    note = json.loads((folder / ".provkit/package.json").read_bytes())
    assert note["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    assert note["archive"] == digest_of(folder / "package.zip")
    assert note["sources"] == [{"name": "roster.xlsx", "sha256": "00", "path": None}]
    assert list(tmp_path.iterdir()) == [folder]


def test_two_writings_are_byte_identical(tmp_path):
    assert tree(written(tmp_path / "one")) == tree(written(tmp_path / "two"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_files_are_private_to_their_owner(tmp_path):
    folder = written(tmp_path / "out")
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_for_the_upload_page_there_is_no_zip_and_the_text_to_paste_is_no_part_of_the_upload(tmp_path):
    folder = tmp_path / "out"
    write_folder(folder, Package.from_files(FILES), meta(FILES, door="app"), {"message.txt": "Zoë"})
    assert set(tree(folder)) == {"expand-enrollments.csv", "not-to-upload/message.txt", ".provkit/package.json"}
    package = Package.read(folder)
    assert (package.door, [part.name for part in package.parts]) == ("app", list(FILES))


def test_what_was_written_is_read_back_with_its_origins(tmp_path):
    folder = written(tmp_path / "out")
    digest = hashlib.sha256(FILES["expand-enrollments.csv"]).hexdigest()
    for path, door in ((folder, "files"), (folder / "package.zip", "zip"), (folder / "expand-enrollments.csv", "files")):
        package = Package.read(path)
        assert package.door == door
        assert package.meta is not None
        assert package.origins.at(digest, 2, "listing_id") == Origin("roster.xlsx", "Expand", "B2")
    assert [part.name for part in Package.read(folder).on_wire().parts] == [f"expand-enrollments-{digest[:8]}.csv"]


def test_an_edited_file_has_no_origins(tmp_path):
    folder = written(tmp_path / "out")
    path = folder / "expand-enrollments.csv"
    path.write_bytes(path.read_bytes() + b"bo@example.org,7\n")
    package = Package.read(folder)
    assert package.origins.at(package.parts[0].digest, 2, None) is None
    assert Package.read(path).origins is None


def test_somebody_elses_package_has_neither_notes_nor_other_names(tmp_path):
    (tmp_path / "users.csv").write_bytes(b"x")
    package = Package.read(tmp_path)
    assert (package.meta, package.origins) == (None, None)
    assert [part.name for part in package.on_wire().parts] == ["users.csv"]


def test_a_large_file_is_mapped_and_the_same(tmp_path):
    content = os.urandom(3 << 20)
    (tmp_path / "users.csv").write_bytes(content)
    (part,) = Package.read(tmp_path).parts
    assert not isinstance(part.content, bytes)
    assert part.content[:] == content
    assert part.digest == hashlib.sha256(content).hexdigest()


def test_a_missing_path_says_to_build_first(tmp_path):
    with pytest.raises(PackageError, match="provkit build"):
        Package.read(tmp_path / "out")


@pytest.mark.parametrize("note", [b"", b"{}", b'{"format": 2}'])
def test_a_damaged_note_says_to_build_again(tmp_path, note):
    folder = written(tmp_path / "out")
    (folder / ".provkit/package.json").write_bytes(note)
    with pytest.raises(PackageError, match="Build the package again"):
        Package.read(folder)


def test_a_source_that_changed_since_is_named_and_one_that_is_gone_is_not(tmp_path):
    source = tmp_path / "in" / "roster.csv"
    source.parent.mkdir()
    source.write_bytes(b"1")
    folder = tmp_path / "out"
    noted = meta(FILES, sources=(SourceFile("roster.csv", digest_of(source), relative_to(source, folder)),))
    assert noted.sources[0].path == "in/roster.csv"
    assert noted.stale_sources(folder) == ()
    source.write_bytes(b"2")
    assert noted.stale_sources(folder) == ("roster.csv",)
    source.unlink()
    assert noted.stale_sources(folder) == ()


def test_the_digest_of_a_folder_follows_its_files(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    first = digest_of(tmp_path)
    assert digest_of(tmp_path) == first
    (tmp_path / "a").write_bytes(b"2")
    assert digest_of(tmp_path) != first


# What is never replaced


def test_a_package_that_provkit_wrote_is_replaced_whole(tmp_path):
    folder = written(tmp_path / "out")
    (folder / ".DS_Store").write_bytes(b"")
    written(folder, {"users.csv": b"other"})
    assert set(tree(folder)) == {"users.csv", "package.zip", ".provkit/package.json", ".provkit/origins.json"}
    assert list(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "out").mkdir()
    written(tmp_path / "out")


def test_missing_parents_are_made(tmp_path):
    assert written(tmp_path / "a" / "b" / "out").is_dir()


def test_somebodys_own_folder_is_refused_and_left_as_it_is(tmp_path):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter1.txt").write_text("x")
    with pytest.raises(GuardError) as stopped:
        written(folder)
    assert stopped.value.reason == "not_ours"
    assert tree(folder) == {"chapter1.txt": b"x"}
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda folder: (folder / "notes.docx").write_bytes(b"x"), "notes.docx (added since)"),
        (lambda folder: (folder / "expand-enrollments.csv").write_bytes(b"x"), "expand-enrollments.csv (changed since)"),
        (lambda folder: (folder / "package.zip").write_bytes(b"x"), "package.zip (changed since)"),
        (lambda folder: (folder / "old").mkdir(), "old (added since)"),
    ],
)
def test_what_somebody_put_or_changed_there_is_named_and_kept(tmp_path, spoil, what):
    folder = written(tmp_path / "out")
    spoil(folder)
    before = tree(folder)
    with pytest.raises(GuardError) as stopped:
        written(folder, {"users.csv": b"other"})
    assert stopped.value.reason == "changed_by_hand"
    assert what in stopped.value.message
    assert tree(folder) == before


def test_a_package_with_a_file_missing_may_be_replaced(tmp_path):
    folder = written(tmp_path / "out")
    (folder / "package.zip").unlink()
    assert differences(folder, Meta.read(folder)) == {"package.zip": "missing"}
    written(folder)
    assert (folder / "package.zip").exists()


def test_a_file_is_no_place_for_a_package(tmp_path):
    (tmp_path / "out").write_bytes(b"x")
    with pytest.raises(GuardError, match="is a file"):
        check_replaceable(tmp_path / "out")


def test_the_folder_one_works_in_is_refused(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for folder in (Path(), tmp_path):
        with pytest.raises(GuardError) as stopped:
            check_replaceable(folder)
        assert stopped.value.reason == "current_folder"


def test_a_failed_writing_leaves_what_stood_there(tmp_path):
    folder = written(tmp_path / "out")
    before = tree(folder)
    with pytest.raises(PackageError, match="still stands"):
        write_folder(folder, Package.from_files({"no/such/folder.csv": b""}), meta(FILES))
    assert tree(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_a_build_killed_between_the_two_renames_is_made_good_by_the_next(tmp_path):
    folder = written(tmp_path / "out")
    before = tree(folder)
    folder.rename(tmp_path / ".out.0badcafe.old")
    recover(folder)
    assert tree(folder) == before


def test_what_killed_builds_left_is_erased_once_it_is_old(tmp_path):
    folder = written(tmp_path / "out")
    fresh, old = tmp_path / ".out.00000000.new", tmp_path / ".out.11111111.new"
    for left in (fresh, old):
        left.mkdir()
    long_ago = time.time() - 2 * 3600
    os.utime(old, (long_ago, long_ago))
    written(folder)
    assert fresh.exists()
    assert not old.exists()
