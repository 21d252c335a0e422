from __future__ import annotations

from pathlib import Path

import pytest

from provkit.config import Config
from provkit.delivery import environment
from provkit.delivery.environments import host_of, is_loopback
from provkit.errors import ConfigError


def made(name, tables=None, environ=None, **flags):
    return environment(name, Config(Path("/home/ana/provkit.toml"), {"env": tables or {}}, environ or {}), **flags)


@pytest.mark.parametrize(
    ("name", "credentials", "token_url", "base_url", "canvas"),
    [
        ("beta", "test", "https://apps-test.iu.edu/uaa-stg/oauth/token", "https://lms-lti-3rdpartyprovisioning-reg.apps-test.iu.edu", "iu.beta.instructure.com"),
        ("test", "test", "https://apps-test.iu.edu/uaa-stg/oauth/token", "https://lms-lti-3rdpartyprovisioning-stg.apps-test.iu.edu", "iu.test.instructure.com"),
        ("production", "production", "https://apps.iu.edu/uaa-prd/oauth/token", "https://lms-lti-3rdpartyprovisioning.apps.iu.edu", "iu.instructure.com"),
    ],
)  # fmt: skip
def test_the_addresses_are_those_of_the_universitys_page(name, credentials, token_url, base_url, canvas):
    found = made(name, group="BL-TEST")
    assert (found.credentials, found.token_url, found.base_url, found.canvas) == (credentials, token_url, base_url, canvas)
    assert found.sources["base_url"] == "the university's API page, 2023-07-18"
    assert found.upload_url("zip") == f"{base_url}/rest/upload/BL-TEST/zip"
    assert found.upload_url("files") == f"{base_url}/rest/upload/BL-TEST"


def test_a_flag_wins_over_a_variable_and_that_over_the_file_and_each_says_where_it_came_from():
    tables, environ = {"beta": {"group": "FILE"}}, {"PROVKIT_BETA_GROUP": "VARIABLE"}
    assert (made("beta", tables).group, made("beta", tables).sources["group"]) == ("FILE", "/home/ana/provkit.toml [env.beta]")
    found = made("beta", tables, environ)
    assert (found.group, found.sources["group"]) == ("VARIABLE", "PROVKIT_BETA_GROUP")
    found = made("beta", tables, environ, group="FLAG")
    assert (found.group, found.sources["group"]) == ("FLAG", "--group")
    assert made("beta").group is None


def test_one_environments_settings_are_not_anothers():
    assert made("test", {"beta": {"group": "FILE"}}).group is None


@pytest.mark.parametrize(
    ("name", "setting", "url"),
    [
        ("beta", "base_url", "https://lms-lti-3rdpartyprovisioning.apps.iu.edu"),
        ("test", "token_url", "https://apps.iu.edu/uaa-prd/oauth/token"),
        ("test", "base_url", "https://APPS.IU.EDU./somewhere"),
        ("beta", "base_url", "https://brand-new.apps.iu.edu:8443"),
        ("production", "token_url", "https://apps-test.iu.edu/uaa-stg/oauth/token"),
        ("production", "base_url", "https://brand-new.apps-test.iu.edu"),
        ("beta", "base_url", "https://lms-lti-3rdpartyprovisioning-stg.apps-test.iu.edu"),
        ("test", "base_url", "https://lms-lti-3rdpartyprovisioning-reg.apps-test.iu.edu"),
        ("sandbox", "base_url", "https://apps.iu.edu"),
        ("sandbox", "base_url", "https://sandbox.example.org"),
    ],
)
def test_an_environment_with_another_ones_host_is_refused(name, setting, url):
    with pytest.raises(ConfigError) as caught:
        made(name, {name: {setting: url}})
    assert setting in caught.value.message
    assert "provkit.toml" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://127.0.0.1.example.org",
        "ftp://example.org",
        "example.org",
        "https://",
        "https://a b",
        "https://example.org?x=1",
        "https://example.org#x",
        "https://user:word@example.org",
        "https://apps-test.iu.edu\\@example.org",
        "https://[::1",
        "https://example.org:99999999",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(url):
    with pytest.raises(ConfigError) as caught:
        made("beta", {"beta": {"base_url": url}})
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080/", "http://[::1]:8080", "http://127.8.8.8"])
def test_plain_http_is_taken_on_this_computer(url):
    assert is_loopback(url)
    assert made("beta", {"beta": {"base_url": url}}).base_url == url.rstrip("/")


@pytest.mark.parametrize("group", ["", " ", " BL", "BL ", "BL/ZIP", "..", ".", "a;b", "a%2Fb", "a\\b", "a?b", "a#b", "a\nb"])
def test_a_group_that_would_change_the_address_is_refused(group):
    with pytest.raises(ConfigError, match="cannot be a group's name"):
        made("beta", group=group)


def test_a_group_is_encoded_in_the_address():
    assert made("beta", group="BL Télé & Co").upload_url("files").endswith("/rest/upload/BL%20T%C3%A9l%C3%A9%20%26%20Co")


def test_unknown_environments_and_settings_are_named_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'production'"):
        made("prodution")
    with pytest.raises(ConfigError, match="Did you mean 'beta'"):
        made("test", {"betta": {}})
    with pytest.raises(ConfigError, match="Did you mean 'base_url'"):
        made("beta", {"beta": {"baseurl": "https://example.org"}})
    with pytest.raises(ConfigError, match="timeout"):
        made("beta", {"beta": {"timeout": "soon"}})


def test_a_file_of_authorities_is_meant_from_the_settings_folder():
    assert made("beta", {"beta": {"ca_bundle": "ca.pem"}}).ca_bundle == Path("/home/ana/ca.pem")
    assert made("beta", {}, {"PROVKIT_BETA_CA_BUNDLE": "ca.pem"}).ca_bundle == Path("ca.pem")


def test_limits_are_the_frameworks_own_and_can_be_set():
    assert (made("beta").max_file, made("beta").max_request) == (1_048_576, 10_485_760)
    assert made("beta", {"beta": {"max_file": 0}}).max_file == 0


def test_the_sandbox_has_a_made_up_group():
    assert (made("sandbox").group, made("sandbox").sources["group"]) == ("SANDBOX", "the sandbox itself")
    assert made("sandbox", group="BL-TEST").group == "BL-TEST"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.ORG:443/x", "example.org"),
        ("https://example.org.:8443", "example.org:8443"),
        ("http://[::1]:80", "[::1]"),
        ("", ""),
    ],
)
def test_hosts_are_compared_in_one_spelling(url, host):
    assert host_of(url) == host


def test_a_sandbox_elsewhere_on_this_computer_needs_both_addresses():
    with pytest.raises(ConfigError, match="both"):
        made("sandbox", {"sandbox": {"base_url": "http://127.0.0.1:1"}})
