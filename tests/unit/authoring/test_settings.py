import pytest

from provkit.authoring import AuthoringSettings
from provkit.config import Config
from provkit.errors import ConfigError


def settings_of(table=None, environ=None, **flags):
    return Config(None, {"defaults": table or {}}, environ or {}).model(AuthoringSettings, "defaults", **flags)


def test_nothing_said_means_indiana():
    settings = settings_of()
    assert settings.time_zone == "America/Indiana/Indianapolis"
    assert settings.own_domains == ("iu.edu",)
    assert (settings.date_order, settings.create_courses, settings.notify, settings.role) == (None, False, False, None)


def test_flags_win_over_the_environment_and_that_over_the_file():
    table, environ = {"role": "student", "create_courses": False}, {"PROVKIT_ROLE": "ta", "PROVKIT_CREATE_COURSES": "true"}
    assert settings_of(table).role == "student"
    assert settings_of(table, environ).role == "ta"
    assert settings_of(table, environ).create_courses is True
    assert settings_of(table, environ, role="teacher", create_courses=False).create_courses is False


def test_domains_are_written_with_or_without_the_at_sign_and_as_a_list_of_words():
    assert settings_of({"own_domains": ["@IU.edu", "iun.edu"]}).own_domains == ("iu.edu", "iun.edu")
    assert settings_of({}, {"PROVKIT_OWN_DOMAINS": "iu.edu, @iun.edu"}).own_domains == ("iu.edu", "iun.edu")
    assert settings_of({"own_domains": []}).own_domains == ()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"time_zone": "Mars/Base"}, "not a time zone"),
        ({"time_zone": "../etc"}, "not a time zone"),
        ({"date_order": "ymd"}, "date_order"),
        ({"course_id": "{{ long_name"}, "is no template"),
        ({"section_id": "{% x %}"}, "is no template"),
        ({"timezone": "UTC"}, "Did you mean 'time_zone'"),
        ({"own_domains": 3}, "own_domains"),
    ],
)
def test_what_is_wrong_is_named(table, says):
    with pytest.raises(ConfigError, match=says):
        settings_of(table)
