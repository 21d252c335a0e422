"""`--annotate`: a copy of the workbook, never the workbook itself, and never over anything else."""

import io
import os
import subprocess
import sys

import openpyxl
import pytest


def provkit(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "provkit", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def broken(root):
    return root / "sample_data" / "broken.xlsx"


@pytest.mark.parametrize("command", ["validate", "build"])
def test_the_copy_marks_what_the_report_names_and_reads_as_the_source_does(broken, tmp_path, command):
    before = broken.read_bytes()
    done = provkit(command, broken, "--annotate", "marked.xlsx", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "marked.xlsx").read_bytes()))
    assert "peregrine.holt@example.con" in book["Users"]["A3"].comment.text
    assert broken.read_bytes() == before
    again = provkit("validate", "marked.xlsx", "--annotate", "marked2.xlsx", "--format", "json", cwd=tmp_path)
    assert (
        again.stdout.replace("marked.xlsx", "broken.xlsx") == provkit("validate", broken, "--format", "json", cwd=tmp_path).stdout
    )


def test_nothing_but_an_earlier_copy_is_replaced(broken, root, tmp_path):
    source = tmp_path / "roster.xlsx"
    source.write_bytes(broken.read_bytes())
    other = tmp_path / "other.xlsx"
    other.write_bytes((root / "sample_data" / "roster.xlsx").read_bytes())
    for target in (source, other):
        before = target.read_bytes()
        done = provkit("validate", source, "--annotate", target, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (3, "")
        assert target.read_bytes() == before
    for _ in range(2):
        assert provkit("validate", source, "--annotate", "marked.xlsx", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize(
    ("source", "target"), [("roster.csv", "marked.xlsx"), ("broken.xlsx", "marked.xlsm"), (".", "marked.xlsx")]
)
def test_what_cannot_be_annotated_is_refused_with_what_to_type(broken, tmp_path, source, target):
    (tmp_path / "roster.csv").write_text("Email,First name,Last name\nana@example.org,Ana,Ruiz\n")
    (tmp_path / "broken.xlsx").write_bytes(broken.read_bytes())
    done = provkit("validate", source, "--annotate", target, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "report.html" in done.stderr or "--annotate marked.xlsx" in done.stderr
    assert not (tmp_path / target).exists()


@pytest.fixture
def built(root, tmp_path):
    """A package built from a workbook in which something is worth a warning, in a folder beside the workbook's."""
    book = openpyxl.Workbook()
    book.active.title = "Users"
    for row in (
        ("Email", "First name", "Last name"),
        ("ana@example.org", "Ana", "Ruiz"),
        ("jose@example.org", "JosÃ©", "Ortiz"),
    ):
        book["Users"].append(row)
    (tmp_path / "lists").mkdir()
    book.save(tmp_path / "lists" / "roster.xlsx")
    done = provkit("build", "lists/roster.xlsx", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.mark.parametrize("judged", ["out", "out/users.csv", "out/package.zip"])
def test_of_a_package_the_workbook_that_it_was_built_from_is_marked(built, judged):
    done = provkit("validate", judged, "--annotate", "marked.xlsx", cwd=built)
    assert (done.returncode, done.stderr) == (0, "")
    book = openpyxl.load_workbook(built / "marked.xlsx")
    assert "'José' may be meant" in book["Users"]["B3"].comment.text
    (row,) = (row for row in book["To fix"].iter_rows() if row[5].value == "PK266")
    assert (row[2].value, row[2].hyperlink.location) == ("Users!B3", "'Users'!B3")


def test_findings_of_a_file_that_was_edited_after_the_build_are_listed_without_a_cell(built):
    users = built / "out" / "users.csv"
    users.write_bytes(users.read_bytes().replace("JosÃ©".encode(), "ZoÃ«".encode()))
    assert provkit("validate", "out", "--annotate", "marked.xlsx", cwd=built).returncode == 0
    book = openpyxl.load_workbook(built / "marked.xlsx")
    assert [cell.coordinate for row in book["Users"] for cell in row if cell.comment] == []
    listed = [row for row in book["To fix"].iter_rows(min_col=2, max_col=6) if row[4].value == "PK266"]
    assert [(row[1].value, row[1].hyperlink) for row in listed] == [("users.csv line 3, first_name", None)]


@pytest.mark.parametrize(
    ("befall", "code", "said"),
    [
        (
            lambda book: book.write_bytes(book.read_bytes() + b"\0"),
            3,
            ("was changed after out was built", "provkit validate lists"),
        ),
        (lambda book: book.unlink(), 2, ("not there any more", "build again")),
    ],
)
def test_a_workbook_that_changed_or_went_away_is_not_marked_and_it_is_said_why(built, befall, code, said):
    befall(built / "lists" / "roster.xlsx")
    done = provkit("validate", "out", "--annotate", "marked.xlsx", cwd=built)
    assert (done.returncode, done.stdout) == (code, "")
    for words in said:
        assert words in " ".join(done.stderr.split())
    assert not (built / "marked.xlsx").exists()


def test_what_was_built_from_no_workbook_cannot_be_marked(tmp_path):
    (tmp_path / "roster.csv").write_text("Email,First name,Last name\nana@example.org,Ana,Ruiz\n")
    assert provkit("build", "roster.csv", cwd=tmp_path).returncode == 0
    done = provkit("validate", "out", "--annotate", "marked.xlsx", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "out was built from roster.csv, which cannot be annotated" in " ".join(done.stderr.split())


@pytest.mark.parametrize("target", ["lists/roster.xlsx", "out/marked.xlsx"])
@pytest.mark.parametrize("judged", ["out", "out/users.csv"])
def test_the_copy_of_a_packages_workbook_replaces_nothing_and_never_lies_in_the_package(built, judged, target):
    before = {path: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    done = provkit("validate", judged, "--annotate", target, cwd=built)
    assert (done.returncode, done.stdout) == (3, "")
    assert {path: path.read_bytes() for path in built.rglob("*") if path.is_file()} == before
