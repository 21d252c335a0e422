"""What [rules] and the options of the same names say, and what speaks all the same."""

import pytest

from provkit.config import Config
from provkit.errors import ConfigError
from provkit.rules import Severity
from provkit.workflows.build import build
from provkit.workflows.rules_control import control, named_rules, remember
from provkit.workflows.validate import judge

COURSES = "course_id,short_name,long_name,account_id,status\nC-1,One,One,A,active\n"
USERS = "user_id,login_id,first_name,last_name,email,status\n{rows}"
ROW = "{0}@example.org,{0}@example.org,{1},Ruiz,{0}@example.org,active\n"


def config(tmp_path, **rules):
    return Config(tmp_path / "provkit.toml", {"rules": rules}, {})


def test_rules_are_named_by_code_name_and_beginning():
    assert [rule.code for rule in named_rules(["pk814", "email-not-deliverable", "201"])] == ["PK201", "PK814"]
    assert {rule.code[:3] for rule in named_rules(["PK8"])} == {"PK8"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"ignore": ["email_not_deliverible"]}, "Did you mean PK201"),
        ({"select": ["PK99"]}, "PK99"),
        ({"severity": {"PK2010": "error"}}, "there is no rule 'PK2010'"),
        ({"severity": {"PK201": "fatal"}}, "'fatal' is no severity"),
        ({"ignored": ["PK201"]}, "Did you mean 'ignore'"),
        ({"baseline": "gone.json"}, "--write-baseline gone.json"),
    ],
)
def test_what_is_unknown_is_an_error_that_says_what_was_meant(tmp_path, said, message):
    with pytest.raises(ConfigError) as stopped:
        control(config(tmp_path, **said))
    assert message in str(stopped.value)


def test_an_option_takes_the_place_of_the_setting_and_each_is_named(tmp_path):
    settings = config(tmp_path, ignore=["PK814"])
    assert control(settings).silent == {"PK814": "provkit.toml"}
    assert control(settings, ignore=["PK301,PK150"]).silent == {"PK150": "--ignore", "PK301": "--ignore"}
    only = control(settings, select=["PK8"]).silent
    assert only["PK201"] == "--select"
    assert only["PK814"] == "provkit.toml"
    assert "PK815" not in only


def test_what_names_a_rule_more_closely_counts_more(tmp_path):
    settings = config(tmp_path, severity={"PK814": "error", "PK8": "info", "PK81": "warning"})
    levels = control(settings, severity=["PK815=error"]).levels
    assert (levels["PK814"], levels["PK815"], levels["PK813"], levels["PK801"]) == (
        Severity.ERROR,
        Severity.ERROR,
        Severity.WARNING,
        Severity.INFO,
    )


def test_the_environment_says_it_too(tmp_path):
    environ = {"PROVKIT_IGNORE": "PK814, PK301", "PROVKIT_SEVERITY": "PK150=warning"}
    chosen = control(Config(None, {}, environ))
    assert chosen.silent == {"PK814": "PROVKIT_IGNORE", "PK301": "PROVKIT_IGNORE"}
    assert chosen.levels == {"PK150": Severity.WARNING}


def users(tmp_path, *people):
    folder = tmp_path / "upload"
    folder.mkdir(exist_ok=True)
    (folder / "users.csv").write_text(USERS.format(rows="".join(ROW.format(*one) for one in people)), "utf-8")
    return folder


def test_a_baseline_outlives_rows_that_move(tmp_path):
    folder = users(tmp_path, ("ana..x", "Ana"), ("bo", "Bo"))
    file = tmp_path / "known.json"
    file.write_text(remember(judge(folder, control=control(anew=True)).everything, file).to_json(), "ascii")
    users(tmp_path, ("cy", "Cy"), ("bo", "Bo"), ("ana..x", "Ana"))
    found = judge(folder, control=control(config(tmp_path, baseline="known.json")))
    assert found.report.ok
    assert sum(sum(one.counts.values()) for one in found.report.silenced) >= 1
    users(tmp_path, ("ana..x", "Ana"), ("di..x", "Di"))
    report = judge(folder, control=control(config(tmp_path, baseline="known.json"))).report
    assert [finding.value for finding in report.findings if finding.code == "PK201"] == ["di..x@example.org"]


def test_a_baseline_of_the_source_knows_the_same_rows_in_the_package(tmp_path):
    source = tmp_path / "courses.csv"
    source.write_text(COURSES, "utf-8")
    file = tmp_path / "known.json"
    file.write_text(remember(judge(source, control=control(anew=True)).everything, file).to_json(), "ascii")
    build(source, tmp_path / "out")
    chosen = control(baseline=file)
    everything = judge(tmp_path / "out").report
    assert "PK814" in {finding.code for finding in everything.findings}
    assert "PK814" not in {finding.code for finding in judge(tmp_path / "out", control=chosen).report.findings}


def test_what_a_user_made_an_error_stops_a_build(tmp_path):
    source = tmp_path / "courses.csv"
    source.write_text(COURSES, "utf-8")
    out = tmp_path / "out"
    stopped = build(source, out, control=control(config(tmp_path, severity={"PK814": "error"})))
    assert not stopped.report.ok
    assert stopped.written is None
    assert not out.exists()
    assert build(source, out, control=control(config(tmp_path, ignore=["PK814"]))).written == out


def test_an_error_stops_a_build_whatever_is_silenced(tmp_path):
    folder = users(tmp_path, ("ana..x", "Ana"))
    chosen = control(config(tmp_path, ignore=["PK"]))
    built = build(folder, tmp_path / "out", control=chosen)
    assert built.written is None
    assert {finding.code for finding in built.report.findings} == {"PK201"}
    assert judge(folder, control=chosen).report.ok
