import zipfile
from pathlib import Path

import pytest

from provkit.errors import SourceError
from provkit.sources import read
from provkit.sources.bounds import unreadable
from provkit.sources.detect import Form, recognise


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "is a PDF"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "is XML"),
        ("a.csv", b"\x1f\x8b\x08", "archive"),
        ("a.png", b"\x89PNG\r\n", "picture"),
        ("a.parquet", b"PAR1....", "Parquet"),
        ("fill.py", b"users = ['Email', 'Name']\n", "is a script"),
        ("fill", b"#!/bin/sh\necho Email,Name\n", "is a script"),
        ("a.csv", b'[{"Email": "a@example.org"}]', "is JSON"),
        ("a.jsonl", b'{"Email": "a@example.org"}\n', "is JSON"),
        ("a.txt", b"MIME-Version: 1.0\nSubject: Roster\n", "is a mail"),
        ("a.eml", b"From: a@example.org\nSubject: Roster\n", "is a mail"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__properties_version1.0".encode("utf-16-le"), "Outlook"),
        ("a.vcf", b"BEGIN:VCARD\nFN:Ana\n", "contacts"),
        ("mine.toml", b"[columns]\n", "file of settings"),
        ("README.md", b"Email, Name\n", "page of text"),
        ("a.html", b"<html><body><form></form></body></html>", "web page without a table"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=says) as caught:
        read(path)
    assert name in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"word/document.xml": "x"}, "Word document"),
        ({"ppt/presentation.xml": "x"}, "presentation"),
        ({"Index/Document.iwa": "x"}, "Apple Numbers"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "document, not a spreadsheet"),
        (
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<manifest:encryption-data/>",
            },
            "locked with a password",
        ),
    ],
)
def test_documents_of_other_kinds_are_refused(tmp_path, members, says):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(SourceError, match=says):
        read(path)


def test_content_decides_not_the_name(tmp_path):
    path = tmp_path / "export.xls"
    path.write_bytes(b"Email\tName\na@example.org\tAna\n")
    found = recognise(path)
    assert found.form is Form.TEXT
    assert "although its name ends in .xls" in found.reason


def test_the_mark_of_an_open_workbook_is_no_workbook(tmp_path):
    path = tmp_path / "~$roster.xlsx"
    path.write_bytes(b"x")
    with pytest.raises(SourceError, match="while a workbook is open") as caught:
        read(path)
    assert caught.value.remedy == "Name the workbook itself: roster.xlsx"


def test_a_missing_and_an_empty_file_are_refused(tmp_path):
    with pytest.raises(SourceError, match="There is no file"):
        read(tmp_path / "nothing.xlsx")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SourceError, match="is empty"):
        read(tmp_path / "empty.csv")


def test_a_workbook_that_is_open_in_excel_says_to_close_it():
    error = unreadable(Path("roster.xlsx"), PermissionError(13, "Permission denied"))
    assert "open in another program" in error.message
    assert "Close it in Excel" in error.remedy
    assert "Input/output" in unreadable(Path("x"), OSError(5, "Input/output error")).message


@pytest.mark.parametrize(
    "first", ["Date: 27 November\nCourse: NC-1\n", "[Email],[Name]\n", "From,To\n", "BMI,Email\n", "#,Email,Name\n"]
)
def test_lists_that_begin_as_other_files_do_are_read_all_the_same(tmp_path, first):
    path = tmp_path / "list.txt"
    path.write_bytes(first.encode() + b"Email,Name\na@example.org,Ana\n")
    assert recognise(path).form is Form.TEXT
