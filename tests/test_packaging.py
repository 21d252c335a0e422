"""The wheel holds exactly what the tree holds, and starting the command line stays light."""

import subprocess
import sys
import zipfile

import pytest

HEAVY = ("pandas", "pandera", "pyarrow", "httpx2", "openpyxl", "starlette", "jinja2", "numpy")


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    # Built from a copy, so that concurrent runs do not meet in the tree's own build folder.
    source = tmp_path_factory.mktemp("source")
    names = subprocess.run(
        ["git", "ls-files", "-z", "pyproject.toml", "README.md", "LICENSE", "toolkit", "schemas", "templates"],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((root / name).read_bytes())
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, source], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_module_and_template_of_the_tree(root, wheel):
    tree = {
        f"{package}/{path.relative_to(root / folder).as_posix()}"
        for folder, package in (("toolkit", "provkit"), ("schemas", "provkit/schemas"), ("templates", "provkit/templates"))
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".j2", ".css", ".js", ".toml", ".typed", ".txt"}
        and path.is_file()
        and "__pycache__" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("provkit/")}
    assert packed == tree


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(argument):
    program = (
        "import sys\nfrom provkit.cli import main\n"
        f"sys.argv = ['provkit', {argument!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "provkit" in done.stdout


def test_every_subcommands_help_loads_nothing_heavy():
    program = (
        "import sys, typer.main\nfrom provkit.cli import app\n"
        "print(*typer.main.get_command(app).commands)\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"build", "validate", "send", "simulate", "sandbox", "explain", "rules"} <= set(done.stdout.split())
    assert done.stderr.strip() == "[]"
