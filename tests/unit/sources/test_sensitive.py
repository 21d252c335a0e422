"""Which columns are never read, and which are although they look like it."""

import pytest

from provkit.sources import from_text
from provkit.sources.sensitive import is_sensitive, without_sensitive


def left(grid, said="Sheet"):
    """What is left of a sheet, and what the notes say."""
    sheets = without_sensitive(from_text({said: grid}))
    rows = ["|".join("" if cell is None else str(cell) for cell in row) for row in sheets.sheets[0].rows]
    return rows, [(str(finding.origin), finding.details["headers"]) for finding in sheets.findings]


KNOWN = (
    "Password|PASSWD|Pwd|Temp. password|Initial password (change it!)|SSN #|Last 4 of SSN|Date of Birth (MM/DD/YYYY)|D.O.B.|"
    "What is your date of birth?|Student Birth Date|Please enter your home address:|Passwort|Contraseña|Cell phone #|Home Phone 2|Ethnicity"
)
OTHERS = "Email|Passed|Course|Page|Stage|Section|Language|Password policy read|Birthday party"


@pytest.mark.parametrize("header", KNOWN.split("|"))
def test_headers_of_sensitive_columns_are_known(header):
    assert is_sensitive(header)


@pytest.mark.parametrize("header", OTHERS.split("|"))
def test_other_headers_are_not(header):
    assert not is_sensitive(header)


def test_a_table_further_down_keeps_what_stands_below_a_sensitive_column_of_the_first():
    grid = "Email,Password,Role\na@x.org,p1,student\n,,\nEmail,Course ID,Pwd\nb@x.org,NC-1,p2\n"
    rows, notes = left(grid)
    assert rows == ["Email||Role", "a@x.org||student", "||", "Email|Course ID|", "b@x.org|NC-1|"]
    assert notes == [("Sheet!1", "Password"), ("Sheet!4", "Pwd")]


def test_a_line_below_that_explains_the_header_does_not_end_the_column():
    rows, _ = left("Name,Email,Password\ntext,mail,text\nAna Ruiz,a@x.org,p1\n")
    assert rows == ["Name|Email|", "text|mail|", "Ana Ruiz|a@x.org|"]


def test_headers_repeated_on_every_page_change_nothing():
    rows, notes = left("Name,Email,Password\nAna,a@x.org,p1\nName,Email,Password\nBo,b@x.org,p2\n")
    assert rows == ["Name|Email|", "Ana|a@x.org|", "Name|Email|", "Bo|b@x.org|"]
    assert [said for _, said in notes] == ["Password"]


def test_people_called_white_or_street_keep_their_names():
    grid = "First name,Last name,Role\nBetty,White,student\nDella,Street,teacher\n,,\nCy,White,student\n"
    assert left(grid) == (
        ["First name|Last name|Role", "Betty|White|student", "Della|Street|teacher", "||", "Cy|White|student"],
        [],
    )


def test_an_answer_that_names_such_a_thing_is_no_header():
    grid = "Email,Course ID,Call me on\na@x.org,NC-1,Mobile phone\nb@x.org,Social Security,Home phone\nc@x.org,NC-1,Mobile phone\n"
    assert left(grid)[1] == []


def test_a_cell_merged_over_several_columns_covers_them_all():
    grid = "Name,Email,Home address,,Role\n,,Line,Town,\nAna,a@x.org,1 Main,Here,student\n"
    rows, notes = left(grid, "Sheet merged=C1:D1")
    assert rows == ["Name|Email|||Role", "||||", "Ana|a@x.org|||student"]
    assert notes == [("Sheet!1", "Home address")]


def test_what_stands_beside_the_name_of_such_a_thing_is_never_read():
    rows, notes = left("Wi-Fi password:,Summer\n,\nName,Email\nAna,a@x.org\n")
    assert rows == ["Wi-Fi password:|", "|", "Name|Email", "Ana|a@x.org"]
    assert notes == [("Sheet!1", "Wi-Fi password:")]


def test_numbers_and_dates_among_the_headers_do_not_hide_the_others():
    rows, notes = left("Name,Email,Phone,=10001,=2026-01-10\nAna,a@x.org,555,x,x\n")
    assert rows[0] == "Name|Email||10001.0|2026-01-10"
    assert [said for _, said in notes] == ["Phone"]
