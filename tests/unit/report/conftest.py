"""A browser and a spreadsheet program for the reports that need them."""

import os
import shutil

import pytest
from browser import CHROMIUM, Browser


def _missing(program, package):
    """Skip, with the reason; where everything is to be there (.ci/run sets the variable), fail instead."""
    reason = f"needs {program} (Debian: apt-get install {package})"
    if os.environ.get("PROVKIT_TESTS_MUST_RUN"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium, one for the tests of a module."""
    if CHROMIUM is None:
        _missing("chromium", "chromium")
    started = Browser()
    yield started
    started.close()


@pytest.fixture(scope="session")
def libreoffice():
    """LibreOffice's program."""
    program = shutil.which("libreoffice") or shutil.which("soffice")
    if program is None:
        _missing("libreoffice", "libreoffice-calc")
    return program
