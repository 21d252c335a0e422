"""A browser and a spreadsheet program for the reports that need them."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest


def _browser():
    path = Path(__file__).parents[2] / "browser.py"
    spec = importlib.util.spec_from_file_location("browser", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _missing(program, package):
    """Skip, with the reason; where everything is to be there (.ci/run sets the variable), fail instead."""
    reason = f"needs {program} (Debian: apt-get install {package})"
    if os.environ.get("PROVKIT_TESTS_MUST_RUN"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium, one for the tests of a module."""
    module = _browser()
    if module.CHROMIUM is None:
        _missing("chromium", "chromium")
    started = module.Browser()
    yield started
    started.close()


@pytest.fixture(scope="session")
def libreoffice():
    """LibreOffice's program."""
    program = shutil.which("libreoffice") or shutil.which("soffice")
    if program is None:
        _missing("libreoffice", "libreoffice-calc")
    return program
