"""`provkit auth`: what gets into the keyring, what is checked, where it may go; with a keyring that is a file."""

from __future__ import annotations

import json
from base64 import b64decode
from urllib.parse import unquote_plus

import keyring
import pytest
from keyring.backends import fail, null
from keyrings.alt.file import PlaintextKeyring
from pydantic import SecretStr

from provkit.config import Config
from provkit.delivery import Credentials, find
from provkit.errors import AuthError, ConfigError, GuardError, Unreachable
from provkit.workflows import auth
from provkit.workflows.send import send

FILE_BACKEND = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"}


@pytest.fixture
def file_keyring(tmp_path):
    """A keyring with a real backend, which keeps its values in a file."""
    before = keyring.get_keyring()
    backend = PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring.cfg")
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def config(service):
    both = dict.fromkeys(("beta", "test"), service.settings)
    return Config(None, {"env": both | {"production": service.settings}}, {})


def typed(client_id="unit:tests", secret="sécret+100% of:it"):
    return lambda: (client_id, SecretStr(secret))


def presented(received):
    pair = b64decode(received.headers["authorization"].removeprefix("Basic ")).decode()
    return [unquote_plus(half) for half in pair.split(":")]


def test_a_login_is_checked_at_once_and_serves_the_next_send(service, config, built, file_keyring):
    found = auth.login("test", typed(), config=config)
    assert (found.state, found.source, found.client_id) == ("works", "your keyring", "uni***")
    assert len(service.tokens) == 1  # beta and test have the same login server
    assert presented(service.tokens[0]) == ["unit:tests", "sécret+100% of:it"]
    assert service.uploads == []
    assert send(built(), env="beta", config=config).ok
    assert presented(service.tokens[-1]) == ["unit:tests", "sécret+100% of:it"]


def test_what_the_login_server_refuses_or_cannot_be_asked_about_is_not_kept(service, config, say, file_keyring):
    service.token_script = [say.answer(401, {"error": "invalid_client"})]
    with pytest.raises(AuthError):
        auth.login("test", typed(), config=config)
    nowhere = Config(None, {"env": {"beta": {"token_url": "https://localhost:1/token", "base_url": "https://localhost:1"}}}, {})
    with pytest.raises(Unreachable):
        auth.login("test", typed(), config=nowhere)
    for client_id, secret in (("", "x"), ("x", ""), ("x", "two\nlines")):
        with pytest.raises(ConfigError):
            auth.login("test", typed(client_id, secret), config=config)
    assert auth.status("test", config=config).state == "missing"
    assert auth.login("test", typed(), check=False, config=nowhere).state == "unchecked"
    assert isinstance(find("test", nowhere), Credentials)


def test_test_works_and_production_not_issued_yet_is_a_normal_state(config, file_keyring):
    auth.login("test", typed(), config=config)
    test, production = (auth.status(name, config=config) for name in auth.SETS)
    assert test.state == "works"
    assert production.state == "missing"
    assert "as it should be" in production.sentence
    assert production.remedy == "provkit auth login --set production"
    assert auth.status("test", check=False, config=config).state == "unchecked"


def test_a_client_without_the_right_to_upload_is_told_so(service, config, say, file_keyring):
    service.token_script = [say.token(scope="uaa.none")]
    found = auth.login("test", typed(), config=config)
    assert found.state == "works"
    assert "lms:prov:upload" in found.sentence
    assert "uaa.none" in found.sentence


def test_a_rotated_secret_replaces_the_old_one_only_once_it_works(service, config, say, file_keyring):
    with pytest.raises(ConfigError, match="holds no test credentials"):
        auth.rotate("test", lambda: SecretStr("new"), config=config)
    auth.login("test", typed(), config=config)
    service.token_script = [say.answer(401, {"error": "invalid_client"})]
    with pytest.raises(AuthError):
        auth.rotate("test", lambda: SecretStr("wrong"), config=config)
    assert find("test", config).secret.get_secret_value() == "sécret+100% of:it"
    service.token_script = [say.token()]
    assert auth.rotate("test", lambda: SecretStr("new\r\n"), config=config).state == "works"
    assert (find("test", config).client_id, find("test", config).secret.get_secret_value()) == ("unit:tests", "new")


def test_a_logout_takes_one_set_out(config, file_keyring):
    for name in auth.SETS:
        auth.login(name, typed(), config=config)
    assert auth.logout("test", config=config)
    assert not auth.logout("test", config=config)
    assert auth.status("test", check=False, config=config).state == "missing"
    assert auth.status("production", check=False, config=config).state == "unchecked"


def test_the_environment_wins_over_the_keyring(config, keys, file_keyring):
    auth.login("test", typed("kept", "kept secret"), config=config)
    found = find("test", Config(None, config.tables, keys))
    assert found.source == "PROVKIT_TEST_CLIENT_SECRET"
    piped = find("test", config, secret=SecretStr("piped"))
    assert (piped.client_id, piped.secret.get_secret_value(), piped.source) == ("kept", "piped", "standard input")


def test_a_changed_host_needs_a_new_login(service, config, built, file_keyring):
    auth.login("test", typed(), config=config)
    service.received.clear()
    moved = {"beta": service.settings | {"token_url": "https://new.example.org/token", "base_url": "https://new.example.org"}}
    changed = Config(None, {"env": moved}, {})
    with pytest.raises(GuardError) as caught:
        send(built(), env="beta", config=changed)
    assert caught.value.reason == "host"
    assert "provkit auth login --set test --host new.example.org" in caught.value.remedy
    with pytest.raises(GuardError) as caught:
        auth.login("test", typed(), config=changed)
    assert "--host new.example.org" in caught.value.remedy
    assert auth.status("test", config=changed).state == "unusable"
    assert service.received == []
    bound = auth.login("test", typed(), hosts=["https://NEW.example.org/"], check=False, config=changed)
    assert "new.example.org" in bound.hosts


def test_a_foreign_settings_file_cannot_lead_a_stored_secret_away(
    service, config, built, file_keyring, tmp_path, provkit, monkeypatch
):
    """Neither by an address, nor by a proxy's certificate authority for the university's own hosts."""
    for url in ("https://apps-test.iu.edu/uaa-stg/oauth/token", None):
        foreign = {"group": "BL-TEST", "ca_bundle": "theirs.pem"} | ({"token_url": url} if url else {})
        with pytest.raises(GuardError) as caught:
            send(built(), env="beta", config=Config(tmp_path / "provkit.toml", {"env": {"beta": foreign}}, KEYS))
        assert caught.value.reason == "ca_bundle"
        assert "PROVKIT_BETA_CA_BUNDLE" in caught.value.remedy
        (tmp_path / "roster.csv").touch()


KEYS = {"PROVKIT_TEST_CLIENT_ID": "unit", "PROVKIT_TEST_CLIENT_SECRET": "hush"}


@pytest.mark.parametrize("backend", [fail.Keyring(), null.Keyring()])
def test_without_a_keyring_there_is_a_sentence(config, backend):
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        asked = []
        for verb in (
            lambda: auth.login("test", lambda: asked.append(1), config=config),
            lambda: auth.rotate("test", lambda: asked.append(1), config=config),
            lambda: auth.logout("test", config=config),
        ):
            with pytest.raises(ConfigError, match="no keyring that provkit can use") as caught:
                verb()
            assert "getting-access" in caught.value.remedy
        assert asked == []
        assert auth.status("test", config=config).state == "missing"
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_breaks_says_so_and_not_what_it_holds(config, file_keyring):
    auth.login("test", typed("unit", "hush hush"), config=config)
    file_keyring.set_password("provkit", "test credentials", '{"client_id": "unit", "secret": "hush hush"}')
    with pytest.raises(ConfigError, match="not written by provkit") as caught:
        find("test", config)
    assert caught.value.__context__ is None
    assert auth.status("test", config=config).state == "unusable"


def test_use_keyring_false_keeps_away_from_it(config, file_keyring):
    auth.login("test", typed(), config=config)
    without = Config(None, config.tables, {"PROVKIT_USE_KEYRING": "false"})
    assert not isinstance(find("test", without), Credentials)
    with pytest.raises(ConfigError, match="use_keyring"):
        auth.logout("test", config=without)


def test_the_command_line_logs_in_from_a_pipe_and_shows_no_secret(service, provkit, write_settings, secrets, built):
    write_settings(beta=service.settings, test=service.settings)
    done = provkit(
        "auth",
        "login",
        "--set",
        "test",
        "--client-id",
        "unit:tests",
        "--secret-stdin",
        environ=FILE_BACKEND,
        stdin=f"{secrets[0]}\n",
    )
    assert done.returncode == 0, done.stderr
    assert "Kept in your keyring" in done.stdout
    shown = provkit("auth", "status", "--format", "json", environ=FILE_BACKEND)
    assert shown.returncode == 0, shown.stderr
    assert [one["state"] for one in json.loads(shown.stdout)["sets"]] == ["works", "missing"]
    settings = provkit("config", "show", environ=FILE_BACKEND)
    assert "your keyring" in settings.stdout
    for text in (done.stdout, done.stderr, shown.stdout, settings.stdout):
        assert not [secret for secret in secrets if secret in text]
        assert "unit:tests" not in text


def test_nobody_to_ask_is_a_sentence(provkit):
    done = provkit("auth", "login", "--set", "test", environ=FILE_BACKEND)
    assert done.returncode == 2
    assert "nobody to ask" in done.stderr
    done = provkit("auth", "login", "--set", "test")
    assert done.returncode == 2
    assert "no keyring" in done.stderr
    assert "Traceback" not in done.stderr
