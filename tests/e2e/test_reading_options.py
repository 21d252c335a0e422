"""`--encoding` and `--hidden-rows`, which every command takes that reads a source; run takes them from provkit.toml as well."""

import pytest
from openpyxl import Workbook

LIST = "First name,Last name,Email,Course ID,Role\nJana,Nováčková,jana@safety-guests.org,NC-1,student\n"
USERS = "user_id,login_id,first_name,last_name,full_name,email,status\n,jana@safety-guests.org,Jana,Nováčková,,jana@safety-guests.org,active\n"

READS = [
    ("build", "list.csv"),
    ("validate", "list.csv"),
    ("map", "list.csv"),
    ("new", "new.xlsx", "--from", "users.csv"),
    ("run", "list.csv", "--env", "sandbox", "--dry-run"),
]
HIDES = [("build", "list.xlsx"), ("validate", "list.xlsx"), ("run", "list.xlsx", "--env", "sandbox", "--dry-run")]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "list.csv").write_bytes(LIST.encode("cp1250"))
    (tmp_path / "users.csv").write_bytes(USERS.encode("cp1250"))
    book = Workbook()
    for row in LIST.splitlines():
        book.active.append(row.split(","))
    book.active.append(["Bo", "Ek", "bo@safety-guests.org", "NC-1", "student"])
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "list.xlsx")


@pytest.mark.parametrize("command", READS, ids=lambda command: command[0])
def test_an_encoding_that_cannot_be_told_can_be_said(files, provkit, tmp_path, command):
    if command[0] != "validate":  # which judges a CSV as it stands, until it is told that it is a list
        assert provkit(*command).returncode == 2
    said = provkit(*command, "--encoding", "windows-1250")
    assert said.returncode == 0, said.stdout + said.stderr
    if command[0] == "new":
        (tmp_path / "new.xlsx").unlink()
    (tmp_path / "provkit.toml").write_text('[defaults]\nencoding = "windows-1250"\n')
    if command[0] != "validate":
        assert provkit(*command).returncode == 0


@pytest.mark.parametrize("command", HIDES, ids=lambda command: command[0])
def test_what_becomes_of_hidden_rows_can_be_said(files, provkit, tmp_path, command):
    assert provkit(*command).returncode in (1, 3)
    assert provkit(*command, "--hidden-rows", "leave").returncode == 0
    (tmp_path / "provkit.toml").write_text('[defaults]\nhidden_rows = "take"\n')
    assert provkit(*command).returncode == 0


def test_a_bundle_says_how_its_list_is_to_be_read(files, provkit, tmp_path):
    import zipfile

    assert provkit("bundle", "list.csv", "--encoding", "windows-1250").returncode == 0
    with zipfile.ZipFile(tmp_path / "provkit-bundle.zip") as archive:
        assert "provkit validate inputs/list.csv --encoding windows-1250\n" in archive.read("README.txt").decode()


def test_a_package_takes_neither(files, provkit):
    for option in (("--encoding", "windows-1250"), ("--hidden-rows", "take")):
        said = provkit("validate", "users.csv", *option)
        assert said.returncode == 2
        assert option[0] in said.stderr
        assert "judged byte for byte" in " ".join(said.stderr.replace("│", " ").split())
