import pytest

from provkit.errors import SourceError
from provkit.schemas.layouts import Kind
from provkit.sources import read
from provkit.sources.decoding import decode
from provkit.sources.delimited import delimiter_of


def rows_of(tmp_path, content, name="roster.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    (sheet,) = read(path)
    return [list(row) for row in sheet.rows]


NAMES = "Name,Email\nRuiz Muñoz,ana@example.org\nÅsa Öberg,asa@example.org\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"])
def test_a_text_file_is_read_in_the_encoding_that_it_is_in(tmp_path, encoding):
    rows = rows_of(tmp_path, NAMES.encode(encoding))
    assert rows == [["Name", "Email"], ["Ruiz Muñoz", "ana@example.org"], ["Åsa Öberg", "asa@example.org"]]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "name",
    [
        "Ruiz, Inés",
        "Müller, Jürgen",
        "Noël, François",
        "Strauß, Änne",
        "Zoë Kierkegård",
        "João Conceição",
        "Hélène Côté",
        "Niccolò Però",
        "Íñigo Núñez",
        "Ågot Sørensen",
        "Straße – “naïve” café…",
    ],
)
def test_names_of_many_languages_in_old_code_pages_come_through(encoding, name):
    decoded = decode(f"Name\r\n{name}\r\n".encode(encoding), "x.csv")
    assert decoded.text == f"Name\r\n{name}\r\n"
    assert decoded.guessed


def test_where_both_code_pages_read_well_the_one_of_windows_is_taken():
    assert decode("O’Neil".encode("cp1252"), "x.csv").text == "O’Neil"
    assert decode("Škoda, Žižek".encode("cp1252"), "x.csv").text == "Škoda, Žižek"


def test_a_guessed_encoding_is_a_finding_that_shows_a_value(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(NAMES.encode("cp1252"))
    (finding,) = read(path).findings
    assert finding.code == "PK601"
    assert finding.value == "Ruiz Muñoz"
    assert "Windows-1252" in finding.message
    assert str(finding.origin) == "roster.csv"
    path.write_bytes(NAMES.encode())
    assert read(path).findings == ()


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03binary", b"a,b\n\x00\x00", b"\xff\xfea", b"\xef\xbb\xbf\xff"])
def test_what_is_no_text_is_refused(tmp_path, content):
    with pytest.raises(SourceError, match=r"roster\.csv is not a text file") as caught:
        rows_of(tmp_path, content)
    assert "CSV UTF-8" in caught.value.remedy


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    text = "Name,Email,Course\nRuiz,a@example.org,NC-1\n".replace(",", delimiter)
    assert rows_of(tmp_path, text.encode())[1] == ["Ruiz", "a@example.org", "NC-1"]


def test_a_comma_inside_values_does_not_hide_semicolons():
    assert delimiter_of('Name;Email\n"Ruiz, Ana";a@example.org\n"Ek, Bo";b@example.org\n') == ";"
    assert delimiter_of("Name;Email\nRuiz, Ana;a@example.org\nEk, Bo;b@example.org\n") == ";"


def test_excels_own_line_about_the_delimiter_decides_and_is_no_row(tmp_path):
    assert rows_of(tmp_path, b"sep=;\r\nEmail;Name\r\na@example.org;Ruiz, Ana, Maria, Jo\r\n") == [
        ["Email", "Name"],
        ["a@example.org", "Ruiz, Ana, Maria, Jo"],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_by_the_physical_line_on_which_they_start(tmp_path, end):
    text = end.join(["Email,Note", 'a@example.org,"two', 'lines"', "", "b@example.org,x", ""])
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode())
    (sheet,) = read(path)
    assert list(sheet.numbers) == [1, 2, 4, 5]
    assert sheet.rows[1][1] == f"two{end}lines"
    assert str(sheet.origin(3, 0)) == "roster.csv!A5"


def test_a_quote_that_is_never_closed_is_named_by_its_line(tmp_path):
    with pytest.raises(SourceError, match="line 3 and never closed"):
        rows_of(tmp_path, b'a,b\n1,2\n"3,4\n5,6\n')
    with pytest.raises(SourceError, match="line 2"):
        rows_of(tmp_path, b'a,b\n"' + b"x" * 200_000 + b"\n")


def test_stray_quotes_that_do_no_harm_are_read(tmp_path):
    assert rows_of(tmp_path, b'a,b\n24" monitor,"x"y\n') == [["a", "b"], ['24" monitor', "xy"]]


def test_a_file_of_the_upload_is_known_by_its_header_in_any_order_and_case(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"Status,ROLE,user_id,course_id,section_id,integration_id\nactive,student,jdoe,NC-1,,\n")
    (sheet,) = read(path)
    assert sheet.kind is Kind.ENROLLMENTS
    path.write_bytes(b"user_id,listing_id\njdoe,1\n")
    assert read(path).sheets[0].kind is Kind.EXPAND
    path.write_bytes(b"Email,Name\na@example.org,Ana\n")
    assert read(path).sheets[0].kind is None


def test_only_in_a_file_that_the_server_can_read_two_backslashes_are_one(tmp_path):
    legal = b"section_id,course_id,name,status\nS,C,a\\\\b\\c,active\n"
    assert rows_of(tmp_path, legal)[1][2] == "a\\b\\c"
    other = b"section_id,name,course_id,status\nS,a\\\\b\\c,C,active\n"
    assert rows_of(tmp_path, other)[1][1] == "a\\\\b\\c"


def test_what_was_recognised_is_said(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes("Name;Email\nRuiz;a@example.org\n".encode("utf-16"))
    said = read(path).recognised
    assert said == "roster.csv was read as UTF-16 text with semicolons between the fields, because it holds plain text."
