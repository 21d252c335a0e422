"""The catalogue's contract, over every rule: what it says, what its examples do, and that the page about it is current."""

from __future__ import annotations

import json
import re
import string

import pytest
import rule_examples
import rules_lock

from provkit.checks import RULES
from provkit.errors import ConfigError
from provkit.report.catalogue import GROUPS, render_all_json, render_all_markdown, render_all_table, render_one
from provkit.rules import Consequence, Severity
from provkit.workflows.catalogue import explained, find

NEEDED_BY = {"PK690": {"PK610"}, "PK693": {"PK610"}, "PK813": {"PK210"}, "PK822": {"PK264"}}
"""A row is held back or refused for another's sake only where another has an error of its own; and what cannot be printed is not seen."""

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")


def loud(report):
    """The codes of errors and warnings."""
    return {rule.code for rule in report.counts if rule.severity is not Severity.INFO}


@every_rule
def test_an_example_yields_exactly_its_rule(rule, tmp_path):
    report = rule_examples.report_of(rule, "Example", tmp_path)
    assert rule in report.counts
    assert loud(report) - NEEDED_BY.get(rule.code, set()) == ({rule.code} if rule.consequence is not Consequence.NOTED else set())
    for finding in report.findings:
        assert finding.message
        assert finding.render(show_values=False)


@every_rule
def test_what_to_use_instead_yields_nothing(rule, tmp_path):
    report = rule_examples.report_of(rule, "Use instead", tmp_path)
    assert rule not in report.counts
    assert loud(report) == set()


@every_rule
def test_a_rule_says_all_that_is_to_be_said(rule):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", rule.name)
    assert rule.summary.endswith(".")
    assert rule.what_happens
    assert rule.remedy
    assert rule.evidence
    assert rule.code[2] in GROUPS
    assert rule.blocks("Example")
    assert rule.blocks("Use instead")


@every_rule
def test_a_message_names_its_parts_and_shows_no_braces(rule):
    fields = [name for _, name, _, _ in string.Formatter().parse(rule.template) if name is not None]
    assert all(name.isidentifier() for name in fields)
    assert rule.template == rule.template.strip()


def test_codes_and_names_are_unique_and_sorted():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_code_name_and_consequence_are_frozen():
    lock, now = rules_lock.frozen(), rules_lock.current(RULES)
    assert rules_lock.changed(lock, now) == []
    assert sorted(now.keys() - lock.keys()) == [], "make docs adds new rules to tests/rules.lock"


def test_what_is_frozen_and_changes_is_seen():
    now = rules_lock.current(RULES)
    assert rules_lock.changed({"PK201": "another_name rejected", "PK999": "gone lost"}, now) == [
        f"PK201 another_name rejected: now {now['PK201']}",
        "PK999 gone lost: now missing",
    ]


def test_names_state_faults_not_duties():
    duty = re.compile(r"^(check|ensure|valid|validate|is|has|must|should|require)(_|$)")
    assert [rule.name for rule in RULES if duty.match(rule.name)] == []


def test_every_rule_of_the_schemas_is_in_the_catalogue():
    from provkit import schemas
    from provkit.schemas.common import rules_of

    for schema in (schemas.USERS, schemas.COURSES, schemas.SECTIONS, schemas.ENROLLMENTS, schemas.EXPAND):
        assert set(rules_of(schema)) <= set(RULES)


def test_every_builder_is_used():
    named = {
        info.removeprefix("builder ")
        for rule in RULES
        for heading in ("Example", "Use instead")
        for info, _ in rule.blocks(heading)
        if info.startswith("builder ")
    }
    assert named == set(rule_examples.BUILDERS)


def test_the_rules_page_is_current(root):
    written = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == render_all_markdown(RULES), "provkit rules --format markdown --output docs/rules.md"


def test_the_specification_links_to_rules_that_the_page_has(root):
    specification = (root / "docs" / "specification.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"rules\.md#(pk\d{3})", specification))
    assert linked
    assert linked <= {rule.code.lower() for rule in RULES}


@every_rule
def test_a_rule_is_explained_in_lines_that_fit(rule):
    text = render_one(rule)
    assert text.startswith(f"{rule.code} {rule.name}\n{rule.severity}: ")
    copied = {
        line for heading in ("Example", "Use instead") for _, content in rule.blocks(heading) for line in content.splitlines()
    }
    assert [line for line in text.splitlines() if len(line) > 80 and line.strip() not in copied] == []
    for heading in ("What happens", "What to do", "Known from", "Example", "Use instead"):
        assert f"\n{heading}\n" in text


def test_all_rules_as_a_table_fit_80_columns_and_as_json_are_complete():
    table = render_all_table(RULES)
    assert all(rule.code in table for rule in RULES)
    assert max(map(len, table.splitlines())) <= 80
    described = json.loads(render_all_json(RULES))
    assert described["format"] == 1
    assert [entry["code"] for entry in described["rules"]] == [rule.code for rule in RULES]
    assert set(described["rules"][0]) == {
        *("code", "name", "severity", "consequence", "summary", "what_happens", "remedy", "evidence")
    }


@pytest.mark.parametrize(
    "word", ["PK201", "pk201", "201", " email_not_deliverable", "email-not-deliverable", "Email not deliverable"]
)
def test_a_rule_is_found_by_its_code_or_name(word):
    assert find(word).code == "PK201"


@pytest.mark.parametrize(
    ("word", "offered"), [("email_not_deliverble", "PK201"), ("PK2001", "PK201"), ("date unreadible", "PK250")]
)
def test_a_near_miss_is_offered_what_may_be_meant(word, offered):
    with pytest.raises(ConfigError, match="There is no rule") as caught:
        find(word)
    assert offered in caught.value.remedy
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ('Improper status "available" for course REC-YOGA', {"PK210"}),
        ('Improper status "enrolled" for an enrollment', {"PK235"}),
        ('Improper role "Instructor" for an enrollment', {"PK232", "PK233", "PK809"}),
        ("Bad date format for section YOGA-01", {"PK250"}),
        ("An enrollment listed a section (S-1) and a course (C-2) that are unrelated for user (G-1)", {"PK303"}),
        (
            "An existing Canvas user with the SIS ID a@example.org has already claimed A@example.org's user_id requested login info",
            {"PK801"},
        ),
    ],
)
def test_a_sentence_from_a_mail_is_explained(sentence, codes):
    assert {rule.code for rule in explained(sentence)} == codes


def test_words_of_a_name_are_no_sentence():
    assert [rule.code for rule in explained("email not deliverable")] == ["PK201"]
    with pytest.raises(ConfigError):
        explained("something that nobody ever said")


def test_nothing_like_it_is_said_without_guessing():
    with pytest.raises(ConfigError) as caught:
        find("zzzz")
    assert caught.value.remedy == "All rules: provkit rules"
