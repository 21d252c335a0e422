import zipfile

import pytest

from provkit.errors import SourceError
from provkit.schemas.layouts import Kind
from provkit.sources import read

USERS = b"user_id,login_id,first_name,last_name,email,status\nana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\n"
EXPAND = b"user_id,listing_id\nana@example.org,42\n"


def archive(path, members, **options):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def test_a_folder_is_read_with_its_message(tmp_path):
    for name, content in {
        "users.csv": USERS,
        "expand.CSV": EXPAND,
        "Message.Properties": b"sender=x@example.edu\n",
        "~$users.csv": b"junk",
        ".DS_Store": b"\0",
        "Thumbs.db": b"\0",
        "package.zip": b"\0",
        "README.md": b"hello",
        "blank.csv": b"\n",
    }.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / ".provkit").mkdir()
    sheets = read(tmp_path)
    assert [(sheet.file, sheet.name, sheet.kind) for sheet in sheets] == [
        ("expand.CSV", None, Kind.EXPAND),
        ("users.csv", None, Kind.USERS),
    ]
    assert sheets.message == b"sender=x@example.edu\n"
    assert "folder" in sheets.recognised
    assert sheets.recognised.endswith("Left out: README.md, blank.csv (empty).")


def test_a_zip_is_read_whatever_its_folders(tmp_path):
    path = archive(
        tmp_path / "theirs.zip",
        [("up/users.csv", USERS), ("up/", b""), ("__MACOSX/up/._users.csv", b"\0"), ("up/.DS_Store", b"\0"), ("up/a.txt", EXPAND)],
    )
    sheets = read(path)
    assert {sheet.file: sheet.kind for sheet in sheets} == {"users.csv": Kind.USERS, "a.txt": Kind.EXPAND}
    assert sheets.message is None


def test_files_of_one_name_in_a_zip_keep_their_folders(tmp_path):
    path = archive(tmp_path / "theirs.zip", [("fall/users.csv", USERS), ("spring/users.csv", USERS)])
    assert [sheet.file for sheet in read(path)] == ["fall/users.csv", "spring/users.csv"]


def test_a_folder_without_csv_says_which_workbook_to_name(tmp_path):
    (tmp_path / "roster.xlsx").write_bytes(b"PK")
    with pytest.raises(SourceError, match="There is no CSV file") as caught:
        read(tmp_path)
    assert caught.value.remedy == "Name the workbook itself: roster.xlsx"
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SourceError) as caught:
        read(empty)
    assert "workbook, a CSV file" in caught.value.remedy


def test_a_zip_with_a_password_or_damage_is_refused(tmp_path):
    path = archive(tmp_path / "theirs.zip", [("users.csv", USERS)])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    with pytest.raises(SourceError, match="locked with a password"):
        read(path)
    path.write_bytes(bytes(content[:60]))
    with pytest.raises(SourceError, match="damaged"):
        read(path)


def test_a_member_that_fails_its_check_is_refused(tmp_path):
    path = archive(tmp_path / "theirs.zip", [("users.csv", USERS)])
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(SourceError, match="damaged"):
        read(path)
