"""Showing the settings, and writing a file to begin with."""

from __future__ import annotations

import re
import tomllib

import pytest

from provkit import config as settings
from provkit.config import ROOMS, Config, settings_of
from provkit.delivery import environment
from provkit.errors import ConfigError, GuardError
from provkit.workflows.configuration import init, show


def value_of(shown, section, name):
    return next((one.value, one.source) for one in shown.settings if (one.section, one.name) == (section, name))


def test_each_value_is_shown_with_where_it_came_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "provkit.toml").write_text('[defaults]\ngroup = "UNIT"\ntime_zone = "UTC"\n[env.test]\ngroup = "OTHER"\n', "utf-8")
    monkeypatch.setenv("PROVKIT_TEST_TIMEOUT", "9")
    monkeypatch.setenv("PROVKIT_DATE_ORDER", "dmy")
    shown = show()
    assert shown.path == tmp_path / "provkit.toml"
    assert value_of(shown, "defaults", "group") == ('"UNIT"', "provkit.toml [defaults]")
    assert value_of(shown, "defaults", "time_zone") == ('"UTC"', "provkit.toml [defaults]")
    assert value_of(shown, "defaults", "date_order") == ('"dmy"', "PROVKIT_DATE_ORDER")
    assert value_of(shown, "defaults", "keep_sent") == ("true", "built in")
    assert value_of(shown, "env.beta", "group") == ('"UNIT"', "provkit.toml [defaults]")
    assert value_of(shown, "env.test", "group") == ('"OTHER"', "provkit.toml [env.test]")
    assert value_of(shown, "env.test", "timeout") == ("9.0", "PROVKIT_TEST_TIMEOUT")
    assert value_of(shown, "env.production", "max_file") == ("1048576", "built in")
    assert "university" in value_of(shown, "env.beta", "token_url")[1]
    assert value_of(shown, "credentials test", "client_secret") == (None, "not set up")
    assert shown.notes == ()


def test_secrets_are_masked_and_strange_variables_are_noted():
    environ = {"PROVKIT_TEST_CLIENT_ID": "unit-of-safety", "PROVKIT_TEST_CLIENT_SECRET": "hush", "PROVKIT_BETA_GRUOP": "X"}
    shown = show(Config(None, {}, environ))
    assert value_of(shown, "credentials test", "client_secret") == ("***", "PROVKIT_TEST_CLIENT_SECRET")
    assert value_of(shown, "credentials test", "client_id")[0] == "uni***"
    assert "hush" not in str(shown.to_dict())
    [note] = shown.notes
    assert note == "PROVKIT_BETA_GRUOP is set, but is no setting of provkit. Did you mean 'PROVKIT_BETA_GROUP'?"


def test_a_file_from_a_folder_above_is_noted(tmp_path, monkeypatch):
    (tmp_path / "provkit.toml").write_text("[defaults]\n", "utf-8")
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    [note] = show().notes
    assert str(tmp_path / "provkit.toml") in note


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[defaults]\ngruop = 'X'\n", r"no setting 'gruop'\. Did you mean 'group'"),
        ("[defaults]\ntimezone = 'UTC'\n", r"Did you mean 'time_zone'"),
        ("[env.beta]\nkeep_sent = false\n", "no setting 'keep_sent'"),
        ("[env.betta]\n", "no environment"),
    ],
)
def test_an_unknown_key_is_an_error_with_the_nearest_known_one(tmp_path, text, said):
    (tmp_path / "provkit.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said):
        show(settings.load(tmp_path))


def test_no_two_rooms_share_a_setting():
    for section, homes in ROOMS.items():
        assert len(settings_of(section)) == sum(len(model.model_fields) for model in set(settings_of(section).values()))
        assert len(set(settings_of(section).values())) == len(homes)


def test_the_group_of_all_environments_is_said_once():
    config = Config(None, {"defaults": {"group": "UNIT"}, "env": {"test": {"group": "OTHER"}}}, {})
    assert [environment(name, config).group for name in ("beta", "test", "production")] == ["UNIT", "OTHER", "UNIT"]
    assert environment("beta", config, group="FLAG").group == "FLAG"
    assert environment("beta", Config(None, {}, {"PROVKIT_GROUP": "ENVIRONMENT"})).sources["group"] == "PROVKIT_GROUP"


def test_the_file_that_init_writes_is_valid_with_and_without_its_comments(tmp_path):
    path = init(tmp_path, group='U"NIT')
    text = path.read_text("utf-8")
    assert show(settings.load(tmp_path)).path == path
    assert tomllib.loads(text)["defaults"] == {"group": 'U"NIT'}
    with pytest.raises(GuardError, match="left as it is"):
        init(tmp_path)
    assert path.read_text("utf-8") == text

    other = tmp_path / "other"
    other.mkdir()
    uncommented = re.sub(r"^# (\w+ = |\[)", r"\1", init(other).read_text("utf-8"), flags=re.MULTILINE)
    tables = tomllib.loads(uncommented.replace("https://...", "https://localhost"))
    named = set(tables["defaults"]) | set(tables["env"]["beta"])
    for section in ("defaults", "env"):
        assert set(settings_of(section)) <= named
    show(Config(other / "provkit.toml", tables, {}))
