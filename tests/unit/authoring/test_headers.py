"""Headers in other languages, ids of the source's own, and lists without a header."""

import pytest


@pytest.mark.parametrize(
    "header",
    [
        "Kurs-ID,E-Mail,Vorname,Nachname,Rolle",
        "Id du cours,Courriel,Prénom,Nom,Rôle",
        "ID del curso,Correo electrónico,Nombre,Apellidos,Rol",
        "Kurs,E-Mail-Adresse,Vorname,Familienname,Rolle",
        "Cours,Adresse électronique,Prénom,Nom de famille,Rôle",
        "Curso,Correo,Nombres,Apellido,Rol",
    ],
)
def test_headers_in_german_french_and_spanish_are_known(made, header):
    found = made({"list": f"{header}\nNC-1,ana@safety-guests.org,Ana,Ruiz,student\n"})
    assert found.rows("users", "login_id", "first_name", "last_name") == [("ana@safety-guests.org", "Ana", "Ruiz")]
    assert found.rows("enrollments", "course_id", "user_id", "role") == [("NC-1", "ana@safety-guests.org", "student")]
    assert found.codes == []


@pytest.mark.parametrize("header", ["Student Number", "Student ID", "Employee ID"])
@pytest.mark.parametrize("ids", [("X000123", "X000124"), ("17", "18")])
def test_an_id_of_the_sources_own_under_a_students_number_is_no_university_id(made, header, ids):
    found = made(
        {
            "Roster": f"{header},Email,First name,Last name,Course ID,Role\n"
            f"{ids[0]},ana@safety-guests.org,Ana,Ruiz,NC-1,student\n{ids[1]},bo@safety-guests.org,Bo,Ek,NC-1,student\n"
        }
    )
    assert found.rows("enrollments", "user_id") == ["ana@safety-guests.org", "bo@safety-guests.org"]
    assert found.codes == []


def test_such_an_id_is_followed_on_other_sheets(made):
    found = made(
        {
            "Users": "Student ID,Email,First name,Last name\nX000123,ana@safety-guests.org,Ana,Ruiz\n",
            "Enrollments": "Course ID,Student ID,Role\nNC-1,X000123,student\n",
        }
    )
    assert found.rows("enrollments", "user_id") == ["ana@safety-guests.org"]


def test_where_one_of_them_can_be_a_university_id_all_must_be(made):
    found = made({"Roster": "Student ID,Course ID,Role\n0001234567,NC-1,student\nX17,NC-1,student\n"})
    assert found.codes == ["PK619"]


def test_a_column_that_is_the_universitys_by_name_holds_university_ids(made):
    assert made({"Roster": "University ID,Course ID,Role\nX17,NC-1,student\n"}).codes == ["PK619"]


@pytest.mark.parametrize(
    "rows",
    [
        "ana@safety-guests.org,Ana,Ruiz,NC-1,student\nbo@safety-guests.org,Bo,Ek,NC-1,teacher\n",
        "Ana,Ruiz,ana@safety-guests.org\nBo,Ek,bo@safety-guests.org\n",
        "ana@safety-guests.org,NC-1\n",
    ],
)
@pytest.mark.parametrize("name", ["Roster", "list"])
def test_a_list_that_begins_with_its_first_person_is_refused_there(made, rows, name):
    found = made({name: rows, "Courses": "Course ID,Short name,Long name,Account ID,Status\nNC-1,A,A,REC,active\n"})
    assert found.codes == ["PK637"]
    assert found.rows("users") == []
    count = rows.count("\n")
    assert found.account() == (count + 1, 1, 0, 0, count)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Nom,Prénom,Courriel,Code du cours,Rôle,Statut", "Étudiante,Inscrite|Enseignant,Confirmé|étudiant,Annulée"),
        ("Nachname,Vorname,E-Mail-Adresse,Kurs-Nr,Rolle,Status", "Teilnehmerin,angemeldet|Dozent,bestätigt|Student,abgemeldet"),
        (
            "Apellidos,Nombre,Correo electrónico,Código del curso,Rol,Estado",
            "alumna,inscrita|Profesora,confirmada|alumno,cancelado",
        ),
    ],
)
def test_roles_and_statuses_are_known_in_the_languages_of_the_headers(made, header, rows):
    lines = [f"L{number},F{number},p{number}@example.org,NC-1,{row}" for number, row in enumerate(rows.split("|"))]
    result = made({"Sheet1": "\n".join([header, *lines])})
    assert result.rows("enrollments", "user_id", "role", "status") == [
        ("p0@example.org", "student", "active"),
        ("p1@example.org", "teacher", "active"),
    ]
