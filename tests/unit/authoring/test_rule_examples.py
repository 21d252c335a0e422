"""Every rule of this room fires on its example here already, and on nothing of what is to be used instead."""

import tomllib

import pytest

from provkit.authoring import RULES, with_constants
from provkit.rules import Severity

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")


def sheets_of(rule, heading):
    return {info.removeprefix("sheet "): content for info, content in rule.blocks(heading) if info.startswith("sheet ")}


def profile_of(rule, heading):
    said = dict(rule.blocks(heading))
    if "build" in said:
        options = (line.removeprefix("--set ").strip('"') for line in said["build"].splitlines())
        return with_constants(None, dict(option.partition("=")[::2] for option in options))
    return said.get("profile")


def settings_of(rule, heading):
    return tomllib.loads(dict(rule.blocks(heading)).get("config", "")).get("defaults", {})


@every_rule
def test_an_example_yields_exactly_its_rule(rule, made):
    result = made(sheets_of(rule, "Example"), profile_of(rule, "Example"), **settings_of(rule, "Example"))
    assert set(result.codes) == {rule.code}
    for finding in result.authored.report.findings:
        assert finding.origin is not None
        assert finding.file is None
        assert finding.message
    if rule.severity is Severity.ERROR:
        assert result.authored.broken or result.account()[-1]


@every_rule
def test_what_to_use_instead_yields_nothing(rule, made):
    result = made(sheets_of(rule, "Use instead"), profile_of(rule, "Use instead"))
    assert result.codes == []
    assert result.authored.broken == {}
