"""Mails are read in every form in which people keep them."""

import pytest

from provkit.errors import SourceError
from provkit.sources.letters import LARGEST, read_letters
from tests.compound_file import outlook

SUBJECT = "[LMS Production Notifications] csv file upload(s) for DEPT"


def test_a_mail_saved_by_outlook(tmp_path):
    path = tmp_path / "results.msg"
    path.write_bytes(outlook(SUBJECT, "Results from the uploads: \r\n\r\nusers.csv:\r\n"))
    (letter,) = read_letters(path)
    assert letter.subject.strip() == SUBJECT
    assert letter.text.strip().endswith("users.csv:")
    assert letter.name == "results.msg"


def test_a_damaged_outlook_file_is_refused_with_a_way_out(tmp_path):
    path = tmp_path / "results.msg"
    path.write_bytes(outlook(SUBJECT, "x")[:900])
    with pytest.raises(SourceError, match=r"results\.msg is no mail that can be read") as caught:
        read_letters(path)
    assert "copy its text" in caught.value.remedy


def test_a_mail_of_html_alone_keeps_its_lines():
    page = "<html><head><style>p {}</style></head><body><p>ImportId is 7</p>users.csv:<br>&nbsp;Total records processed: 1</body></html>"
    (letter,) = read_letters(f"Subject: x\nMIME-Version: 1.0\nContent-Type: text/html\n\n{page}\n".encode())
    assert [line.strip() for line in letter.text.split("\n") if line.strip()] == [
        "ImportId is 7",
        "users.csv:",
        "Total records processed: 1",
    ]


def test_plain_text_is_preferred_to_html():
    mail = (
        b'Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>no</p>\n'
        b"--b\nContent-Type: text/plain\n\nyes\n--b--\n"
    )
    assert read_letters(mail)[0].text.strip() == "yes"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_file_in_any_usual_encoding(tmp_path, encoding):
    path = tmp_path / "pasted.txt"
    path.write_bytes("José's results\n".encode(encoding))
    assert read_letters(path)[0].text == "José's results\n"
    assert read_letters(path)[0].subject is None


def test_a_text_that_begins_with_a_label_is_no_mail_with_headers():
    assert read_letters(b"Note: see below\n\nusers.csv:\n")[0].text.startswith("Note")


def test_a_character_set_that_nobody_knows_does_not_stop_it():
    mail = b"Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=x-none\n\nImportId is 7\n"
    assert "ImportId is 7" in read_letters(mail)[0].text


def test_what_is_too_large_or_missing_is_refused(tmp_path):
    with pytest.raises(SourceError, match="larger than 25 MB"):
        read_letters(bytes(LARGEST + 1))
    with pytest.raises(SourceError, match=r"none\.eml cannot be read"):
        read_letters(tmp_path / "none.eml")
