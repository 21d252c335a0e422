"""What the pages show is what the commands do."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(root, language, page="README.md"):
    return [text for word, text in FENCED.findall((root / page).read_text(encoding="utf-8")) if word == language]


def provkit(arguments, folder):
    return subprocess.run(
        [sys.executable, "-m", "provkit", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


@pytest.mark.parametrize(
    ("page", "least"), [("README.md", 12), ("docs/control.md", 6), ("docs/reports.md", 25), ("docs/workbooks.md", 12)]
)
def test_the_consoles_of_a_page_show_what_really_comes(root, tmp_path, page, least):
    (tmp_path / "sample_data").symlink_to(root / "sample_data", target_is_directory=True)
    shown = 0
    for block in blocks(root, "console", page):
        for piece in re.split(r"^\$ provkit ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = piece.partition("\n")
            done = provkit(command.split(), tmp_path)
            assert done.returncode in (0, 1), done.stderr
            said = done.stdout.splitlines()
            position = 0
            for line in filter(lambda line: line != "...", expected.splitlines()):
                assert line in said[position:], (command, line)
                position = said.index(line, position) + 1
                shown += 1
    assert shown > least


def test_the_python_of_the_readme_runs(root, tmp_path):
    (program,) = blocks(root, "python")
    program = program.replace("roster.xlsx", (root / "sample_data" / "roster.xlsx").as_posix())
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "package.zip").is_file()


ROOT = Path(__file__).parents[1]
PAGES = [
    path.relative_to(ROOT).as_posix() for path in (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md")
]


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page for page in PAGES if page != "README.md" and f"({page})" not in readme] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(root, page):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", (root / page).read_text(encoding="utf-8")):
        assert (root / page).parent.joinpath(target).exists(), target


def test_every_command_that_the_readme_names_exists(root):
    known = provkit(["--help"], root).stdout
    for name in set(re.findall(r"`provkit ([a-z]+)", (root / "README.md").read_text(encoding="utf-8"))):
        assert re.search(rf"^│ {name} ", known, re.MULTILINE), name


def test_options_that_the_privacy_page_names_exist():
    from typer.main import get_command

    from provkit.cli import app

    def options(command):
        yield from (word for parameter in command.params for word in (*parameter.opts, *parameter.secondary_opts))
        for below in getattr(command, "commands", {}).values():
            yield from options(below)

    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")))
    assert named
    assert named <= set(options(get_command(app)))
