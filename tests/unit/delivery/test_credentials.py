from __future__ import annotations

import os
import traceback

import pytest
from pydantic import SecretStr

from provkit.config import Config
from provkit.delivery import Credentials, Login, authorise_hosts, environment, find
from provkit.errors import ConfigError, GuardError, SourceError

HERE = {"PROVKIT_TEST_CLIENT_ID": "unit", "PROVKIT_TEST_CLIENT_SECRET": "hush"}
needs_modes = pytest.mark.skipif(os.name != "posix", reason="a file's mode says who can read it on POSIX systems only")


def config(environ, **beta):
    return Config(None, {"env": {"beta": beta}}, environ)


def test_each_set_has_variables_of_its_own():
    found = find("test", config(HERE))
    assert isinstance(found, Credentials)
    assert (found.client_id, found.secret.get_secret_value(), found.source) == ("unit", "hush", "PROVKIT_TEST_CLIENT_SECRET")
    assert not isinstance(find("production", config(HERE)), Credentials)


def test_what_is_missing_is_named_with_what_to_type():
    [both] = find("production", config(HERE))
    assert both.what == "the production credentials: client id and secret"
    for words in ("auth login --set production", "PROVKIT_PRODUCTION_CLIENT_ID", "PROVKIT_PRODUCTION_CLIENT_SECRET_FILE"):
        assert words in both.remedy
    [secret] = find("test", config({"PROVKIT_TEST_CLIENT_ID": "unit", "PROVKIT_TEST_CLIENT_SECRET": ""}))
    assert "secret" in secret.what


def test_a_secret_from_standard_input_wins():
    found = find("test", config({"PROVKIT_TEST_CLIENT_ID": "unit"}), secret=SecretStr("piped"))
    assert (found.secret.get_secret_value(), found.source) == ("piped", "standard input")
    assert not isinstance(find("test", config({"PROVKIT_TEST_CLIENT_ID": "unit"}), secret=SecretStr("")), Credentials)


def test_a_file_may_hold_id_and_secret(tmp_path):
    (tmp_path / "id").write_text("unit\n")
    (tmp_path / "secret").write_bytes("\ufeffhüsh: +\r\n".encode())
    (tmp_path / "secret").chmod(0o600)
    environ = {"PROVKIT_TEST_CLIENT_ID_FILE": str(tmp_path / "id"), "PROVKIT_TEST_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    found = find("test", config(environ))
    assert (found.client_id, found.secret.get_secret_value(), found.source) == (
        "unit",
        "hüsh: +",
        "PROVKIT_TEST_CLIENT_SECRET_FILE",
    )


@needs_modes
def test_a_file_with_a_secret_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "secret"
    path.write_text("hush")
    path.chmod(0o640)
    with pytest.raises(SourceError) as caught:
        find("test", config({"PROVKIT_TEST_CLIENT_SECRET_FILE": str(path)}))
    assert caught.value.remedy == f"chmod 600 {path}"


def test_a_file_that_is_missing_or_no_text_is_an_error_without_its_content(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        find("test", config({"PROVKIT_TEST_CLIENT_ID_FILE": str(tmp_path / "none")}))
    path = tmp_path / "secret"
    path.write_bytes(b"hush\xff")
    path.chmod(0o600)
    with pytest.raises(SourceError, match="not a text file") as caught:
        find("test", config({"PROVKIT_TEST_CLIENT_SECRET_FILE": str(path)}))
    assert "hush" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_a_secret_given_twice_or_on_two_lines_is_an_error():
    with pytest.raises(ConfigError, match="Both"):
        find("test", config(HERE | {"PROVKIT_TEST_CLIENT_SECRET_FILE": "x"}))
    with pytest.raises(ConfigError, match="more than one line") as caught:
        find("test", config(HERE | {"PROVKIT_TEST_CLIENT_SECRET": "hush\nhush"}))
    assert "hush" not in str(caught.value)


def test_a_secret_shows_itself_nowhere():
    found = find("test", config(HERE))
    assert "hush" not in f"{found} {found!r} {found.secret} {found.secret!r} {[found.secret]}"
    assert "hush" not in repr(Login(environment("beta", config(HERE)), found).__dict__)


@pytest.mark.parametrize("field", ["token_url", "base_url"])
def test_a_changed_host_must_be_confirmed_in_the_environment(field):
    changed = config(HERE, **{field: "https://new.example.org:8443/token"})
    with pytest.raises(GuardError) as caught:
        authorise_hosts(find("test", changed), environment("beta", changed))
    assert caught.value.reason == "host"
    assert "new.example.org:8443" in caught.value.message
    assert "[env.beta]" in caught.value.message
    assert "PROVKIT_TEST_HOSTS" in caught.value.remedy

    confirmed = config(
        HERE | {"PROVKIT_TEST_HOSTS": "other.example.org, NEW.example.org:8443"}, **{field: "https://new.example.org:8443/token"}
    )
    authorise_hosts(find("test", confirmed), environment("beta", confirmed))
    wrong_port = config(HERE | {"PROVKIT_TEST_HOSTS": "new.example.org"}, **{field: "https://new.example.org:8443/token"})
    with pytest.raises(GuardError):
        authorise_hosts(find("test", wrong_port), environment("beta", wrong_port))
    other_set = config(HERE | {"PROVKIT_PRODUCTION_HOSTS": "new.example.org:8443"}, **{field: "https://new.example.org:8443/token"})
    with pytest.raises(GuardError):
        authorise_hosts(find("test", other_set), environment("beta", other_set))


def test_the_universitys_hosts_and_this_computer_need_no_confirmation():
    authorise_hosts(find("test", config(HERE)), environment("beta", config(HERE)))
    local = config(HERE, token_url="http://127.0.0.1:1/token", base_url="http://localhost:2")
    authorise_hosts(find("test", local), environment("beta", local))


def test_test_credentials_never_go_to_a_production_host_even_when_asked():
    asked = config(HERE | {"PROVKIT_TEST_HOSTS": "apps.iu.edu"}, token_url="https://apps.iu.edu/uaa-prd/oauth/token")
    with pytest.raises(ConfigError, match="production"):
        environment("beta", asked)
