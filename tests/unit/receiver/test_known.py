import pytest

from provkit.errors import ConfigError
from provkit.receiver import Known


def test_an_empty_file_says_nothing(tmp_path):
    path = tmp_path / "known.toml"
    path.write_text("")
    known = Known.read(path)
    assert known == Known()
    assert len(known.assumed) == 5
    assert known.university_id("jdoe") == "(university id of jdoe)"
    assert known.university_id(" ") is None
    assert known.may_use("anything")


def test_what_is_listed_is_no_longer_taken_for_granted(tmp_path):
    path = tmp_path / "known.toml"
    path.write_text('users = ["jdoe"]\nsenders = ["Help@example.edu"]\n[sections]\nS1 = "C1"\n')
    known = Known.read(path)
    assert known.university_id("JDOE") is not None
    assert known.university_id("other") is None
    assert known.may_send("help@EXAMPLE.edu")
    assert known.course_of("S1") == "C1"
    assert known.course_of("S2") is None
    assert not any("username" in sentence or "sender" in sentence for sentence in known.assumed)


@pytest.mark.parametrize(("text", "word"), [("usres = []", "usres"), ("users = 3", "users"), ("users = [", "TOML")])
def test_a_mistake_is_named(tmp_path, text, word):
    path = tmp_path / "known.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=word):
        Known.read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="There is no file"):
        Known.read(tmp_path / "known.toml")
