"""Settings: where they are found, which wins, and what a mistake in them says."""

import pytest
from pydantic import BaseModel, ConfigDict

from provkit import config
from provkit.errors import ConfigError


class Room(BaseModel):
    model_config = ConfigDict(extra="forbid")
    group: str = "none"
    limit: int = 1


def _write(folder, text):
    (folder / "provkit.toml").write_text(text, encoding="utf-8")


def test_the_file_is_found_upward(tmp_path):
    _write(tmp_path, '[env.beta]\ngroup = "SAFETY"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    loaded = config.load(below)
    assert loaded.path == tmp_path.resolve() / "provkit.toml"
    assert loaded.model(Room, "env", "beta").group == "SAFETY"
    assert loaded.table("env", "test") == {}


def test_without_a_file_the_defaults_hold(tmp_path):
    assert config.load(tmp_path).model(Room, "defaults") == Room()


def test_a_flag_wins_over_the_environment_and_this_over_the_file(tmp_path, monkeypatch):
    _write(tmp_path, '[env.beta]\ngroup = "file"\n')
    monkeypatch.setenv("PROVKIT_BETA_GROUP", "environment")
    assert config.load(tmp_path).model(Room, "env", "beta").group == "environment"
    assert config.load(tmp_path).model(Room, "env", "beta", group="flag").group == "flag"
    assert config.load(tmp_path).model(Room, "env", "beta", group=None).group == "environment"
    monkeypatch.setenv("PROVKIT_LIMIT", "7")
    assert config.load(tmp_path).model(Room, "defaults").limit == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[env.beta]\ngruop = 'X'\n", r"\[env\.beta\]: there is no setting 'gruop'\. Did you mean 'group'\?"),
        ("[env.beta]\nlimit = 'many'\n", r"limit: .*integer"),
        ("[envs]\n", r"there is no section \[envs\]\. Did you mean 'env'\?"),
        ("[env\n", "not valid TOML"),
        ("env = 3\n", r"\[env\.beta\] must be a table"),
    ],
)
def test_a_mistake_names_the_file_the_place_and_the_nearest_right_word(tmp_path, text, said):
    _write(tmp_path, text)
    with pytest.raises(ConfigError, match=said) as caught:
        config.load(tmp_path).model(Room, "env", "beta")
    assert "provkit.toml" in str(caught.value)


def test_a_byte_order_mark_in_the_file_does_no_harm(tmp_path):
    (tmp_path / "provkit.toml").write_bytes(b"\xef\xbb\xbf[defaults]\ngroup = 'X'\n")
    assert config.load(tmp_path).model(Room, "defaults").group == "X"
