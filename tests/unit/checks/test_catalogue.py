"""The list of all rules is written out by hand; nothing that is declared anywhere is missing from it."""

import importlib
import pkgutil

import pytest

import provkit
from provkit import checks
from provkit.checks import RULES
from provkit.rules import Rule


def declared():
    """Every rule that any module below the checks declares."""
    found = set()
    for room in ("schemas", "sources", "authoring", "checks"):
        package = importlib.import_module(f"provkit.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            found |= {value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Rule)}
    return found


def test_every_rule_that_is_declared_is_listed_once():
    assert len(RULES) == len(set(RULES))
    assert set(RULES) == declared()


def test_rules_are_sorted_by_code_and_no_code_is_given_twice():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))


def test_asking_for_something_else_fails_as_usual():
    with pytest.raises(AttributeError, match="no attribute 'NOTHING'"):
        _ = checks.NOTHING
    assert provkit.checks is checks
