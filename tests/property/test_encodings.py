"""Names of many languages, in each encoding and kind of file: they arrive as they are, or the file is refused with the reason; never garbled."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from drawn_sources import User
from drawn_sources.written import WRITERS, Table, text
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from provkit.config import Config
from provkit.errors import SourceError
from provkit.schemas.layouts import Kind
from provkit.workflows.build import build

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
NAMES = {
    "French": ["Zoé Lefèvre", "François Gagné", "Anaïs Côté", "Hélène D'Œuvre", "Noël Bücher"],
    "Spanish": ["José Nuñez", "María Ibáñez", "Begoña Agüero", "Íñigo Peña", "Ángel Muñiz"],
    "Portuguese": ["João Gonçalves", "Inês Simões", "Conceição Falcão", "Antônio Araújo", "Lúcia Brandão"],
    "German": ["Jürgen Groß", "Käthe Müller", "Björn Weiß", "Änne Schröder", "Sören Böhm"],
    "Nordic": ["Åse Søndergård", "Jörgen Åkerström", "Äänis Hämäläinen", "Sigurður Þórsson", "Bjørn Nærbø"],
    "Polish": ["Łukasz Wójcik", "Małgorzata Śliwińska", "Żaneta Gałązka", "Jerzy Dąbrowski", "Grażyna Źródło"],
    "Czech": ["Tomáš Nováček", "Jiří Dvořák", "Šárka Říhová", "Zdeněk Kučera", "Božena Šťastná"],
    "Turkish": ["Ayşe Öztürk", "Çağlar Yıldız", "İbrahim Şahin", "Gülşen Doğan", "Işıl Güneş"],
    "Russian": ["Мария Иванова", "Юрий Щукин", "Наталья Ёлкина", "Фёдор Жуков", "Эмма Цой"],
    "Greek": ["Νίκος Παπαδάκης", "Ελένη Ψαρρά", "Ιωάννα Ξένου", "Άρης Ωραίος", "Σοφία Θεοδώρου"],
    "Arabic": ["محمد العربي", "فاطمة الزهراء", "يوسف حداد", "ليلى منصور", "عمر خليل"],
    "Chinese": ["小龍 李", "伟 王", "秀英 张", "敏 刘", "静 陈"],
    "Vietnamese": ["Hương Nguyễn", "Thị Đặng", "Bảo Trần", "Quỳnh Phạm", "Mỹ Lê"],
}
PROVED = {
    "UTF-8": (".csv", text()),
    "UTF-8 with a byte order mark": (".csv", text(encoding="utf-8-sig")),
    "UTF-16": (".txt", text("\t", "utf-16")),
    "UTF-16 without a byte order mark": (".txt", text("\t", "utf-16-le")),
    **{form: WRITERS[form] for form in ("xlsx", "ods", "xls", "xlsb", "parquet", "web page")},
}
"""Ways to write a list that say themselves how its letters are written."""
UNSAID = {"Windows-1252": "cp1252", "Mac Roman": "mac_roman", "Windows-1250": "cp1250", "Windows-1254": "cp1254"}
"""Ways that do not."""

people = st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=2, unique=True).flatmap(
    lambda languages: st.lists(
        st.sampled_from([name for language in languages for name in NAMES[language]]), min_size=1, max_size=8, unique=True
    )
)
many = settings(
    max_examples=EXAMPLES or 12, derandomize=not EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def arriving(writer, names):
    """The guests that a list should bring, those that it brings, and why it is refused if it is."""
    ending, write = writer
    users = {User(f"p{number}@example.org", *name.split(" ", 1)) for number, name in enumerate(names)}
    rows = [[user.login_id, user.first_name, user.last_name] for user in sorted(users)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"people{ending}"
        write(path, [Table("People", ["Email", "First name", "Last name"], rows)])
        try:
            built = build(path, f"{folder}/out", config=Config(None, {}, {}))
        except SourceError as error:
            return users, set(), f"{error} {error.remedy}"
    table = built.authored.tables.by_kind[Kind.USERS].frame[list(User._fields)]
    return users, set(map(User._make, table.itertuples(index=False, name=None))), ""


@pytest.mark.parametrize("form", PROVED)
@many
@given(people)
def test_names_arrive_where_the_file_says_how_its_letters_are_written(form, names):
    users, found, refused = arriving(PROVED[form], names)
    assert not refused
    assert found == users


@pytest.mark.parametrize("form", UNSAID)
@many
@given(people)
def test_names_arrive_or_are_refused_with_the_reason_where_nothing_says_how_letters_are_written(form, names):
    codec = UNSAID[form]
    assume("".join(names).encode(codec, "ignore").decode(codec) == "".join(names))
    users, found, refused = arriving((".csv", text(";", codec)), names)
    if refused:
        assert "its encoding cannot be told: a guess would garble names" in refused
        assert "--encoding" in refused
    else:
        assert found == users
