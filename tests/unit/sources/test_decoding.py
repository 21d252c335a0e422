"""Names of many languages in many encodings: they arrive right, or the file is refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provkit.config import Config
from provkit.errors import ConfigError, SourceError
from provkit.sources import read
from provkit.sources.decoding import decode
from provkit.workflows.build import prepare

NAMES = {
    "French": ["Hélène Côté", "François Noël", "Jérôme Lebœuf"],
    "Spanish": ["Íñigo Núñez", "Ángel Muñoz", "Inés García"],
    "German": ["Jürgen Müller", "Änne Strauß", "Björn Groß"],
    "Portuguese": ["João Conceição", "Inês Simões"],
    "Nordic": ["Ågot Sørensen", "Åsa Öberg", "Kjær Æbelø"],
    "Polish": ["Łukasz Żółć", "Michał Wiśniewski", "Zofia Kamińska"],
    "Czech": ["Jiří Dvořák", "Lenka Nováčková", "Luděk Šťastný"],
    "Greek": ["Γιώργος Παπαδόπουλος", "Άννα Αθηνά"],
    "Russian": ["Анна Иванова", "Юрий Щербаков"],
    "Turkish": ["Ayşe Yılmaz", "Çağrı Gökçe", "İbrahim Şahin"],
    "Vietnamese": ["Nguyễn Thị Ánh", "Trần Đức"],
    "Japanese": ["山田 太郎", "すずき はなこ"],
    "Arabic": ["محمد علي", "فاطمة حسن"],
    "Hebrew": ["דוד כהן", "שרה לוי"],
    "Icelandic": ["Guðmundur Þórðarson"],  # the first name alone could be Turkish: Guğmundur,
    "Croatian": ["Ivan Marković", "Đurđica Šimić"],
}
CODE_PAGES = (
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "mac_roman", "mac_cyrillic", "iso8859_2", "iso8859_5"),
    *("iso8859_7", "iso8859_9", "koi8_r", "shift_jis", "euc_jp", "gbk", "big5"),
)
"""Those of DOS and of the Baltic are left out: a short list in them can read well in Mac Roman or Windows-1252, and is warned of."""
WESTERN = {"French", "Spanish", "German", "Portuguese", "Nordic"}


def outcome(content):
    """The text, or that the file was refused with something to do."""
    try:
        return decode(content, "x.csv").text
    except SourceError as error:
        return "refused" if error.remedy else "refused without a word"


def lists():
    for language, names in NAMES.items():
        yield from ((language, name) for name in names)
        yield language, "\r\n".join(names)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("language", NAMES)
def test_in_unicode_every_name_arrives_right(language, encoding):
    # Without a mark UTF-16 is told by the NULs beside the letters of a header.
    text = "First name,Last name,Email,Course ID,Role\r\n" + "\r\n".join(NAMES[language]) + "\r\n"
    decoded = decode(text.encode(encoding), "x.csv")
    assert decoded.text == text
    assert not decoded.guessed


@pytest.mark.parametrize("encoding", CODE_PAGES)
def test_in_a_code_page_names_arrive_right_or_the_file_is_refused(encoding):
    seen = 0
    for language, names in lists():
        text = f"Name,Email\r\n{names}\r\n"
        try:
            content = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        seen += 1
        said = outcome(content)
        assert said in (text, "refused"), language
        if encoding in ("cp1252", "mac_roman") and language in WESTERN:
            assert said == text, names
    assert seen


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("Polish", "windows-1250"),
        ("Czech", "windows-1250"),
        ("Russian", "windows-1251"),
        ("Greek", "windows-1253"),
        ("Turkish", "windows-1254"),
        ("Hebrew", "windows-1255"),
        ("Icelandic", "windows-1252"),
    ],
)
def test_what_it_could_be_is_said_and_read_so_once_it_is_named(tmp_path, language, encoding):
    text = "Name,Email\r\n" + "\r\n".join(NAMES[language]) + "\r\n"
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(SourceError, match="a guess would garble names") as stopped:
        read(path)
    assert encoding in stopped.value.message
    assert f"--encoding {encoding}" in stopped.value.remedy or encoding in stopped.value.message
    (sheet,) = read(path, encoding=encoding)
    assert [row[0] for row in sheet.rows[1:]] == NAMES[language]
    assert read(path, encoding=encoding).findings == ()


def test_what_was_named_holds_for_files_that_say_nothing_themselves():
    assert decode("Łódź".encode(), "x.csv", "windows-1250").encoding == "UTF-8"
    assert decode("Łódź".encode("utf-16"), "x.csv", "windows-1250").text == "Łódź"
    assert decode("Łódź".encode("cp1250"), "x.csv", "Windows-1250").text == "Łódź"
    assert decode("Müller".encode("mac_roman"), "x.csv", "Mac Roman").text == "Müller"


def test_what_it_is_not_is_refused_with_its_line():
    with pytest.raises(SourceError, match="line 2 has bytes"):
        decode(b"a\n\x81\n", "x.csv", "windows-1252")


@pytest.mark.parametrize("name", ["windows-9999", "zip", "rot13", ""])
def test_an_encoding_that_does_not_exist_is_refused(name):
    with pytest.raises(ConfigError, match="no encoding"):
        decode(b"\xff\xe9", "x.csv", name)


def test_a_setting_says_it_for_every_command(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("Email,First name,Last name\r\nzosia@safety-guests.org,Zofia,Żółć\r\n".encode("cp1250"))
    with pytest.raises(SourceError):
        prepare(path, config=Config())
    built = prepare(path, config=Config(tables={"defaults": {"encoding": "windows-1250"}}))
    assert built.package is not None
    assert "Żółć".encode() in bytes(built.package.parts[0].content)


@given(st.text(alphabet=st.characters(codec="cp1250", exclude_categories=["Cc"]), min_size=1))
def test_no_letter_of_another_code_page_ends_the_program(text):
    assert outcome(text.encode("cp1250")) != "refused without a word"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_the_sign_for_number_is_no_letter_of_a_wrong_code_page(encoding):
    text = "N°;Nom;Prénom\n1;Lefèvre;Zoé\n"
    assert decode(text.encode(encoding), "liste.csv").text == text
