"""Plans, guards and sends of changes only, from a package to what is on the wire and in the history."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from provkit.config import Config
from provkit.errors import ConfigError, GuardError, HistoryError
from provkit.planning.guards import Allowed
from provkit.workflows import plan_file
from provkit.workflows.build import build
from provkit.workflows.plan import plan
from provkit.workflows.send import prepare, send

HEADER = "course_id,user_id,role,section_id,status\n"
TEACHER = "SAFETY-101,0001234567,teacher,,active\n"


@pytest.fixture
def config(service, keys):
    return Config(None, {"env": {"beta": service.settings}}, keys)


@pytest.fixture
def roster(built):
    """Writes a package with so many students."""

    def make(first, last, *, teacher=True, **more):
        rows = [f"SAFETY-101,p{number}@safety-guests.org,student,,active\n" for number in range(first, last)]
        content = HEADER + "".join([TEACHER] * teacher + rows)
        return built(files={"enrollments.csv": content.encode()}, **more)

    return make


def posted(service):
    """The files inside the last archive posted, by their kind."""
    [(_, _, archive)] = [part for part in service.uploads[-1].parts if part[0] == "deptFileUpload"]
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name.rpartition("-")[0]: opened.read(name).decode() for name in opened.namelist()}


def test_only_changes_are_posted_and_the_next_time_there_are_none(service, config, roster):
    send(roster(0, 20), env="beta", config=config)
    out = roster(1, 21)
    prepared = prepare(out, env="beta", changes_only=True, removals="deleted", config=config)
    assert "become deleted" in prepared.describe()["Sends"]
    assert prepared.deliver().ok
    assert posted(service) == {
        "enrollments": f"{HEADER}SAFETY-101,p20@safety-guests.org,student,,active\nSAFETY-101,p0@safety-guests.org,student,,deleted\n"
    }
    again = send(out, env="beta", changes_only=True, removals="deleted", config=config)
    assert (again.ok, again.unchanged, again.to_dict()["kind"]) == (True, True, "unchanged")
    assert len(service.uploads) == 2


def test_the_setting_of_the_environment_says_what_becomes_of_who_disappeared(service, keys, roster):
    config = Config(None, {"env": {"beta": service.settings | {"removals": "inactive"}}}, keys)
    send(roster(0, 20), env="beta", config=config)
    send(roster(1, 20), env="beta", changes_only=True, config=config)
    assert posted(service)["enrollments"].endswith("p0@safety-guests.org,student,,inactive\n")


def test_a_send_that_was_refused_is_no_basis_for_the_next(service, say, config, roster):
    send(roster(0, 20), env="beta", config=config)
    service.upload_script = [say.answer(503, "busy"), say.queued]
    out = roster(0, 21)
    with pytest.raises(Exception, match="not available"):
        send(out, env="beta", changes_only=True, config=config)
    send(out, env="beta", changes_only=True, config=config)
    assert "p20@safety-guests.org" in posted(service)["enrollments"]


def test_what_a_guard_stops_asks_nobody_anything_and_is_in_no_history(service, config, roster):
    send(roster(0, 20), env="beta", config=config)
    out = roster(10, 20, teacher=False)
    before = len(service.received)
    prepared = prepare(out, env="beta", changes_only=True, removals="deleted", config=config)
    assert [stop.guard.reason for stop in prepared.stops] == ["ends_teachers", "ends_half", "ends_many", "much_smaller"]
    with pytest.raises(GuardError) as caught:
        prepared.deliver()
    assert caught.value.exit_code == 3
    assert "--allow ends_teachers --allow ends_half --allow ends_many --allow much_smaller" in caught.value.remedy
    assert len(service.received) == before
    assert [one.state for one in prepared.history.sends()] == ["accepted"]
    words = [stop.guard.reason for stop in prepared.stops]
    assert send(out, env="beta", changes_only=True, removals="deleted", allow=words, config=config).ok
    with pytest.raises(ConfigError, match="ends_half"):
        send(out, env="beta", allow=["end_half"], config=config)


def test_a_plan_names_nobody_needs_no_credentials_and_is_sent_exactly(service, config, roster, tmp_path):
    send(roster(0, 20), env="beta", config=config)
    asked = len(service.received)
    planned = plan(roster(1, 20), env="beta", changes_only=True, removals="deleted", config=Config(None, config.tables, {}))
    file = tmp_path / "plan.json"
    file.write_text(plan_file.render(planned), "utf-8")
    found = json.loads(file.read_text("utf-8"))
    assert "safety-guests" not in file.read_text("utf-8")
    assert found["courses"][0]["sentences"] == ["1 person loses access to SAFETY-101."]
    assert len(service.received) == asked
    with pytest.raises(GuardError) as caught:
        send(roster(2, 20), env="beta", plan=file, config=config)
    assert caught.value.reason == "plan_differs"
    assert len(service.uploads) == 1
    assert send(roster(1, 20), env="beta", plan=file, config=config).ok
    assert "deleted" in posted(service)["enrollments"]
    # Something was accepted since: the same files are another change now.
    with pytest.raises(GuardError) as caught:
        send(roster(1, 20), env="beta", plan=file, config=config)
    assert caught.value.reason == "plan_differs"


def test_what_is_accepted_between_preparing_and_sending_stops_it(service, config, roster):
    send(roster(0, 20), env="beta", config=config)
    late = prepare(roster(1, 20), env="beta", changes_only=True, config=config, removals="deleted")
    send(roster(0, 22), env="beta", config=config)
    with pytest.raises(GuardError) as caught:
        late.deliver()
    assert caught.value.reason == "plan_differs"
    assert len(service.uploads) == 2


def test_without_the_last_package_changes_only_says_why_it_cannot(service, keys, roster):
    config = Config(None, {"env": {"beta": service.settings}, "defaults": {"keep_sent": False}}, keys)
    send(roster(0, 20), env="beta", config=config)
    with pytest.raises(HistoryError, match="keep_sent"):
        send(roster(1, 20), env="beta", changes_only=True, config=config)
    assert send(roster(1, 20), env="beta", config=config).ok


def test_a_group_that_was_never_used_stops_it(service, config, roster):
    send(roster(0, 20), env="beta", config=config)
    with pytest.raises(GuardError) as caught:
        send(roster(0, 20), env="beta", group="BL-TSET", config=config)
    assert caught.value.reason == "unusual_group"


def test_two_feeds_that_name_one_person_otherwise_are_told_so_on_the_screen_and_in_no_plan_file(service, keys, config, built, say):
    users = "user_id,login_id,first_name,last_name,email,status\na@safety-guests.org,a@safety-guests.org,Ann,{},a@safety-guests.org,active\n"
    send(built(files={"users.csv": users.format("Lee").encode()}, feed="hr"), env="beta", config=config)
    planned = plan(built(files={"users.csv": users.format("Lean").encode()}), env="beta", config=config)
    assert any("another feed of the group, hr, has sent something else of 1 person" in note.casefold() for note in planned.warnings)
    assert list(planned.outlook.named_otherwise()) == ["Named otherwise by hr: a@safety-guests.org (Ann Lean here, Ann Lee there)."]
    assert "Lean" not in plan_file.render(planned)
    assert not planned.stops


def test_a_looser_limit_is_said_before_it_takes_effect(service, keys, roster):
    config = Config(None, {"env": {"beta": service.settings | {"max_ended": 60}}}, keys)
    send(roster(0, 20), env="beta", config=config)
    nobody = prepare(roster(0, 21), env="beta", changes_only=True, removals="deleted", config=config)
    some = prepare(roster(8, 20), env="beta", changes_only=True, removals="deleted", config=config)
    assert [stop.guard.reason for stop in some.stops] == []
    assert not [note for note in nobody.outlook.notes(nobody.environment, Allowed()) if "max_ended" in note]
    assert [
        note
        for note in some.outlook.notes(some.environment, Allowed())
        if note.startswith("Up to 60 % of all enrollments may end here without a stop: max_ended")
    ]


def test_a_source_that_shares_its_name_with_another_ends_nobody_unless_that_is_said(service, config, tmp_path):
    """A course of one person in each: too few for the other guards."""
    lists = {"art": "ana", "music": "bo"}
    for folder, who in lists.items():
        (tmp_path / folder).mkdir()
        head = "First name,Last name,Email,Course ID,Role\n"
        (tmp_path / folder / "roster.csv").write_text(
            f"{head}{who.title()},Ek,{who}@safety-guests.org,{folder.upper()}-1,student\n"
        )
        build(tmp_path / folder / "roster.csv", tmp_path / f"out-{folder}", config=Config())
    send(tmp_path / "out-art", env="beta", config=config)
    other = prepare(tmp_path / "out-music", env="beta", changes_only=True, removals="deleted", config=config)
    assert [stop.guard.reason for stop in other.stops] == ["ends_half"]
    with pytest.raises(GuardError, match="ART-1") as caught:
        other.deliver()
    assert "--feed NAME" in caught.value.remedy
    build(tmp_path / "music" / "roster.csv", tmp_path / "out-music", feed="music", config=Config())
    apart = prepare(tmp_path / "out-music", env="beta", changes_only=True, removals="deleted", config=config)
    assert (apart.stops, apart.feed.name) == ((), "music")
