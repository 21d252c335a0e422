"""OneRoster sets of our own, with the full official columns: 1.1 and 1.2, bulk and delta, and what real files do otherwise."""

import csv
import io
import random
import zipfile

import pytest

from provkit.config import Config
from provkit.errors import ConfigError, SourceError
from provkit.workflows.build import build, prepare
from provkit.workflows.validate import validate

USERS = {
    "1.1": (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,"
        "email,sms,phone,agentSourcedIds,grades,password"
    ),
    "1.2": (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
        "agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,"
        "preferredFamilyName,primaryOrgSourcedId,pronouns"
    ),
}
HEADERS = {
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
        "subjects,subjectCodes,periods"
    ),
    "enrollments": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
    ),
    "roles": ("sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"),
    "demographics": "sourcedId,status,dateLastModified,birthDate,sex",
}


class Set:
    """A set that can be changed, written into a folder, and built."""

    def __init__(self, version="1.2", mode="bulk"):
        self.delta = mode == "delta"
        self.version = version
        self.headers = {name: header.split(",") for name, header in {**HEADERS, "users": USERS[version]}.items()}
        if version == "1.1":
            del self.headers["roles"]
        self.rows = {name: [] for name in self.headers}
        self.manifest = [("manifest.version", "1.0"), ("oneroster.version", version)]
        self.manifest += [(f"file.{name}", mode if name in self.rows else "absent") for name in (*self.headers, "results")]
        self.manifest += [("source.systemName", "Example SIS"), ("source.systemCode", "EX")]
        self.add("orgs", "o1", name="Example District", type="district", identifier="D-1")
        self.add("orgs", "o2", name="Example School", type="school", identifier="S-2", parentSourcedId="o1")
        self.add(
            "academicSessions",
            "y1",
            title="2026-27",
            type="schoolYear",
            startDate="2026-08-01",
            endDate="2027-07-01",
            schoolYear="2027",
        )
        self.add(
            "academicSessions",
            "t1",
            title="Fall",
            type="term",
            startDate="2026-08-24",
            endDate="2026-12-19",
            parentSourcedId="y1",
            schoolYear="2027",
        )
        self.add(
            "academicSessions",
            "t2",
            title="Spring",
            type="term",
            startDate="2027-01-11",
            endDate="2027-05-08",
            parentSourcedId="y1",
            schoolYear="2027",
        )
        self.add("courses", "k1", schoolYearSourcedId="y1", title="First Aid", courseCode="FA-1", orgSourcedId="o2")
        self.add(
            "classes",
            "c1",
            title="First Aid, Monday",
            courseSourcedId="k1",
            classType="scheduled",
            schoolSourcedId="o2",
            termSourcedIds="t1",
        )
        self.add(
            "classes",
            "c2",
            title="First Aid, all year",
            courseSourcedId="k1",
            classType="Scheduled",
            schoolSourcedId="o2",
            termSourcedIds="t1,t2",
        )
        self.user("u1", "ana", "Ana", "Ruiz", role="student")
        self.user("u2", "bo", "Bo", "Ek", role="teacher")
        self.user("u3", "cy", "Cy", "Orr", role="aide")
        self.user("u4", "di", "Di", "Ruiz", role="guardian")
        self.enroll("e1", "c1", "u1", "student", primary="false", beginDate="2026-08-24", endDate="2026-12-19")
        self.enroll("e2", "c1", "u2", "teacher", primary="true")
        self.enroll("e3", "c2", "u3", "aide")
        self.enroll("e4", "c1", "u4", "guardian")

    def add(self, of_type, own, /, **cells):
        row = dict.fromkeys(self.headers[of_type], "") | {"sourcedId": own}
        if self.delta:
            row |= {"status": "active", "dateLastModified": "2026-08-01T00:00:00.000Z"}
        self.rows[of_type].append(row | {key: said for key, said in cells.items() if key in row})

    def user(self, own, username, given, family, *, role, **cells):
        told = {
            "enabledUser": "true",
            "username": username,
            "givenName": given,
            "familyName": family,
            "email": f"{username}@example.org",
        }
        told |= {"orgSourcedIds": "o2", "role": role, "password": "s3cret-word", "sms": "555-0100", "primaryOrgSourcedId": "o2"}
        self.add("users", own, **told | cells)
        if self.version == "1.2":
            self.add("roles", f"r-{own}", userSourcedId=own, roleType="primary", role=role, orgSourcedId="o2")

    def enroll(self, own, of, user, role, **cells):
        self.add("enrollments", own, classSourcedId=of, schoolSourcedId="o2", userSourcedId=user, role=role, **cells)

    def row(self, name, own):
        return next(row for row in self.rows[name] if row["sourcedId"] == own)

    def write(self, folder, *, mark=False, shuffle=None):
        folder.mkdir(exist_ok=True)
        files = {
            name: [self.headers[name], *([row[key] for key in self.headers[name]] for row in rows)]
            for name, rows in self.rows.items()
            if rows
        }
        if self.manifest:
            files["manifest"] = [["propertyName", "value"], *map(list, self.manifest)]
        order = list(files)
        if shuffle is not None:
            shuffle.shuffle(order)
        for name in order:
            grid = files[name]
            if shuffle is not None:
                body = grid[1:]
                shuffle.shuffle(body)
                columns = list(range(len(grid[0])))
                shuffle.shuffle(columns)
                grid = [[row[column] for column in columns] for row in [grid[0], *body]]
            text = io.StringIO(newline="")
            csv.writer(text).writerows(grid)
            (folder / f"{name}.csv").write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.getvalue().encode())
        return folder


def made(source, tmp_path, **sis):
    tables = {"defaults": {"account_id": "RECREATION"}, "sis": sis}
    return prepare(source.write(tmp_path / "set"), config=Config(None, tables, {}))


def table(built, name):
    part = next((part for part in built.package.parts if part.name == name), None) if built.package else None
    return [] if part is None else list(csv.DictReader(io.StringIO(bytes(part.content).decode())))


def found(built):
    return {f"{finding.code} {finding.origin}" for finding in built.report.findings}


def errors(built):
    return [f"{finding.code} {finding.origin}" for finding in built.report.findings if str(finding.severity) == "error"]


def balanced(built):
    account = built.account
    return account.read == account.used + account.merged + account.set_aside + account.held_back


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("mode", ["bulk", "delta"])
def test_a_whole_set_becomes_a_package_that_validates(version, mode, tmp_path):
    source = Set(version, mode)
    total = sum(map(len, source.rows.values())) + len(source.manifest)
    config = Config(None, {"defaults": {"account_id": "RECREATION"}}, {})
    built = build(source.write(tmp_path / "set"), tmp_path / "out", config=config)
    assert errors(built) == []
    assert table(built, "courses.csv") == [
        {
            "course_id": "k1",
            "short_name": "FA-1",
            "long_name": "First Aid",
            "account_id": "RECREATION",
            "status": "active",
            "start_date": "2026-08-24T04:00:00Z",
            "end_date": "2027-05-08T03:59:59Z",
        }
    ]
    assert [(row["section_id"], row["course_id"], row["name"], row["end_date"]) for row in table(built, "sections.csv")] == [
        ("c1", "k1", "First Aid, Monday", "2026-12-19T04:59:59Z"),
        ("c2", "k1", "First Aid, all year", "2027-05-08T03:59:59Z"),
    ]
    assert [(row["user_id"], row["role"], row["section_id"], row["status"]) for row in table(built, "enrollments.csv")] == [
        ("ana@example.org", "student", "c1", "active"),
        ("bo@example.org", "teacher", "c1", "active"),
        ("cy@example.org", "ta", "c2", "active"),
    ]
    assert [row["login_id"] for row in table(built, "users.csv")] == ["ana@example.org", "bo@example.org", "cy@example.org"]
    assert validate(tmp_path / "out").ok
    assert balanced(built)
    assert built.account.read == total
    assert ("PK666 enrollments.csv" in found(built)) == (mode == "bulk")
    assert f"its manifest says OneRoster {version}" in built.recognised[0]


def test_passwords_are_nowhere_and_said_to_have_been_there(tmp_path):
    built = build(Set().write(tmp_path / "set"), tmp_path / "out", config=Config(None, {"defaults": {"account_id": "R"}}, {}))
    assert built.package is not None
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    everything += repr(list(built.changes)).encode() + repr(built.report.to_dict(show_values=True)).encode()
    assert b"s3cret-word" not in everything
    assert b"555-0100" not in everything
    assert any("password" in finding.message for finding in built.report.findings)


def test_an_exclusive_end_becomes_the_last_day_and_the_change_is_recorded(tmp_path):
    built = made(Set(), tmp_path)
    ends = [change for change in built.changes if change.kind == "exclusive-end"]
    assert ("academicSessions.csv!G3", "2026-12-19", "2026-12-18") in [(str(end.origin), end.before, end.after) for end in ends]


def test_what_is_to_be_deleted_gets_the_status_of_its_kind(tmp_path):
    source = Set(mode="delta")
    source.enroll("e5", "c1", "u3", "aide", status="tobedeleted")
    source.row("classes", "c2")["status"] = "tobedeleted"
    source.row("users", "u2")["status"] = "tobedeleted"
    built = made(source, tmp_path)
    assert errors(built) == []
    assert [(row["section_id"], row["status"]) for row in table(built, "sections.csv")] == [("c1", "active"), ("c2", "deleted")]
    assert [(row["user_id"], row["section_id"], row["status"]) for row in table(built, "enrollments.csv")] == [
        ("ana@example.org", "c1", "active"),
        ("cy@example.org", "c1", "deleted"),
    ]
    assert [row["login_id"] for row in table(built, "users.csv")] == ["ana@example.org"]
    said = " ".join(finding.message for finding in built.report.findings)
    assert "they go with it" in said
    assert "disabled or to be deleted, which the service can do for nobody" in said
    assert balanced(built)


def test_a_course_to_be_deleted_takes_its_classes_along(tmp_path):
    source = Set(mode="delta")
    source.row("courses", "k1")["status"] = "tobedeleted"
    built = made(source, tmp_path)
    assert [(row["course_id"], row["status"]) for row in table(built, "courses.csv")] == [("k1", "deleted")]
    assert table(built, "sections.csv") == table(built, "enrollments.csv") == table(built, "users.csv") == []


@pytest.mark.parametrize(
    ("setting", "statuses"), [({}, ["active", "active"]), ({"disabled": "inactive"}, ["inactive", "active", "active"])]
)
def test_disabled_people_are_set_aside_or_made_inactive_and_never_invited(setting, statuses, tmp_path):
    source = Set()
    source.row("users", "u1")["enabledUser"] = "false"
    built = made(source, tmp_path, **setting)
    assert [row["status"] for row in table(built, "enrollments.csv")] == statuses
    assert "ana@example.org" not in [row["login_id"] for row in table(built, "users.csv")]


def test_people_of_the_university_become_no_guests(tmp_path):
    source = Set()
    source.row("users", "u2")["email"] = "boek@iu.edu"
    built = made(source, tmp_path)
    assert {row["user_id"] for row in table(built, "enrollments.csv")} == {"ana@example.org", "boek", "cy@example.org"}
    assert "boek@iu.edu" not in [row["login_id"] for row in table(built, "users.csv")]
    assert "PK630 users.csv!K3" in found(built)


@pytest.mark.parametrize(
    ("person", "key", "guests"),
    [
        (["username"], "ana", 0),
        (["identifier", "email"], "0001234567", 2),
        (["sourcedId"], "2000000001", 0),
        (["userIds{LDAP}", "email"], "anaruiz", 2),
        (["email"], "ana@example.org", 3),
    ],
)
def test_the_setting_says_what_people_are_known_by(person, key, guests, tmp_path):
    source = Set()
    source.row("users", "u1").update(identifier="0001234567", userIds="{LDAP:anaruiz},{LTI:77}")
    if person == ["sourcedId"]:
        for number, row in enumerate(source.rows["users"], 2000000001):
            for enrollment in source.rows["enrollments"]:
                if enrollment["userSourcedId"] == row["sourcedId"]:
                    enrollment["userSourcedId"] = str(number)
            row["sourcedId"] = str(number)
    built = made(source, tmp_path, person=person)
    assert errors(built) == []
    assert key in {row["user_id"] for row in table(built, "enrollments.csv")}
    assert len(table(built, "users.csv")) == guests


def test_somebody_without_an_address_is_found_at_the_cell_that_might_help(tmp_path):
    source = Set()
    source.row("users", "u1")["email"] = ""
    built = made(source, tmp_path)
    assert errors(built) == ["PK669 users.csv!E2"]
    assert built.account.held_back == 2
    again = made(source, tmp_path, username_domain="example.edu")
    assert errors(again) == []
    assert "ana@example.edu" in {row["user_id"] for row in table(again, "enrollments.csv")}


def test_a_fault_is_spoken_of_in_the_file_where_it_stands(tmp_path):
    source = Set()
    source.row("users", "u3")["email"] = "cy@@example"
    source.row("enrollments", "e1")["classSourcedId"] = "c9"
    source.row("enrollments", "e2")["userSourcedId"] = "u9"
    source.row("classes", "c2")["courseSourcedId"] = "k9"
    built = made(source, tmp_path)
    assert {"PK661 enrollments.csv!D2", "PK661 enrollments.csv!F3", "PK661 classes.csv!F3"} <= set(errors(built))
    assert any(place.endswith("users.csv!K4") for place in errors(built))
    assert balanced(built)


def test_ids_that_stand_twice_with_different_rows_hold_back_what_refers_to_them(tmp_path):
    source = Set()
    source.user("u1", "eve", "Eve", "Lo", role="student")
    built = made(source, tmp_path)
    assert errors(built) == ["PK662 users.csv!A6"]
    assert balanced(built)
    again = Set()
    again.user("u1", "ana", "Ana", "Ruiz", role="student")
    again.rows["roles"].pop()
    same = made(again, tmp_path)
    assert errors(same) == []
    assert same.account.merged == 1


@pytest.mark.parametrize(("role", "said"), [("proctor", "no setting says"), ("Parent", "guardians and relatives")])
def test_roles_without_a_counterpart_are_set_aside(role, said, tmp_path):
    source = Set()
    source.row("enrollments", "e3")["role"] = role
    built = made(source, tmp_path)
    assert errors(built) == []
    assert any(said in finding.message for finding in built.report.findings)
    assert "cy@example.org" not in {row["user_id"] for row in table(built, "enrollments.csv")}
    if role == "proctor":
        assert "ta" in {row["role"] for row in table(made(source, tmp_path, roles={"Proctor": "ta"}), "enrollments.csv")}


def test_organisations_and_sessions_are_looked_up_by_any_of_their_names_and_through_their_parents(tmp_path):
    built = made(Set(), tmp_path, accounts={"example district": "UITS"}, terms={"2026-27": "4268"})
    assert [(row["account_id"], row["term_id"]) for row in table(built, "courses.csv")] == [("UITS", "4268")]
    missing = made(Set(), tmp_path, accounts={"elsewhere": "UITS"}, terms={"2026-27": "4268"})
    assert errors(missing) == ["PK664 courses.csv!H2"]
    assert '"o2" = ' in next(finding.message for finding in missing.report.findings if finding.code == "PK664")
    assert errors(made(Set(), tmp_path, terms={"2020": "4208"})) == ["PK664 courses.csv!D2"]


def test_without_any_setting_the_organisation_is_taken_for_the_account_with_a_warning(tmp_path):
    built = prepare(Set().write(tmp_path / "set"), config=Config(None, {}, {}))
    assert built.package is not None
    assert "PK665 courses.csv!H2" in found(built)


def test_where_no_class_names_a_course_classes_are_courses(tmp_path):
    source = Set()
    source.rows["courses"].clear()
    for row in source.rows["classes"]:
        row["courseSourcedId"] = ""
    built = made(source, tmp_path)
    assert errors(built) == []
    assert [row["course_id"] for row in table(built, "courses.csv")] == ["c1", "c2"]
    assert {(row["course_id"], row["section_id"]) for row in table(built, "enrollments.csv")} == {("c1", ""), ("c2", "")}
    assert balanced(made(Set(), tmp_path, classes="courses"))


def test_a_delta_may_leave_out_what_has_not_changed(tmp_path):
    source = Set(mode="delta")
    for name in ("courses", "classes", "academicSessions", "orgs"):
        source.rows[name].clear()
    built = made(source, tmp_path)
    assert errors(built) == []
    assert {(row["course_id"], row["section_id"]) for row in table(built, "enrollments.csv")} == {("", "c1"), ("", "c2")}


def test_columns_in_any_order_legacy_names_vendor_columns_and_a_mark_do_no_harm(tmp_path):
    plain = made(Set("1.1"), tmp_path)
    source = Set("1.1")
    renamed = {"userIds": "userId", "agentSourcedIds": "agents", "grades": "grade"}
    source.headers["users"] = [*reversed(source.headers["users"]), "metadata.ext_badge", "ext_bus"]
    for row in source.rows["users"]:
        row |= {"metadata.ext_badge": "B-7", "ext_bus": "12"}
    source.headers["users"] = [renamed.get(name, name) for name in source.headers["users"]]
    for row in source.rows["users"]:
        row.update({new: row.pop(old) for old, new in renamed.items()})
        row["status"] = ""
    source.manifest = []
    built = prepare(
        source.write(tmp_path / "other", mark=True), config=Config(None, {"defaults": {"account_id": "RECREATION"}}, {})
    )
    assert {part.name: bytes(part.content) for part in built.package.parts} == {
        part.name: bytes(part.content) for part in plain.package.parts
    }
    assert any("ext_bus" in finding.message for finding in built.report.findings)
    assert "there is no manifest" in built.recognised[0]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_columns_and_files_changes_nothing(seed, tmp_path):
    config = Config(None, {"defaults": {"account_id": "RECREATION"}}, {})
    plain = prepare(Set().write(tmp_path / "plain"), config=config)
    mixed = prepare(Set().write(tmp_path / "mixed", shuffle=random.Random(seed)), config=config)
    assert [part.content for part in mixed.package.parts] == [part.content for part in plain.package.parts]
    assert mixed.account == plain.account


def test_building_what_was_built_changes_nothing(tmp_path):
    config = Config(None, {"defaults": {"account_id": "RECREATION"}}, {})
    build(Set().write(tmp_path / "set"), tmp_path / "one", config=config)
    build(tmp_path / "one", tmp_path / "two", config=config)
    assert {path.name: path.read_bytes() for path in (tmp_path / "one").glob("*.csv")} == {
        path.name: path.read_bytes() for path in (tmp_path / "two").glob("*.csv")
    }


def test_a_setting_that_is_wrong_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match="person"):
        made(Set(), tmp_path, person=["mail"])


def test_a_set_without_classes_and_enrollments_is_refused(tmp_path):
    source = Set()
    for name in ("courses", "classes", "enrollments"):
        source.rows[name].clear()
    with pytest.raises(SourceError, match="no enrollments, classes or courses"):
        made(source, tmp_path)


def test_ids_that_canvas_dislikes_are_found_where_they_stand(tmp_path):
    source = Set()
    long = "k" * 300
    source.row("courses", "k1")["sourcedId"] = long
    for row in source.rows["classes"]:
        row["courseSourcedId"] = long
    built = made(source, tmp_path)
    assert "PK261 courses.csv!A2" in errors(built)


def test_a_set_in_a_zip_gives_the_same_as_in_a_folder(tmp_path):
    config = Config(None, {"defaults": {"account_id": "RECREATION"}}, {})
    folder = Set().write(tmp_path / "set")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted(folder.iterdir(), reverse=True):
            archive.write(path, f"export/{path.name}")
    plain, zipped = prepare(folder, config=config), prepare(tmp_path / "set.zip", config=config)
    assert zipped.package is not None
    assert [part.content for part in zipped.package.parts] == [part.content for part in plain.package.parts]
    assert zipped.account == plain.account


def test_what_is_said_on_the_command_line_fills_what_a_set_leaves_empty(tmp_path):
    built = prepare(Set().write(tmp_path / "set"), config=Config(None, {}, {}), constants={"account_id": "RECREATION"})
    assert [row["account_id"] for row in table(built, "courses.csv")] == ["RECREATION"]
    with pytest.raises(ConfigError, match="--set course_id says nothing"):
        prepare(tmp_path / "set", config=Config(None, {}, {}), constants={"course_id": "NC-1"})
