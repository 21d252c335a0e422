import importlib.util

import pytest


@pytest.fixture(scope="session")
def old_workbooks(root):
    """The writer of .xls and .xlsb files that lies beside the tests."""
    spec = importlib.util.spec_from_file_location("old_workbooks", root / "tests" / "old_workbooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
