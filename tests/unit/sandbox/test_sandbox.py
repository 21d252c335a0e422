"""The sandbox's endpoints over a real socket: what stands before and around the receiver."""

from __future__ import annotations

import base64
import json
import os
import stat

import httpx2
import pytest
from pydantic import SecretStr

from provkit.errors import ConfigError
from provkit.package import Package
from provkit.receiver import receive
from provkit.sandbox import Pretend, Seen, Server, Settings, running
from provkit.sandbox.server import running_file
from provkit.workflows.sandbox import describe

USERS = b"user_id,login_id,first_name,last_name,email,status\nana@example.org,ana@example.org,Ana,Ruiz,ana@example.org,active\n"


class Client:
    """A bare REST client: it knows nothing of provkit's own client."""

    def __init__(self, server):
        self.server = server
        self.id, self.secret = server.settings.client_id, server.settings.secret.get_secret_value()
        self.http = httpx2.Client(base_url=server.address.base_url, trust_env=False, timeout=10)

    def token(self, form=None, *, basic=True, pair=None):
        form = {"grant_type": "client_credentials"} if form is None else form
        pair = base64.b64encode((pair or f"{self.id}:{self.secret}").encode()).decode()
        return self.http.post("/oauth/token", data=form, headers={"Authorization": f"Basic {pair}"} if basic else {})

    def post(self, path="/rest/upload/BL-TEST", *, token=None, **request):
        token = self.token().json()["access_token"] if token is None else token
        return self.http.post(path, headers={"Authorization": f"Bearer {token}"} if token else {}, **request)


@pytest.fixture
def started():
    servers = []

    def start(**settings):
        server = Server(Settings(**settings))
        server.__enter__()
        client = Client(server)
        servers.append((server, client))
        return client

    yield start
    for server, client in servers:
        client.http.close()
        server.__exit__(None, None, None)


def parts(*files):
    return [("deptFileUpload", file) for file in files]


def exception(response):
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (500, "text/html")
    assert "<title>Application Error</title>" in response.text
    return response.text.partition("<pre>")[2].partition(":")[0].rpartition(".")[2]


def test_basic_and_body_credentials_give_a_token_of_uaas_shape(started):
    client = started()
    for answer in (
        client.token(),
        client.token({"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}, basic=False),
    ):
        assert answer.status_code == 200
        assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope", "jti"}
        assert (answer.json()["token_type"], answer.json()["scope"]) == ("bearer", "lms:prov:upload")


@pytest.mark.parametrize(
    ("request_", "status", "error", "description"),
    [
        ({"pair": "sandbox:wrong"}, 401, "invalid_client", "Bad credentials"),
        ({"basic": False}, 401, "invalid_client", "Bad credentials"),
        ({"form": {}}, 400, "invalid_request", "Missing grant type"),
        ({"form": {"grant_type": "password"}}, 400, "unsupported_grant_type", "Unsupported grant type: password"),
        ({"form": {"grant_type": "client_credentials", "scope": "x"}}, 400, "invalid_scope", "Invalid scope: x"),
    ],
)
def test_the_token_endpoint_says_no_as_uaa_does(started, request_, status, error, description):
    answer = started().token(**request_)
    assert (answer.status_code, answer.json()) == (status, {"error": error, "error_description": description})


def test_credentials_in_the_body_do_not_mend_a_wrong_header(started):
    client = started()
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
    assert client.token(form, pair="sandbox:wrong").status_code == 401


def test_form_encoded_basic_credentials_are_decoded(started):
    client = started(secret=SecretStr("a+b %:c"))
    assert client.token(pair="sandbox:a%2Bb+%25%3Ac").status_code == 200
    assert client.token(pair="sandbox:a+b %:c").status_code == 401


@pytest.mark.parametrize(
    "files",
    [
        {"users.csv": USERS},
        {"users.csv": b"\xef\xbb\xbf" + USERS, "README.txt": b"hello"},
        {"users.csv": USERS, "message.properties": b"sender=a@iu.edu\nsubject=x\nbody=y\n"},
        {"message.properties": b"sender=a@iu.edu\nsubject=x\nbody=y\n"},
        {"users.csv": b""},
    ],
)
@pytest.mark.parametrize("flag", [None, "true", "false"])
def test_loose_files_get_the_receivers_own_answer(started, files, flag):
    client = started()
    answer = client.post(files=parts(*files.items()), data={} if flag is None else {"customUsersNotification": flag})
    expected = receive(Package.from_files(files), notify=flag == "true").answer
    assert (answer.status_code, answer.json()) == (expected.status, expected.body)
    [seen] = client.server.uploads
    assert [(part.name, bytes(part.content)) for part in seen.package.parts] == list(files.items())
    assert (seen.group, seen.notify, seen.status) == ("BL-TEST", flag == "true", expected.status)


def test_an_archive_gets_the_receivers_own_answer(started):
    client = started()
    for content in (b"PK\x05\x06" + bytes(18), b"no zip", b""):
        answer = client.post("/rest/upload/BL-TEST/zip", files=parts(("x.zip", content)))
        expected = receive(Package.from_zip(content, "x.zip")).answer
        assert (answer.status_code, answer.json()) == (expected.status, expected.body)


def test_what_the_service_does_not_foresee_becomes_a_page_with_the_exceptions_class(started):
    client = started(max_file=2000, max_request=10_000)
    token = client.token().json()["access_token"]
    field = {"customUsersNotification": "true"}
    assert exception(client.post(token=token, files=[("other", ("users.csv", USERS))])) == "MissingServletRequestPartException"
    assert exception(client.post(token=token, data=field)) == "MultipartException"
    bad = client.post(token=token, files=parts(("users.csv", USERS)), data={"customUsersNotification": "maybe"})
    assert exception(bad) == "MethodArgumentTypeMismatchException"
    assert exception(client.post(token=token, files=parts(("users.csv", bytes(2001))))) == "MaxUploadSizeExceededException"
    many = parts(*((f"{number}.csv", bytes(1900)) for number in range(6)))
    assert exception(client.post(token=token, files=many)) == "MaxUploadSizeExceededException"
    assert exception(client.post("/rest/elsewhere", token=token)) == "NoResourceFoundException"
    got = client.http.get("/rest/upload/BL-TEST", headers={"Authorization": f"Bearer {token}"})
    assert exception(got) == "HttpRequestMethodNotSupportedException"
    escape = {"users.csv": USERS, "message.properties": b"sender=a\nsubject=b\nbody=C:\\users\n"}
    assert exception(client.post(token=token, files=parts(*escape.items()))) == "IllegalArgumentException"
    assert client.server.uploads == []


def test_too_many_parts_are_refused_as_the_web_server_does(started):
    client = started()
    many = parts(*((f"{number}.csv", b"x") for number in range(51)))
    assert exception(client.post(files=many)) == "FileCountLimitExceededException"


def test_a_broken_form_is_answered_with_a_page(started):
    client = started()
    token = client.token().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    assert exception(client.http.post("/rest/upload/G", headers=headers, content=b"nonsense")) == "MultipartException"


def test_without_a_token_a_post_is_forbidden_and_with_a_wrong_one_unauthorised(started):
    client = started()
    lost = client.post(token="", files=parts(("users.csv", USERS)))
    assert (lost.status_code, lost.headers["www-authenticate"], lost.content) == (403, "Bearer", b"")
    wrong = client.post(token="nonsense", files=parts(("users.csv", USERS)))
    assert (wrong.status_code, wrong.content) == (401, b"")
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert client.server.uploads == []


def test_addresses_outside_rest_belong_to_the_pages_for_browsers(started):
    assert started().http.get("/app/index").status_code == 302


@pytest.mark.parametrize(
    ("pretend", "status"),
    [
        (Pretend.NO_SCOPE, 403),
        (Pretend.NOT_AUTHORISED, 403),
        (Pretend.EXPIRED_ONCE, 401),
        (Pretend.QUEUE_DOWN, 500),
        (Pretend.GATEWAY, 502),
    ],
)
def test_it_can_pretend_that_something_is_wrong(started, pretend, status):
    client = started(pretend=pretend)
    assert client.post(files=parts(("users.csv", USERS))).status_code == status
    if pretend is Pretend.EXPIRED_ONCE:
        assert client.post(files=parts(("users.csv", USERS))).status_code == 200


def test_it_can_pretend_not_to_know_the_client(started):
    assert started(pretend=Pretend.WRONG_CLIENT).token().status_code == 401


def test_an_unknown_group_gets_200_all_the_same_and_is_marked(started):
    client = started(groups=frozenset({"bl-test"}))
    client.post("/rest/upload/BL-TEST", files=parts(("users.csv", USERS)))
    client.post("/rest/upload/BL%20TYPO", files=parts(("users.csv", USERS)))
    assert [(seen.status, seen.group, seen.group_known) for seen in client.server.uploads] == [
        (200, "BL-TEST", True),
        (200, "BL TYPO", False),
    ]


def test_it_listens_on_this_computer_only(started):
    assert started().server._socket.getsockname()[0] == "127.0.0.1"


@pytest.fixture
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))


def test_a_published_sandbox_is_found_until_it_is_withdrawn(started, state):
    client = started()
    assert running() is None
    client.server.publish()
    assert running() == client.server.address
    if os.name == "posix":
        assert stat.S_IMODE(running_file().stat().st_mode) == 0o600
    client.server.withdraw()
    assert running() is None


def test_whoever_took_over_the_port_is_not_taken_for_the_sandbox(started, state):
    client = started()
    client.server.publish()
    word = json.loads(running_file().read_text("utf-8"))
    running_file().write_text(json.dumps(word | {"instance": "another"}), "utf-8")
    assert running() is None
    client.server.withdraw()
    assert running_file().exists(), "it was not ours to take away"
    running_file().write_text("no json", "utf-8")
    assert running() is None


def test_a_port_that_is_taken_is_said(started):
    port = started().server._socket.getsockname()[1]
    with pytest.raises(ConfigError, match=str(port)), Server(port=port):
        pass


def test_its_secret_is_made_anew_each_time_and_not_shown(started):
    first, second = started().server.settings, started().server.settings
    assert first.secret != second.secret
    assert first.secret.get_secret_value() not in repr(first)


def told(files, *, known=True, notify=False):
    package = Package.from_files(files)
    reception = receive(package, notify=notify)
    return describe(Seen("BL-TEST", known, package, notify, reception, reception.answer.status))


def test_what_would_become_of_an_upload_is_told_row_by_row_kind():
    rows = USERS + b"no address,no address,Bo,Li,no address,active\n"
    said = told({"users.csv": rows, "message.properties": b"sender=a@iu.edu\nsubject=Hello\nbody=y\n"}, notify=True)
    assert "users.csv: 1 sent on, 1 rejected and named in the mail" in said
    assert "message.properties: no rows" in said
    assert "where there are none: 1" in said
    assert "to each new guest: 'Hello'" in said
    assert "status 200" in said


def test_a_refusal_is_told_with_the_files_named():
    said = told({"users.csv": b"user_id\n"})
    assert "status 400" in said
    assert "The format of users.csv did not conform" in said


def test_a_run_that_stops_and_a_group_that_nobody_has_are_told():
    crash = b"user_id,login_id,first_name,last_name,email,status,service\n" + USERS.splitlines()[1] + b"\n"
    assert "nothing reaches Canvas" in told({"users.csv": crash})
    assert "would reach nobody" in told({"users.csv": USERS}, known=False)
