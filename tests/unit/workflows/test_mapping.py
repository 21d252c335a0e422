"""Proposing a profile: what is proposed can be read, filled in and followed, and nothing is written over."""

import tomllib

import pytest

from provkit.authoring import find
from provkit.config import Config, load
from provkit.errors import ConfigError, GuardError, SourceError
from provkit.workflows.build import prepare
from provkit.workflows.mapping import map_source

LIST = (
    "Registered,E-mail of participant,Given name,Surname,Workshop,Attendance,Shoe size\n"
    "1,ana@example.org,Ana,Ruiz,First Aid,Registered,38\n2,bo@example.org,Bo,Ek,CPR,Waitlisted,41\n3,cy@example.org,Cy,Ng,CPR,Registered,40\n"
)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_each_column_has_a_field_or_none_with_confidence_and_reason(source):
    (table,) = map_source(source, config=Config()).proposal.tables
    assert [(guess.header, guess.field, guess.confidence) for guess in table.guesses] == [
        ("Registered", None, 0),
        ("E-mail of participant", "email", 75),
        ("Given name", "first_name", 95),
        ("Surname", "last_name", 95),
        ("Workshop", "course_id", 50),
        ("Attendance", None, 0),
        ("Shoe size", None, 0),
    ]
    assert all(guess.reason for guess in table.guesses)
    assert table.answers == {"course_id": {"CPR": "", "First Aid": ""}}
    assert table.constants == {"role": ""}


def test_what_is_proposed_stops_the_build_until_it_is_filled_in_and_then_comes_clean(source, tmp_path):
    own = tmp_path / "own.toml"
    assert map_source(source, output=own, config=Config()).written == own
    assert prepare(source, profile=str(own), config=Config()).package is None
    text = own.read_text("utf-8")
    text = text.replace('"CPR" = ""', '"CPR" = "NC-1"').replace('"First Aid" = ""', '"First Aid" = "NC-2"')
    text = text.replace('# role = "..."', 'role = "student"').replace("  # no column says it; take the # away and fill it in", "")
    own.write_text(text, encoding="utf-8")
    built = prepare(source, profile=str(own), config=Config())
    assert built.report.ok
    assert built.account.used == 3


def test_a_file_that_is_there_and_a_name_that_is_taken_are_left_alone(source, tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text("mine", encoding="utf-8")
    with pytest.raises(GuardError, match="is there already"):
        map_source(source, output=own, config=Config())
    assert own.read_text("utf-8") == "mine"
    settings = tmp_path / "provkit.toml"
    settings.write_text("[defaults]\nnotify = false", encoding="utf-8")
    assert map_source(source, name="spring", config=load(tmp_path)).named == "spring"
    assert tomllib.loads(settings.read_text("utf-8"))["profile"]["spring"]["holds"] == "members"
    assert find(load(tmp_path), "spring").columns["email"] == ("E-mail of participant",)
    with pytest.raises(ConfigError, match="has a profile spring already"):
        map_source(source, name="spring", config=load(tmp_path))


def test_several_sheets_are_several_tables(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "people.csv").write_text("Email,First name,Last name\nana@example.org,Ana,Ruiz\n")
    (folder / "enrollments.csv").write_text("Email,Class code,Role\nana@example.org,NC-1,student\n")
    mapped = map_source(folder, config=Config())
    assert len(tomllib.loads(mapped.text)["tables"]) == 2


def test_what_has_no_table_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("1,2\n3,4\n")
    with pytest.raises(SourceError, match="no table"):
        map_source(tmp_path / "x.csv", config=Config())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Name,Email,NC-101,NC-102\nAna Ruiz,ana@example.org,x,\nBo Ek,bo@example.org,,student\n", "each mark is an enrollment"),
        ("Email,Course ID,Role\nana@example.org,NC-1,student\n,,\nCourse ID,Long name,Account\nNC-1,Art,BL\n", "begins in row 4"),
        ("Email,Course ID,Role,,Email,Course ID,Role\na@example.org,N-1,ta,,b@example.org,N-2,ta\n", "beside each other"),
    ],
)
def test_what_no_profile_can_say_is_refused_with_what_to_type(tmp_path, text, why):
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=why) as caught:
        map_source(path, config=Config())
    assert f"provkit build {path}" in str(caught.value.remedy)


def test_marks_below_titles_are_told_beside_the_proposal(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Name,Email,Pottery,Grants\nAna Ruiz,ana@example.org,x,\nBo Ek,bo@example.org,,x\n")
    proposal = map_source(path, config=Config()).proposal
    assert len(proposal.tables) == 1
    assert proposal.beyond == (
        "In list.csv marks stand below Pottery, Grants; if these are courses, a profile cannot say so, and would enroll nobody.",
    )
