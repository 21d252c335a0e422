"""Sending a package: what is sent, what stops it, and what the user is told."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from provkit.config import Config
from provkit.errors import AuthError, ConfigError, GuardError, OutcomeUnknown, PackageError, Refused, Unreachable
from provkit.workflows.send import prepare, send

QUEUED = "The files are being processed. Summary emails will be sent at a later time."


@pytest.fixture
def config(service, keys):
    return Config(None, {"env": {"beta": service.settings}}, keys)


def names_and_bytes(received):
    return [(name, content) for field, name, content in received.parts if field == "deptFileUpload"]


# What is on the wire


def test_send_posts_the_zip_that_build_wrote(service, config, built):
    out = built()
    sent = send(out, env="beta", config=config)
    assert sent.ok
    assert sent.outcome.facts["message"] == QUEUED
    [posted] = service.uploads
    assert posted.path == "/rest/upload/BL-TEST/zip"
    assert posted.parts == [("deptFileUpload", "package.zip", (out / "package.zip").read_bytes())]


def test_individual_posts_the_same_bytes_under_the_same_names(service, config, built):
    out = built(message=True)
    send(out, env="beta", notify=True, config=config)
    send(out, env="beta", notify=True, individual=True, again=True, config=config)
    archived, loose = service.uploads
    assert loose.path == "/rest/upload/BL-TEST"
    [(_, archive)] = names_and_bytes(archived)
    assert archive == (out / "package.zip").read_bytes()
    with zipfile.ZipFile(out / "package.zip") as opened:
        inside = {name: opened.read(name) for name in opened.namelist()}
    assert dict(names_and_bytes(loose)) == inside
    assert len(names_and_bytes(loose)) == 3
    assert sorted(inside.values()) == sorted(
        (out / name).read_bytes() for name in ("users.csv", "enrollments.csv", "message.properties")
    )
    assert any(name.startswith("users-") for name in inside)


@pytest.mark.parametrize("name", ["package.zip", "enrollments.csv"])
def test_a_single_zip_or_csv_can_be_sent(service, config, built, tmp_path, name):
    plain = tmp_path / f"somebodys-{name}"
    shutil.copy(built() / name, plain)
    send(plain, env="beta", config=config)
    assert names_and_bytes(service.uploads[0]) == [(plain.name, plain.read_bytes())]
    assert service.uploads[0].path.endswith("/zip") == (name == "package.zip")


def test_somebodys_folder_goes_file_by_file_only(service, config, built):
    out = built()
    shutil.rmtree(out / ".provkit")
    (out / "package.zip").unlink()
    with pytest.raises(PackageError) as caught:
        send(out, env="beta", config=config)
    assert "--individual" in caught.value.remedy
    send(out, env="beta", individual=True, config=config)
    assert [name for name, _ in names_and_bytes(service.uploads[0])] == ["enrollments.csv"]


def test_a_dry_run_logs_in_and_uploads_nothing(service, config, built):
    sent = send(built(), env="beta", dry_run=True, config=config)
    assert (sent.ok, sent.rehearsed, sent.outcome) == (True, True, None)
    assert (len(service.tokens), len(service.uploads)) == (1, 0)


def test_preparing_touches_no_network(service, config, built):
    prepare(built(), env="beta", config=config)
    assert service.received == []


# What stops it


def nothing_was_asked(service):
    return service.received == []


def test_a_package_with_a_message_is_sent_only_when_that_is_said(service, config, built):
    with pytest.raises(GuardError) as caught:
        send(built(message=True), env="beta", config=config)
    assert caught.value.reason == "message_without_notify"
    assert nothing_was_asked(service)
    send(built("again", message=True), env="beta", notify=True, config=config)
    assert ("customUsersNotification", None, b"true") in service.uploads[0].parts


def test_a_package_without_a_message_never_asks_for_one(service, config, built):
    out = built()
    for individual in (False, True):
        with pytest.raises(GuardError) as caught:
            send(out, env="beta", notify=True, individual=individual, config=config)
        assert caught.value.reason == "notify_without_message"
    assert nothing_was_asked(service)
    for individual in (False, True):
        send(out, env="beta", individual=individual, again=True, config=config)
    for posted in service.uploads:
        assert "customUsersNotification" not in [name for name, _, _ in posted.parts]
        assert b"message.properties" not in posted.body


def test_errors_in_the_package_stop_it(service, config, built):
    sent = send(
        built(files={"enrollments.csv": b"\xef\xbb\xbfcourse_id,user_id,role,section_id,status\n"}), env="beta", config=config
    )
    assert not sent.ok
    assert sent.outcome is None
    assert sent.report.findings
    assert nothing_was_asked(service)


def test_sample_addresses_go_to_the_sandbox_only(service, config, built):
    users = b"user_id,login_id,first_name,last_name,email,status\nana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\n"
    out = built(files={"users.csv": users})
    with pytest.raises(GuardError) as caught:
        send(out, env="beta", config=config)
    assert caught.value.reason == "reserved_addresses"
    assert nothing_was_asked(service)
    assert send(out, env="sandbox", config=config).ok


def test_a_source_that_changed_since_the_build_stops_it_unless_told(service, config, built, tmp_path):
    out = built()
    (tmp_path / "roster.csv").write_text("changed", "utf-8")
    for path in (out, out / "package.zip"):
        with pytest.raises(GuardError) as caught:
            send(path, env="beta", config=config)
        assert caught.value.reason == "stale_source"
        assert "roster.csv" in caught.value.message
        assert "--outdated-ok" in caught.value.remedy
    assert nothing_was_asked(service)
    assert send(out, env="beta", outdated_ok=True, config=config).ok


@pytest.mark.parametrize("individual", [False, True])
def test_a_package_changed_by_hand_stops_it(service, config, built, individual):
    out = built()
    (out / "enrollments.csv").write_bytes((out / "enrollments.csv").read_bytes() + b"SAFETY-101,asmith,student,,active\n")
    (out / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(GuardError) as caught:
        send(out, env="beta", individual=individual, config=config)
    assert caught.value.reason == "changed_by_hand"
    assert "enrollments.csv (changed)" in caught.value.message
    assert "notes.txt (added)" in caught.value.message
    assert nothing_was_asked(service)


def test_a_package_for_the_upload_page_is_not_for_the_api(service, config, built):
    with pytest.raises(PackageError, match="upload page"):
        send(built(door="app"), env="beta", config=config)
    assert nothing_was_asked(service)


@pytest.mark.parametrize("confirmed", [None, "beta", "Production", ""])
def test_production_wants_its_name(service, built, confirmed):
    keys = {"PROVKIT_PRODUCTION_CLIENT_ID": "unit", "PROVKIT_PRODUCTION_CLIENT_SECRET": "hush"}
    config = Config(None, {"env": {"production": service.settings}}, keys)
    with pytest.raises(GuardError) as caught:
        send(built(), env="production", confirm_env=confirmed, config=config)
    assert caught.value.reason == "not_confirmed"
    assert nothing_was_asked(service)
    assert send(built("again"), env="production", confirm_env="production", config=config).ok
    assert send(built("third"), env="production", dry_run=True, again=True, config=config).rehearsed


def test_test_credentials_do_not_serve_for_production(service, built, keys):
    config = Config(None, {"env": {"production": service.settings}}, keys)
    with pytest.raises(ConfigError) as caught:
        send(built(), env="production", confirm_env="production", config=config)
    assert "PROVKIT_PRODUCTION_CLIENT_ID" in caught.value.remedy
    assert nothing_was_asked(service)


def test_all_that_is_missing_is_said_at_once(tmp_path):
    with pytest.raises(ConfigError) as caught:
        prepare(tmp_path / "out", env="beta", config=Config())
    said = str(caught.value)
    for words in (
        "provkit build",
        "[env.beta]",
        "group =",
        "provkit auth login --set test",
        "PROVKIT_TEST_CLIENT_ID",
        "PROVKIT_TEST_CLIENT_SECRET_FILE",
        "--env sandbox",
    ):
        assert words in said
    assert len(said.splitlines()) < 40


def test_too_large_a_file_is_said_before_it_goes(service, keys, built):
    config = Config(None, {"env": {"beta": service.settings | {"max_file": 100, "max_request": 200}}}, keys)
    said = " ".join(prepare(built(), env="beta", config=config).warnings)
    assert "more than 100" in said
    assert "more than 200" in said
    config = Config(None, {"env": {"beta": service.settings | {"max_file": 0, "max_request": 0}}}, keys)
    assert not prepare(built("again"), env="beta", config=config).warnings


def test_rows_that_were_held_back_stop_it_until_that_is_meant(service, config, built):
    out = built(held_back=3)
    with pytest.raises(GuardError) as caught:
        send(out, env="beta", config=config)
    assert caught.value.reason == "held_back"
    assert caught.value.message.startswith("3 rows")
    assert "--allow held_back" in caught.value.remedy
    assert nothing_was_asked(service)
    prepared = prepare(out, env="beta", allow=["held_back"], config=config)
    assert [note[:6] for note in prepared.warnings] == ["3 rows"]
    assert prepared.deliver().ok


def test_what_is_shown_before_it_goes_names_place_group_files_and_who_said_so(service, config, built):
    shown = prepare(built(message=True), env="beta", group="OTHER", notify=True, config=config).describe()
    assert shown["Environment"] == "beta (Canvas: iu.beta.instructure.com)"
    assert shown["Service"] == f"{service.base.removeprefix('https://')} (from provkit.toml [env.beta])"
    assert shown["Credentials"] == "test (from PROVKIT_TEST_CLIENT_SECRET)"
    assert shown["Group"] == "OTHER (from --group)"
    assert "users.csv as users-" in shown["Files"]
    assert "own message" in shown["Message"]


# What the service says


@pytest.mark.parametrize(
    ("script", "error", "code"),
    [
        ((400, {"message": "No files to process", "fileErrors": None}), Refused, 5),
        ((403, {"message": "User (unit) is not authorized to upload files", "fileErrors": None}), AuthError, 4),
        ((500, b""), OutcomeUnknown, 6),
    ],
)
def test_what_the_service_refuses_is_raised_with_its_exit_code(service, config, built, say, script, error, code):
    service.upload_script = [say.answer(*script)]
    with pytest.raises(error) as caught:
        send(built(), env="beta", config=config)
    assert caught.value.exit_code == code
    assert len(service.uploads) == 1


def test_a_refused_member_of_the_zip_is_named_as_in_the_folder(service, config, built, say):
    out = built()
    wire = zipfile.ZipFile(out / "package.zip").namelist()[0]
    title = f"The format of {wire} did not conform to any of the documented formats."
    service.upload_script = [
        say.answer(400, {"message": "Error parsing uploaded files", "fileErrors": [{"title": title, "description": ""}]})
    ]
    for path in (out, out / "package.zip"):
        with pytest.raises(Refused) as caught:
            send(path, env="beta", config=config)
        assert f"enrollments.csv (sent as {wire})" in caught.value.message


def test_a_service_that_is_not_there_is_an_error_with_exit_code_5(keys, built, service):
    config = Config(None, {"env": {"beta": service.settings | {"base_url": "https://localhost:1"}}}, keys)
    with pytest.raises(Unreachable) as caught:
        send(built(), env="beta", config=config)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(("env", "words"), [("beta", "service team's own mailbox"), ("production", "mail group of BL-TEST")])
def test_after_a_200_it_is_said_what_comes_next(service, keys, built, env, words):
    environ = keys | {name.replace("TEST", "PRODUCTION"): value for name, value in keys.items()}
    config = Config(None, {"env": {env: service.settings}}, environ)
    said = " ".join(send(built(), env=env, confirm_env=env, config=config).next_steps)
    assert "csv file upload(s) for BL-TEST" in said
    assert "BL-TEST Canvas Provisioning Errors" in said
    assert "ImportId" in said
    assert words in said
    assert ("overwritten" in said) == (env == "beta")


# The command line


def test_the_literal_command_with_the_group_in_provkit_toml_works(service, keys, built, provkit, write_settings, secrets):
    built()
    write_settings(beta=service.settings)
    done = provkit("send", "--env", "beta", environ=keys)
    assert done.returncode == 0, done.stderr
    assert QUEUED in done.stdout
    assert "Canvas Provisioning Errors" in " ".join(done.stdout.split())
    assert "read 2 = 2 used" in done.stdout
    assert done.stderr.index("BL-TEST") < done.stderr.index("WHO GETS MAIL")
    shown = " ".join(done.stderr.split())
    for words in (
        "iu.beta.instructure.com",
        service.base.removeprefix("https://"),
        "BL-TEST",
        "provkit.toml [env.beta]",
        "WHO GETS MAIL",
    ):
        assert words in shown
    assert not [secret for secret in secrets if secret in done.stdout + done.stderr]
    assert len(service.uploads) == 1


def test_without_any_configuration_one_page_says_what_is_missing(provkit):
    done = provkit("send", "--env", "beta")
    assert done.returncode == 2
    assert done.stdout == ""
    for words in ("provkit build", "[env.beta]", "PROVKIT_TEST_CLIENT_ID", "PROVKIT_TEST_CLIENT_SECRET_FILE", "--env sandbox"):
        assert words in done.stderr
    assert len(done.stderr.splitlines()) < 45
    assert "Traceback" not in done.stderr


def test_the_environment_has_no_default(provkit, built):
    built()
    done = provkit("send", environ={"PROVKIT_ENV": "beta"})
    assert done.returncode == 2
    assert "--env" in done.stderr


def test_the_sandbox_needs_nothing_and_says_that_nothing_left(provkit, built):
    built()
    done = provkit("send", "--env", "sandbox")
    assert done.returncode == 0, done.stderr
    assert QUEUED in done.stdout
    assert "Nothing left this computer" in done.stdout
    assert "enrollments-8d571e73.csv: 2 sent on" in done.stdout


@pytest.mark.parametrize(
    ("prepare_it", "arguments", "code", "kind"),
    [
        ("refused", [], 5, "no_files"),
        ("login", [], 4, "wrong_client"),
        ("unknown", [], 6, "connection_lost"),
        ("stale", [], 3, "stale_source"),
        ("broken", [], 1, "findings"),
    ],
)
def test_exit_codes_and_the_json_word_agree_and_secrets_stay_hidden(
    service, keys, built, provkit, write_settings, say, secrets, tmp_path, prepare_it, arguments, code, kind
):
    files = {"enrollments.csv": b"course_id;user_id\n"} if prepare_it == "broken" else None
    built(files=files)
    if prepare_it == "refused":
        service.upload_script = [say.answer(400, {"message": "No files to process", "fileErrors": None})]
    elif prepare_it == "login":
        service.token_script = [say.answer(401, {"error": "invalid_client", "error_description": secrets[0]})]
    elif prepare_it == "unknown":
        service.upload_script = [say.cut(0.5)]
    elif prepare_it == "stale":
        (tmp_path / "roster.csv").write_text("changed", "utf-8")
    write_settings(beta=service.settings)
    done = provkit("send", "--env", "beta", "--format", "json", *arguments, environ=keys)
    assert done.returncode == code, done.stderr
    result = json.loads(done.stdout)
    assert (result["ok"], result["kind"]) == (False, kind)
    assert not [secret for secret in secrets if secret in done.stdout + done.stderr]
    assert "Traceback" not in done.stderr
    assert len(service.uploads) == (1 if prepare_it in ("refused", "unknown") else 0)


def test_production_is_not_sent_to_without_a_person_or_both_flags(service, built, provkit, write_settings):
    built()
    write_settings(production=service.settings)
    keys = {"PROVKIT_PRODUCTION_CLIENT_ID": "unit", "PROVKIT_PRODUCTION_CLIENT_SECRET": "hush"}
    for flags in (["--confirm-env", "production"], ["--yes", "--confirm-env", "test"]):
        done = provkit("send", "--env", "production", *flags, environ=keys, stdin="production\n")
        assert done.returncode == 3, done.stderr
        assert "--confirm-env production" in " ".join(done.stderr.split())
    assert service.received == []
    done = provkit("send", "--env", "production", "--yes", "--confirm-env", "production", environ=keys)
    assert done.returncode == 0, done.stderr
    assert len(service.uploads) == 1


@pytest.mark.skipif(os.name != "posix", reason="a terminal to type into is made by POSIX means")
@pytest.mark.parametrize(("typed", "code", "uploads"), [("production", 0, 1), ("yes", 3, 0), ("", 3, 0)])
def test_at_a_terminal_the_environments_name_is_asked_for(service, built, write_settings, tmp_path, typed, code, uploads):
    built()
    write_settings(production=service.settings)
    keys = {"PROVKIT_PRODUCTION_CLIENT_ID": "unit", "PROVKIT_PRODUCTION_CLIENT_SECRET": "hush"}
    ours, theirs = os.openpty()
    try:
        os.write(ours, f"{typed}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "provkit", "send", "--env", "production"],
            cwd=tmp_path, env=dict(os.environ) | keys, stdin=theirs, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == code, done.stderr
    assert "Type its name" in done.stderr
    assert len(service.uploads) == uploads


def test_the_secret_can_come_from_standard_input(service, keys, built, provkit, write_settings, secrets):
    built()
    write_settings(beta=service.settings)
    secret = keys.pop("PROVKIT_TEST_CLIENT_SECRET")
    done = provkit("send", "--env", "beta", "--secret-stdin", environ=keys, stdin=f"{secret}\n")
    assert done.returncode == 0, done.stderr
    assert not [secret for secret in secrets if secret in done.stdout + done.stderr]


def test_a_foreign_provkit_toml_above_cannot_lead_the_secret_away(service, keys, provkit, write_settings, built, tmp_path):
    write_settings(beta={"group": "BL-TEST", "token_url": "https://tokens.example.org/oauth/token"})
    out = built()
    done = provkit("send", str(out), "--env", "beta", environ=keys)
    assert done.returncode == 3
    said = " ".join(done.stderr.split())
    assert "tokens.example.org" in said
    assert "PROVKIT_TEST_HOSTS" in said


def test_a_sandbox_that_the_user_started_is_found_and_says_what_would_become_of_the_upload(provkit, built, tmp_path):
    built()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "provkit", "sandbox", "--port", "0", "--group", "SANDBOX"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        line = ""
        while "Ctrl-C" not in line:
            line = process.stdout.readline()
            assert line, process.stderr.read()
        done = provkit("send", "--env", "sandbox")
        assert done.returncode == 0, done.stderr
        assert "the sandbox that you have started" in " ".join(done.stderr.split())
        line = ""
        while "enrollments-" not in line:
            line = process.stdout.readline()
            assert line, process.stderr.read()
    finally:
        process.terminate()
        process.communicate(timeout=10)


# What the user chose to hear


def loose(folder, **files):
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


SECTIONS = "section_id,course_id,name,status\nS-1,C-1,{name},{status}\n"


def test_an_error_stops_a_send_whatever_is_silenced(service, config, tmp_path):
    out = loose(tmp_path / "theirs", sections=SECTIONS.format(name="Monday", status="nonsense"))
    chosen = Config(None, {**config.tables, "rules": {"ignore": ["PK"], "severity": {"PK220": "info"}}}, config.environ)
    sent = send(out, env="beta", individual=True, config=chosen)
    assert not sent.ok
    assert [finding.code for finding in sent.report.findings] == ["PK220"]
    assert [rule.code for rule in sent.report.insisted] == ["PK220"]
    assert nothing_was_asked(service)


def test_a_warning_is_silenced_and_said_or_made_an_error_that_stops(service, config, tmp_path):
    out = loose(tmp_path / "theirs", sections=SECTIONS.format(name="Lab A\\B", status="active"))
    strict = Config(None, {**config.tables, "rules": {"severity": {"backslash_vanishes": "error"}}}, config.environ)
    assert not send(out, env="beta", individual=True, config=strict).ok
    assert nothing_was_asked(service)
    quiet = Config(None, {**config.tables, "rules": {"ignore": ["backslash_vanishes"]}}, config.environ)
    sent = send(out, env="beta", individual=True, config=quiet)
    assert sent.ok
    assert [one["by"] for one in sent.to_dict()["report"]["silenced"]] == ["provkit.toml"]


def test_v_says_hosts_sizes_and_numbers_and_nothing_that_is_secret_or_personal(
    service, provkit, built, write_settings, keys, secrets
):
    write_settings(beta=service.settings)
    out = built(message=True)
    host = service.base.removeprefix("https://")
    quiet = provkit("send", str(out), "--env", "beta", "--notify", environ=keys)
    assert (quiet.returncode, "connecting to" in quiet.stderr) == (0, False)
    said = provkit("send", str(out), "--env", "beta", "--notify", "--again", "-vv", environ=keys)
    assert said.returncode == 0, said.stderr
    lines = [line for line in said.stderr.splitlines() if re.match(r"\d\d:\d\d:\d\d\.\d{3} ", line)]
    text = "\n".join(lines)
    assert f"connecting to {host}" in text
    assert re.search(rf"POST {service.base}/rest/upload/BL-TEST/zip \(\d+ bytes\): status 200, \d+ bytes", text)
    assert re.search(rf"POST {service.base}/uaa-stg/oauth/token \(\d+ bytes\): status 200", text)
    assert "send 2 is recorded as accepted" in text
    assert "content-type: application/json" in text
    assert not [word for word in (*secrets, *keys.values(), "Ruiz", "safety-guests") if word in text]
    assert provkit("send", str(out), "--env", "beta", "--notify", "--again", "-v", environ=keys).stderr.count("content-type") == 0
