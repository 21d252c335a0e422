"""A bundle made of a failing case gives the same findings at the same places, and holds nothing personal of the original."""

import ast
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import rule_examples
from openpyxl import load_workbook

from provkit._tlds import TLDS
from provkit.checks import RULES
from provkit.config import Config
from provkit.errors import GuardError, SourceError
from provkit.workflows.bundle import bundle
from provkit.workflows.stand_ins import StandIns, kept_domains
from provkit.workflows.validate import validate

WORD = re.compile(r"[^\W_]+")
DATED = re.compile(r"\d\dt\d\d|\d\dz|(?:fa|sp|su|wi)\d\d")
"""Parts of a date with a time, and terms in ids of official classes."""
PROSE = {"files", "upload", "done"}
"""Words of a rule's own sentence that an example happens to hold too."""


_ORDER = "which of two rows that say the same stands first follows the order of their words"
MAY_DIFFER = {
    "PK023": ({"PK023", "PK301", "PK815"}, "a ZIP whose directory lacks an entry is written anew, with what its directory lists"),
    "PK038": ({"PK038"}, "what provkit noted beside its own folder holds digests of the originals, and is left out"),
    "PK120": ({"PK301"}, _ORDER),
    "PK311": ({"PK311"}, "the stand-ins of two words that differ in a letter differ in many"),
    "PK505": ({"PK505"}, "which of two people with one name is named first follows the order of their addresses"),
    "PK268": ({"PK301", "PK815"}, _ORDER),
    "PK602": ({"PK150", "PK602", "PK604", "stopped"}, "a workbook of Excel 97 can only be described"),
    "PK604": ({"PK150", "PK604", "stopped"}, "a workbook of Excel 97 can only be described"),
    "PK626": ({"PK301"}, _ORDER),
    "PK636": ({"PK301"}, _ORDER),
    "PK649": ({"PK301"}, _ORDER),
    "PK651": ({"PK621", "PK651"}, "a header of the user's own words becomes a stand-in, which asks nothing"),
}
"""Rules whose example may be judged otherwise with stand-ins: in which codes, and why."""


def written(rule, folder):
    """A rule's example as files on disk, with the options that it is judged with; None where it is judged otherwise than by validate."""
    options, files, sheets = {}, [], {}
    target = None
    for info, content in rule.blocks("Example"):
        form, _, name = info.partition(" ")
        if form in ("csv", "bytes"):
            files.append((name, content.encode() if form == "csv" else ast.literal_eval(f"({content})")))
        elif form == "sheet":
            sheets[name] = content
        elif form == "source":
            target = folder / name
            target.write_bytes(ast.literal_eval(f"({content})"))
        elif form == "known":
            path = folder.parent / "known.toml"
            path.write_text(content, "utf-8")
            options["known"] = path
        elif form == "flags":
            options |= rule_examples._options(content)
        elif form == "builder":
            made = rule_examples.BUILDERS[name](folder)
            if isinstance(made, dict):
                return None
            if isinstance(made, Path):
                target = made
            elif made.door == "zip":
                target = folder / "package.zip"
                target.write_bytes(bytes(made.parts[0].content))
            elif any(part.name is None for part in made.parts):
                return None
            else:
                files += [(part.name, bytes(part.content)) for part in made.parts]
        elif form in ("canvas", "canvas-bytes", "profile", "config", "build"):
            return None
    if sheets:
        target = rule_examples._workbook(sheets, folder)
    if target is None:
        target = folder / "package"
        target.mkdir()
        for name, content in files:
            (target / name).write_bytes(content)
        if len({name for name, _ in files}) != len(files):
            return None
    return target, options


def words_of(content, name=""):
    """The words of a file, whatever it is packed in."""
    if content[:2] == b"PK":
        found = set()
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
            if "xl/workbook.xml" in archive.namelist():
                book = load_workbook(io.BytesIO(content))
                texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
                return {word.lower() for text in [*texts, *book.sheetnames] for word in WORD.findall(text)}
            for entry in archive.infolist():
                found |= words_of(archive.read(entry)) | {word.lower() for word in WORD.findall(entry.filename.rpartition(".")[0])}
        except (zipfile.BadZipFile, RuntimeError):
            return found
        return found
    return {word.lower() for word in WORD.findall(content.decode("utf-8", "ignore"))}


def personal(path):
    """The words of a file or folder that must not come out: all of three signs or more that are no word of the formats."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and ".provkit" not in one.parts]
    keeper = StandIns()
    domains = {word for domain in kept_domains() for word in WORD.findall(domain)} | TLDS
    found = set().union(*(words_of(one.read_bytes()) for one in files))
    return {
        word for word in found if len(word) > 2 and not keeper.is_kept(word) and word not in domains and not DATED.fullmatch(word)
    }


def told(report):
    """The words of a report that come from the inputs."""
    for finding in report.get("findings", ()):
        yield from filter(None, (finding["value"], finding["file"], *(finding["origin"] or {}).values()))
        template = next(rule.template for rule in RULES if rule.code == finding["code"])
        yield " ".join(set(WORD.findall(finding["message"])) - set(WORD.findall(template)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_an_example_of_a_rule_is_found_again_and_nothing_personal_is_in_the_bundle(rule, tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    case = written(rule, folder)
    if case is None:
        return
    target, options = case
    made = bundle(target, tmp_path / "bundle.zip", key=b"always the same", **options)
    assert set(made.differences) <= MAY_DIFFER.get(rule.code, (set(),))[0], made.differences
    archive = zipfile.ZipFile(made.path)
    secret = personal(target)
    for name in archive.namelist():
        if name.startswith("inputs/"):
            assert words_of(archive.read(name)) & secret == set(), name
    said = set(WORD.findall(" ".join(told(json.loads(archive.read("report.json")))).lower()))
    assert said & secret - PROSE == set()


def test_most_rules_have_an_example_that_can_be_bundled(tmp_path):
    folders = [tmp_path / rule.code for rule in RULES]
    for folder in folders:
        (folder / "case").mkdir(parents=True)
    cases = [written(rule, folder / "case") for rule, folder in zip(RULES, folders, strict=True)]
    assert sum(case is not None for case in cases) > 150


def test_it_is_seen_again_by_the_command_that_the_readme_names(tmp_path, root):
    """The demonstration of faults, from its bundle, in a folder of its own."""
    made = bundle(root / "sample_data" / "broken.xlsx", tmp_path / "bundle.zip")
    elsewhere = tmp_path / "elsewhere"
    zipfile.ZipFile(made.path).extractall(elsewhere)
    readme = (elsewhere / "README.txt").read_text("utf-8")
    command = re.search(r"provkit (validate .*)", readme)[1].split()
    done = subprocess.run(
        [sys.executable, "-m", "provkit", *command, "--format", "json"], cwd=elsewhere, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    theirs = json.loads(done.stdout)
    mine = validate(root / "sample_data" / "broken.xlsx").to_dict()
    assert theirs["counts"] == mine["counts"]
    assert Counter(one["code"] for one in theirs["findings"]) == Counter(one["code"] for one in mine["findings"])
    assert "Look before you send it" in readme


def test_stand_ins_keep_what_rules_look_at():
    texts = ["Ana Ruiz, ANA@Smith-Garden.ORG, 0001234567, O'Brien;José\u00a0 x", "ana@smith-garden.org active 2026-08-24 Studnet"]
    made = StandIns(b"key")
    for text in texts:
        made.learn(text)
    one, two = map(made.replace, texts)
    shape = [("A" if sign.isupper() else "a" if sign.isalpha() else "0" if sign.isdigit() else sign) for sign in texts[0]]
    assert [("A" if sign.isupper() else "a" if sign.isalpha() else "0" if sign.isdigit() else sign) for sign in one] == shape
    assert not {"ana", "ruiz", "smith", "garden", "0001234567", "brien"} & set(WORD.findall(one.lower()))
    address = two.split()[0]
    assert address.endswith(".org")
    assert address in one.lower()
    assert two.split()[1:] == ["active", "2026-08-24", "Studnet"]
    assert one.split(", ")[2][0] == "0"
    assert (len(one), len(one.encode())) == (len(texts[0]), len(texts[0].encode()))


def test_words_that_differ_have_stand_ins_that_differ_however_many_there_are():
    words = [f"{first}{second}" for first in "abcdefghijklmnopqrstuvwxyz" for second in "abcdefghijklmnopqrstuvwxyz"]
    made = StandIns(b"key")
    text = made.learn(" ".join(words))
    assert len(set(made.replace(text).split())) == len(words)


def test_a_name_in_another_script_or_encoding_is_replaced():
    made = StandIns(b"key")
    text = made.learn("Мария 王小明 Žižek")
    assert not set(text.split()) & set(made.replace(text).split())
    latin = "Ж".encode("cp1251") * 4
    folder_text = made.learn(latin.decode("ascii", "surrogateescape"))
    assert made.replace(folder_text) != folder_text


def test_nothing_is_overwritten_and_what_is_not_there_is_no_bundle(tmp_path):
    (tmp_path / "there.zip").write_bytes(b"mine")
    (tmp_path / "users.csv").write_text("user_id\n", "utf-8")
    with pytest.raises(GuardError, match="left as it is"):
        bundle(tmp_path / "users.csv", tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_bytes() == b"mine"
    with pytest.raises(SourceError, match="no file or folder"):
        bundle(tmp_path / "missing.csv", tmp_path / "new.zip")
    assert not (tmp_path / "new.zip").exists()


def test_no_secret_and_no_folder_of_the_users_is_among_the_settings(tmp_path):
    (tmp_path / "users.csv").write_text("user_id\n", "utf-8")
    environ = {
        "PROVKIT_TEST_CLIENT_ID": "unit:tests",
        "PROVKIT_TEST_CLIENT_SECRET": "Xq7+planted",
        "PROVKIT_DATA_DIR": str(tmp_path / "data"),
    }
    config = Config(tmp_path / "provkit.toml", {}, environ)
    made = bundle(tmp_path / "users.csv", tmp_path / "new.zip", config=config)
    text = zipfile.ZipFile(made.path).read("settings.json").decode()
    assert not [word for word in ("Xq7", "unit:tests", str(tmp_path)) if word in text]
    assert '"value": ".../data"' in text
