"""Who is meant, and who becomes a guest."""

import pytest

from provkit.schemas.layouts import Kind


def enrolled(made, grid, **settings):
    return made({"Roster": grid}, **settings).rows("enrollments", "user_id")


def test_a_university_id_or_username_wins_over_an_address(made):
    grid = (
        "Name,University ID,Username,Email,Course ID,Role\n"
        "Ana Ruiz,0001234567,aruiz,ana@example.org,NC-1,student\nBo Ek,,boek,bo@example.org,NC-1,student\nCy Ek,,,cy@example.org,NC-1,student\n"
    )
    result = made({"Roster": grid})
    assert result.rows("enrollments", "user_id") == ["0001234567", "boek", "cy@example.org"]
    assert result.rows("users", "login_id") == ["cy@example.org"]
    table = result.authored.tables.get(Kind.ENROLLMENTS)
    assert [str(table.origin(row, "user_id")) for row in range(3)] == ["Roster!B2", "Roster!C3", "Roster!D4"]


@pytest.mark.parametrize("address", ["jdoe@iu.edu", "JDoe@IU.edu", "jdoe@mail.iu.edu"])
def test_an_address_of_the_universitys_own_is_enrolled_by_its_username(made, address):
    result = made({"Roster": f"Name,Email,Course ID,Role\nJo Doe,{address},NC-1,student\n"})
    assert result.rows("enrollments", "user_id") == ["jdoe"]
    assert result.authored.tables.get(Kind.USERS) is None
    assert result.changed("username") == [("Roster!B2", "email", address, "jdoe")]


def test_only_the_domains_that_are_set_are_the_universitys_own(made):
    grid = "Name,Email,Course ID,Role\nA B,a@notiu.edu,NC-1,student\nC D,c@uni.example.edu,NC-1,student\n"
    assert enrolled(made, grid) == ["a@notiu.edu", "c@uni.example.edu"]
    assert enrolled(made, grid, own_domains=("example.edu",)) == ["a@notiu.edu", "c"]
    assert enrolled(made, grid, own_domains=()) == ["a@notiu.edu", "c@uni.example.edu"]


def test_an_own_address_among_the_guests_is_set_aside_and_still_enrolled(made):
    result = made(
        {
            "Users": "ID,Email,First name,Last name\nS1,jdoe@iu.edu,Jo,\nS2,ana@example.org,Ana,Ruiz\n",
            "Enrollments": "Course,User,Role\nNC-1,S1,student\nNC-1,jdoe@iu.edu,ta\nNC-1,S2,student\n",
        }
    )
    assert result.rows("users", "login_id") == ["ana@example.org"]
    assert result.rows("enrollments", "user_id", "role") == [("ana@example.org", "student"), ("jdoe", "student"), ("jdoe", "ta")]
    assert result.found == ["PK630 Users!B2"]
    assert result.account() == (5, 4, 0, 1, 0)


def test_references_follow_the_ids_of_a_users_sheet_to_the_address(made):
    result = made(
        {
            "Enrollments": "Course,User,Role\nNC-1,S1,student\nNC-1,ana.login,ta\nNC-1,S9,ta\n",
            "Expand": "User,Listing\nS1,42\n",
            "Users": "User ID,Login ID,Email,First name,Last name\nS1,ana.login,Ana@example.org,Ana,Ruiz\n",
        }
    )
    assert result.rows("users", "user_id", "login_id", "email") == [("Ana@example.org",) * 3]
    assert result.rows("enrollments", "user_id", "role") == [
        ("Ana@example.org", "student"),
        ("Ana@example.org", "ta"),
        ("S9", "ta"),
    ]
    assert result.rows("expand-enrollments", "user_id") == ["Ana@example.org"]
    assert ("Enrollments!B2", "user_id", "S1", "Ana@example.org") in result.changed("followed")
    assert len(result.changed("followed")) == 3


def test_ten_digits_on_a_users_sheet_are_an_own_id_and_elsewhere_a_university_id(made):
    users = {"Users": "User ID,Email,First name,Last name\n0001234567,ana@example.org,Ana,Ruiz\n"}
    members = {"Roster": "User ID,Email,Course ID,Role\n0001234567,ana@example.org,NC-1,student\n"}
    assert made(users | members).rows("enrollments", "user_id") == ["ana@example.org"]
    assert made(members).rows("enrollments", "user_id") == ["0001234567"]


def test_a_guest_with_a_university_id_is_none(made):
    result = made(
        {
            "Users": "Email,First name,Last name,University ID\nana@example.org,Ana,Ruiz,0001234567\n",
            "Enrollments": "Course,User,Role\nNC-1,ana@example.org,student\n",
        }
    )
    assert result.rows("users") == []
    assert result.rows("enrollments", "user_id") == ["0001234567"]
    assert result.found == ["PK630 Users!A2"]


def test_who_has_an_id_in_one_row_has_it_in_the_others_too(made):
    grid = "Name,University ID,Email,Course ID,Role\nAna Ruiz,,ana@example.org,NC-2,student\nAna Ruiz,0001234567,ANA@example.org,NC-1,student\n"
    result = made({"Roster": grid})
    assert result.rows("enrollments", "user_id") == ["0001234567", "0001234567"]
    assert result.rows("users") == []
    assert result.changed("followed") == [("Roster!C2", "email", "ana@example.org", "0001234567")]


def test_a_university_id_and_a_username_of_one_address_do_not_contradict(made):
    grid = (
        "University ID,Username,Email,Course ID,Role\n0001234567,,ana@example.org,NC-1,student\n,aruiz,ana@example.org,NC-2,student\n"
        ",,ana@example.org,NC-3,student\n"
    )
    assert enrolled(made, grid) == ["0001234567", "aruiz", "0001234567"]


def test_addresses_equal_but_for_case_are_one_person_spelled_as_first_met(made):
    result = made(
        {
            "Roster": (
                "Name,Email,Course ID,Role\nAna Ruiz,Ana@example.org,NC-1,student\nAna Ruiz,ANA@EXAMPLE.ORG,NC-2,student\n"
                "Ana Ruiz,ana@example.org,NC-1,student\n"
            )
        }
    )
    assert result.rows("users", "login_id") == ["Ana@example.org"]
    assert result.rows("enrollments", "course_id", "user_id") == [("NC-1", "Ana@example.org"), ("NC-2", "Ana@example.org")]
    assert result.changed("spelled") == [
        ("Roster!B3", "email", "ANA@EXAMPLE.ORG", "Ana@example.org"),
        ("Roster!B4", "email", "ana@example.org", "Ana@example.org"),
    ]
    assert result.account() == (3, 2, 1, 0, 0)


def test_several_rows_of_one_person_are_one_user_row(made):
    grid = (
        "Email,First name,Last name,Service\nana@example.org,Ana,,\nana@example.org,ANA,Ruiz,\nana@example.org,Ana,Ruiz,e\n"
        "bo@example.org,Bo,Ek,\n"
    )
    result = made({"Users": grid})
    assert result.rows("users", "login_id", "first_name", "last_name", "service") == [
        ("ana@example.org", "Ana", "Ruiz", "e"),
        ("bo@example.org", "Bo", "Ek", ""),
    ]
    assert result.codes == []
    assert result.account() == (4, 2, 2, 0, 0)


def test_contradicting_names_are_said_once_and_name_both(made):
    grid = "Email,First name,Last name\nfamily@example.org,Ana,Ruiz\n" + "family@example.org,Bo,Ruiz\n" * 2 + "x@example.org,X,X\n"
    result = made({"Users": grid})
    assert result.found == ["PK631 Users!C3"]
    (finding,) = result.authored.report.findings
    assert finding.message == "'family@example.org' is the address of Ana Ruiz and Bo Ruiz: one address is one person"
    assert "Ana" not in finding.render(show_values=False).replace("A***", "")
    assert list(result.broken("users")) == [0, 1, 2]
    assert result.account() == (4, 1, 0, 0, 3)


def test_rows_without_an_address_are_not_taken_for_one_person(made):
    result = made({"Users": "Email,First name,Last name\n,Ana,Ruiz\n,Bo,Ek\n"})
    assert result.codes == ["PK634", "PK634"]
    assert len(result.rows("users")) == 2


def test_an_address_may_stand_in_any_column_for_people(made):
    grid = "Login ID,Course ID,Role\nana@example.org,NC-1,student\n"
    assert enrolled(made, grid) == ["ana@example.org"]
    assert enrolled(made, "Username,Course ID,Role\nana@example.org,NC-1,student\njdoe@iu.edu,NC-1,student\n") == [
        "ana@example.org",
        "jdoe",
    ]
    result = made({"Users": "User ID,First name,Last name\nana@example.org,Ana,Ruiz\n"})
    assert str(result.authored.tables.get(Kind.USERS).origin(0, "login_id")) == "Users!A2"


def test_a_username_beside_another_address_wins_even_written_as_an_address(made):
    assert enrolled(made, "Username,Email,Course ID,Role\njdoe@iu.edu,jo@example.org,NC-1,student\n") == ["jdoe"]


def test_two_addresses_in_one_row_are_a_finding(made):
    result = made({"Roster": "Login ID,Email,Name,Course ID,Role\nb@example.org,a@example.org,Ana Ruiz,NC-1,student\n"})
    assert result.found == ["PK632 Roster!B2"]
    assert set(result.authored.broken) == {Kind.USERS, Kind.ENROLLMENTS} or set(result.authored.broken) == {
        Kind.ENROLLMENTS,
        Kind.USERS,
    }
    assert made({"Users": "Login ID,Email,Name\nA@example.org,a@example.org,Ana Ruiz\n"}).codes == []


def test_a_reference_to_an_id_of_two_people_is_held_back_with_them(made):
    result = made(
        {
            "Users": "User ID,Email,First name,Last name\nS1,a@example.org,A,A\nS1,b@example.org,B,B\nS2,c@example.org,C,C\n",
            "Enrollments": "Course,User,Role\nNC-1,S1,student\nNC-1,S2,student\nNC-1,a@example.org,ta\n",
        }
    )
    assert result.found == ["PK635 Users!A3"]
    assert {kind.value: rows.tolist() for kind, rows in result.authored.broken.items()} == {"users": [0, 1], "enrollments": [0]}
    assert result.rows("enrollments", "user_id") == ["S1", "a@example.org", "c@example.org"]


def test_a_row_without_anybody_is_a_finding_unless_its_cell_is_one_already(made):
    result = made({"Roster": "Name,Email,Course ID,Role\nAna Ruiz,,NC-1,student\nBo Ek,=#N/A,NC-1,student\n"})
    assert result.found == ["PK634 Roster!B2", "PK610 Roster!B3"]
    assert list(result.broken("enrollments")) == [0, 1]
    assert result.account() == (2, 0, 0, 0, 2)


def test_what_stands_in_a_column_of_addresses_is_kept_even_if_it_is_none(made):
    result = made({"Roster": "Name,User ID,Email,Course ID,Role\nAna Ruiz,S1,ana.example.org,NC-1,student\n"})
    assert result.rows("users", "login_id") == ["ana.example.org"]
    assert result.rows("enrollments", "user_id") == ["ana.example.org"]
    assert result.codes == []


def test_a_broken_row_of_a_person_does_not_drag_along_a_good_one(made):
    roster = "First name,Last name,Email,Course ID,Role\n=#REF!,Ruiz,ana@example.org,NC-1,student\nAna,Ruiz,ana@example.org,NC-2,student\n"
    people = "First name,Last name,Email\n=#REF!,Ruiz,ana@example.org\nAna,Ruiz,ana@example.org\n"
    for grid in (roster, people):
        result = made({"People": grid})
        assert result.found == ["PK610 People!A2"]
        assert result.rows("users", "first_name") == ["Ana", "Ana"]
        assert len(result.broken("users")) == 1
        held = result.authored.dependents(result.authored.broken)
        assert set(held) == {Kind.USERS}


def test_who_waits_or_cancelled_is_not_invited_whatever_the_column_is_called(made):
    result = made(
        {
            "Users": "Email,First name,Last name,Booking status\nana@example.org,Ana,Ruiz,Confirmed\nbo@example.org,Bo,Ek,Waiting list\n"
        }
    )
    assert result.rows("users", "login_id") == ["ana@example.org"]
    assert "PK645 Users!D3" in result.found
    assert result.account() == (2, 1, 0, 1, 0)
