"""Simulating an upload, as text, as JSON, and as the ZIP that Canvas receives."""

import io
import json
import zipfile

import pytest

from provkit.package import Package
from provkit.receiver import Known
from provkit.report.simulation import account, arrives_whole, render_json, render_text
from provkit.workflows.simulate import canvas_zip, simulate

USERS = b"user_id,login_id,first_name,last_name,email,status\n"
ANN = b"ann@example.org,ann@example.org,Ann,Lee,ann@example.org,active\n"
FILES = {
    "users.csv": USERS + ANN + b"x,nobody,N,N,x,active\nshort\n" + ANN.replace(b"Lee", b"L\\ee"),
    "enrollments.csv": b"course_id,user_id,role,section_id,status\nC,jdoe,student,S,active\n",
}


@pytest.fixture
def reception():
    return simulate(Package.from_files(FILES))


def test_every_row_is_accounted_for(reception):
    counted = account(reception.files[0])
    assert (counted.rows, counted.sent, counted.rejected, counted.dropped, counted.altered) == (4, 2, 1, 1, 1)
    assert not arrives_whole(reception)
    assert arrives_whole(simulate(Package.from_files({"users.csv": USERS + ANN})))


def test_text_fits_80_columns_and_names_rows_and_mails(reception):
    text = render_text(reception)
    assert max(map(len, text.splitlines())) <= 80
    for expected in (
        "ANSWER  200",
        "line 4: dropped",
        "line 3: nobody - invalid email",
        "invites 1 new guest",
        "Enrollments sent to Canvas: 1",
    ):
        assert expected in text


def test_text_of_a_refusal_says_why():
    text = render_text(simulate(Package.from_files({"a.csv": b'x,"y\n', "b.csv": b"", "c.csv": b"z\n"})))
    text = " ".join(text.split())
    assert "ANSWER 400" in text
    assert "never closed" in text
    assert "it is empty" in text
    assert "none of the 26 headers" in text
    assert "nobody gets mail" in text


def test_json_masks_values_unless_asked(reception):
    hidden, shown = render_json(reception), render_json(reception, show_values=True)
    assert "ann@example.org" not in hidden
    assert "nobody" not in hidden
    assert "a***@e***.org" in hidden
    assert "ann@example.org" in shown
    assert json.loads(shown)["processing"]["canvas_zip"][0]["content"].startswith('"user_id"')


def test_json_gives_every_fate(reception):
    files = json.loads(render_json(reception))["files"]
    assert files[0]["fates"] == [["header", 1], ["sent", 1], ["rejected", 1], ["ignored_counted", 1], ["sent", 1]]
    assert files[0]["rejected"][0]["record"] == 3


def test_json_of_a_refusal_and_of_a_run_that_stops():
    assert json.loads(render_json(simulate(Package.from_files({}))))["processing"] is None
    stopped = simulate(Package.from_files({"u.csv": USERS.replace(b"status", b"status,service") + ANN}))
    assert json.loads(render_json(stopped))["processing"]["thrown"] == {"file": "u.csv", "record": 2, "field": 7, "fields": 6}
    assert "the whole run stops there" in " ".join(render_text(stopped).split())


def test_a_name_cannot_move_the_cursor():
    text = render_text(simulate(Package.from_files({"\x1b[2Jx.csv": b"a\n"})))
    assert "\x1b" not in text


def test_the_zip_holds_what_canvas_would_receive(reception):
    files = reception.processing.canvas_zip
    content = canvas_zip(files)
    assert content == canvas_zip(files)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["users.csv", "enrollments.csv"]
        assert archive.read("users.csv") == files[0].content


def test_what_is_known_is_not_taken_for_granted():
    reception = simulate(Package.from_files(FILES), known=Known(users=("other",)))
    assert "no emplId found for jdoe" in render_text(reception)


def test_the_upload_page_never_unzips(tmp_path):
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.csv", USERS + ANN)
    assert simulate(path).answer.status == 200
    assert simulate(path, app=True).answer.status == 400
