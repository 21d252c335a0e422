"""What docs/rest-client holds and what `--print-curl` prints lead to the same upload as provkit's own."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from provkit.config import Config
from provkit.delivery.environments import environment
from provkit.delivery.rest_client import curl, files
from provkit.sandbox import Server

MUST_RUN = bool(os.environ.get("PROVKIT_TESTS_MUST_RUN"))  # .ci/run installs what is missing, so that nothing skips there
NEWMAN, CURL, BASH = (shutil.which(name) for name in ("newman", "curl", "bash"))
needs_curl = pytest.mark.skipif(not MUST_RUN and (CURL is None or BASH is None), reason="curl and bash are not on this machine")
needs_newman = pytest.mark.skipif(not MUST_RUN and NEWMAN is None, reason="newman (npm install newman) is not on this machine")
USERS = "user_id,login_id,first_name,last_name,email,status\nzed@example.org,zed@example.org,Zed,Ek,zed@example.org,active\n"


@pytest.fixture
def sandbox():
    seen = []
    with Server(None, seen.append) as server:
        yield server.address, seen


@pytest.fixture
def package(tmp_path):
    (tmp_path / "users.csv").write_text(USERS, encoding="utf-8")
    (tmp_path / "enrollments.csv").write_text(
        "course_id,user_id,role,section_id,status\nNC-1,zed@example.org,student,,active\n", encoding="utf-8"
    )
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        for name in ("users.csv", "enrollments.csv"):
            archive.write(tmp_path / name, name)
    return tmp_path


def target(address, group="DEPT"):
    tables = {"env": {"sandbox": {"base_url": address.base_url, "token_url": address.token_url, "group": group}}}
    return environment("sandbox", Config(None, tables, {}))


def test_the_files_for_rest_clients_are_current(root):
    folder = root / "docs" / "rest-client"
    written = dict(files())
    assert {path.name for path in folder.iterdir()} == set(written)
    for name, text in written.items():
        assert (folder / name).read_text(encoding="utf-8") == text, "make docs"


def test_no_secret_and_no_id_stands_in_them():
    for name, text in files():
        document = json.loads(text)
        if "values" in document:
            assert {one["key"]: one["value"] for one in document["values"]}["client_secret"] == ""
            assert {one["key"]: one["type"] for one in document["values"]}["client_secret"] == "secret", name


@needs_curl
@pytest.mark.parametrize(("door", "names"), [("zip", ["package.zip"]), ("files", ["users.csv", "enrollments.csv"])])
def test_the_curl_lines_upload_and_get_the_services_answer(sandbox, package, door, names):
    address, seen = sandbox
    lines = curl(target(address), [(name, name) for name in names], door=door, notify=False)
    secret = address.secret.get_secret_value()
    assert secret not in lines
    environ = {"PATH": os.environ["PATH"], "PROVKIT_SANDBOX_CLIENT_ID": address.client_id, "PROVKIT_SANDBOX_CLIENT_SECRET": secret}
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", lines], cwd=package, env=environ, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["message"].startswith("The files are being processed.")
    (upload,) = seen
    assert upload.reception.answer.accepted
    assert sorted(file.name for file in upload.reception.files) == ["enrollments.csv", "users.csv"]


@needs_curl
def test_the_curl_lines_ask_for_the_notification(sandbox, package):
    address, _ = sandbox
    lines = curl(target(address), [("users.csv", "users.csv")], door="files", notify=True)
    environ = {
        "PATH": os.environ["PATH"],
        "PROVKIT_SANDBOX_CLIENT_ID": address.client_id,
        "PROVKIT_SANDBOX_CLIENT_SECRET": address.secret.get_secret_value(),
    }
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", lines], cwd=package, env=environ, capture_output=True, text=True, check=True
    )
    assert "no message.properties file was supplied" in json.loads(done.stdout)["message"]


def run_lines(lines, folder, **environ):
    return subprocess.run(
        [BASH, "-euo", "pipefail", "-c", lines],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@needs_curl
@pytest.mark.parametrize("flags", [(), ("--individual",)])
def test_what_print_curl_prints_posts_what_send_posts(plain_service, provkit, built, write_settings, keys, tmp_path, flags):
    write_settings(beta=plain_service.settings)
    folder = built('out; it\'s "quoted", öffentlich', message=True)
    name = folder.name
    shown = provkit("send", name, "--env", "beta", "--notify", *flags, "--print-curl")
    assert (shown.returncode, plain_service.received) == (0, []), shown.stderr
    assert "stands in no history" in " ".join(shown.stderr.split())
    answered = run_lines(shown.stdout, tmp_path, **keys)
    assert json.loads(answered)["message"].startswith("The files are being processed.")
    assert json.loads(provkit("history", "--format", "json").stdout)["sends"] == []
    done = provkit("send", name, "--env", "beta", "--notify", *flags, environ=keys)
    assert done.returncode == 0, done.stderr
    by_curl, by_provkit = plain_service.uploads
    assert by_curl.path == by_provkit.path
    assert by_curl.headers["authorization"] == by_provkit.headers["authorization"]
    assert sorted(by_curl.parts) == sorted(by_provkit.parts)
    one, other = plain_service.tokens
    assert one.headers["authorization"] == other.headers["authorization"]  # a secret that must be encoded


def test_print_curl_holds_no_secret_needs_none_and_stops_where_send_stops(plain_service, provkit, built, write_settings, keys):
    write_settings(beta=plain_service.settings)
    built()
    shown = provkit("send", "--env", "beta", "--print-curl", environ=keys)
    assert shown.returncode == 0, shown.stderr
    assert not [value for value in keys.values() if value in shown.stdout + shown.stderr]
    assert provkit("send", "--env", "beta", "--print-curl", "--changes-only").returncode == 2
    refused = provkit("send", "--env", "sandbox", "--group", "G", "--print-curl")
    assert (refused.returncode, "provkit sandbox" in refused.stderr) == (2, True)
    write_settings(beta=plain_service.settings | {"base_url": "https://lms.example.org"})
    foreign = provkit("send", "--env", "beta", "--print-curl")
    assert (foreign.returncode, foreign.stdout) == (3, "")
    built(files={"enrollments.csv": b"no,header\n"})
    assert provkit("send", "--env", "beta", "--print-curl").returncode == 1
    assert plain_service.received == []


@needs_newman
def test_the_collection_uploads_with_postmans_own_library(sandbox, package, root):
    address, seen = sandbox
    values = {
        "base_url": address.base_url,
        "token_url": address.token_url,
        "group": "DEPT",
        "client_id": address.client_id,
        "client_secret": address.secret.get_secret_value(),
    }
    given = [part for name, value in values.items() for part in ("--env-var", f"{name}={value}")]
    folder = root / "docs" / "rest-client"
    done = subprocess.run(
        [
            *(NEWMAN, "run", str(folder / "provkit.postman_collection.json"), "-e", str(folder / "beta.postman_environment.json")),
            *(
                "--working-dir",
                str(package),
                "--reporters",
                "cli,json",
                "--reporter-json-export",
                str(package / "run.json"),
                *given,
            ),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    run = json.loads((package / "run.json").read_text(encoding="utf-8"))["run"]
    bodies = [bytes(one["response"]["stream"]["data"]).decode() for one in run["executions"]]
    assert [json.loads(body).get("message", "")[:30] for body in bodies[1:]] == ["The files are being processed."] * 2
    assert [sorted(file.name for file in upload.reception.files) for upload in seen] == [["enrollments.csv", "users.csv"]] * 2


def test_the_python_of_the_page_uploads(sandbox, package, root):
    """The lines of docs/results.md as they stand there, with the names that they leave to the reader."""
    address, seen = sandbox
    (program,) = re.findall(
        r"^```python\n(.*?)^```", (root / "docs" / "results.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names = {
        "TOKEN_URL": address.token_url,
        "BASE_URL": address.base_url,
        "GROUP": "DEPT",
        "CLIENT_ID": address.client_id,
        "CLIENT_SECRET": address.secret.get_secret_value(),
    }
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    done = subprocess.run([sys.executable, "-c", given + program], cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("200 ")
    assert [upload.reception.answer.accepted for upload in seen] == [True]
