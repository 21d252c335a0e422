"""What building somebody's package again would mend."""

import io
import zipfile

import pytest

from provkit.config import Config
from provkit.errors import SourceError
from provkit.report.mend import CellMend, render_mended
from provkit.workflows.build import build, prepare
from provkit.workflows.mend import mended

PLAIN = Config()
USERS = b"user_id,login_id,first_name,last_name,email,status\n"
BO = b"bo@safety-guests.org,bo@safety-guests.org,Bo,Ek,bo@safety-guests.org,active\n"


@pytest.fixture
def look(tmp_path):
    def look(**contents):
        folder = tmp_path / "theirs"
        folder.mkdir()
        for name, content in contents.items():
            (folder / name.replace("__", ".")).write_bytes(content)
        return mended(prepare(folder, config=PLAIN), folder)

    return look


def test_a_cell_that_is_written_otherwise_is_named_with_its_line_before_and_after(look):
    (file,) = look(a__csv=USERS + BO + b" ana@safety-guests.org,ana@safety-guests.org,Ana ,Ruiz,,Active\n").files
    assert (file.source, file.target, file.same) == ("a.csv", "users.csv", 1)
    (row,) = file.rows
    assert (row.line, row.fate) == (3, "")
    assert row.cells == (
        CellMend("user_id", " ana@safety-guests.org", "ana@safety-guests.org"),
        CellMend("first_name", "Ana ", "Ana"),
        CellMend("email", "", "ana@safety-guests.org"),
        CellMend("status", "Active", "active"),
    )


def test_rows_that_are_not_written_say_why(look):
    (file,) = look(a__csv=USERS + BO + BO + b"x,nobody,N,N,x,active\n").files
    assert [(row.line, row.fate) for row in file.rows] == [
        (3, "left out: it says again what line 2 says"),
        (4, "kept out: it has an error, or depends on a row that has one"),
    ]


def test_what_is_mended_in_a_file_as_a_whole_is_said_once(look):
    rows = b"course_id;user_id;role;section_id;status;Notes\nZ;bo@safety-guests.org;student;;active;\nA;bo@safety-guests.org;student;;active;\n"
    (file,) = look(e__csv=b"\xef\xbb\xbf" + rows).files
    coding, header, order = file.whole
    assert "byte order mark" in coding
    assert "semicolons" in coding
    assert "becomes 'course_id,user_id,role,section_id,status'" in header
    assert "order of their ids" in order
    assert file.rows == ()


def test_a_message_that_arrives_garbled_is_written_anew(tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "users.csv").write_bytes(USERS + BO)
    (tmp_path / "t" / "message.properties").write_bytes("sender=a@example.edu\nsubject=Grüße\nbody=x\n".encode())
    files = {file.source: file for file in mended(prepare(tmp_path / "t", notify=True, config=PLAIN), "t").files}
    assert files["message.properties"].whole
    assert not files["users.csv"].whole


def test_what_provkit_built_has_nothing_to_mend(root, tmp_path):
    build(root / "sample_data" / "roster.xlsx", tmp_path / "out", notify=True, config=PLAIN)
    for package in (tmp_path / "out", tmp_path / "out" / "package.zip"):
        found = mended(prepare(package, notify=True, config=PLAIN), package)
        assert not found.any, render_mended(found, listed=9)
        assert "Nothing: it would be written as it stands." in render_mended(found, listed=9)
        assert sum(file.same for file in found.files) == 97


def test_a_zip_is_compared_as_a_folder_is(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("u.csv", USERS + BO.replace(b"Bo,", b" Bo,"))
    (tmp_path / "t.zip").write_bytes(buffer.getvalue())
    (file,) = mended(prepare(tmp_path / "t.zip", config=PLAIN), "t.zip").files
    assert file.rows[0].cells == (CellMend("first_name", " Bo", "Bo"),)


def test_what_is_no_package_is_refused_with_what_shows_its_changes(root):
    source = root / "sample_data" / "roster.xlsx"
    with pytest.raises(SourceError, match="no package") as stopped:
        mended(prepare(source, config=PLAIN), source)
    assert "--changes" in stopped.value.remedy


def test_the_text_fits_80_columns_and_counts_what_it_does_not_list(look):
    rows = b"".join(f"a{n}@safety-guests.org,a{n}@safety-guests.org,{'A' * 90} ,B,,active\n".encode() for n in range(9))
    text = render_mended(look(a__csv=USERS + rows), listed=4)
    assert max(map(len, text.splitlines())) <= 100  # a value without blanks stays whole
    assert "and 5 more rows (--listed sets how many are listed)" in text
    assert text.count("  line ") == 4


def test_a_sensitive_column_is_named_and_what_stands_below_it_is_not(look):
    users = USERS.replace(b"email,", b"email,password,") + BO.replace(
        b"safety-guests.org,active", b"safety-guests.org,s3cret,active"
    )
    found = look(a__csv=users)
    (file,) = found.files
    header, sensitive = file.whole
    assert header.startswith("Its first line 'user_id,login_id,first_name,last_name,email,password,status' becomes")
    assert sensitive == "What stands under 'password' is sensitive; it is never read, and left out."
    assert "s3cret" not in render_mended(found, listed=10)
