"""What docs/rest-client holds and what `--print-curl` prints lead to the same upload as provkit's own."""

import json
import os
import shutil
import subprocess
import zipfile

import pytest

from provkit.config import Config
from provkit.delivery.environments import environment
from provkit.delivery.rest_client import curl, files
from provkit.sandbox import Server

NEWMAN = shutil.which("newman")
CURL = shutil.which("curl")
BASH = shutil.which("bash")
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


@pytest.mark.skipif(CURL is None or BASH is None, reason="curl and bash are not on this machine")
@pytest.mark.parametrize(("door", "names"), [("zip", ["package.zip"]), ("files", ["users.csv", "enrollments.csv"])])
def test_the_curl_lines_upload_and_get_the_services_answer(sandbox, package, door, names):
    address, seen = sandbox
    lines = curl(target(address), names, door=door, notify=False)
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


@pytest.mark.skipif(CURL is None or BASH is None, reason="curl and bash are not on this machine")
def test_the_curl_lines_ask_for_the_notification(sandbox, package):
    address, _ = sandbox
    lines = curl(target(address), ["users.csv"], door="files", notify=True)
    environ = {
        "PATH": os.environ["PATH"],
        "PROVKIT_SANDBOX_CLIENT_ID": address.client_id,
        "PROVKIT_SANDBOX_CLIENT_SECRET": address.secret.get_secret_value(),
    }
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", lines], cwd=package, env=environ, capture_output=True, text=True, check=True
    )
    assert "no message.properties file was supplied" in json.loads(done.stdout)["message"]


@pytest.mark.skipif(NEWMAN is None, reason="newman (npm install newman) is not on this machine")
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
