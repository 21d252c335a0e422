"""Login and upload over real sockets with TLS: every answer provoked and recognised, and no upload ever posted twice."""

from __future__ import annotations

import _thread
import base64
import logging
import signal
import threading
import traceback
from contextlib import suppress
from dataclasses import replace
from mmap import ACCESS_READ, mmap

import pytest

from provkit.config import Config
from provkit.delivery import Login, Upload, UploadFile, environment, find, post
from provkit.errors import AuthError, ConfigError, DeliveryError, GuardError, OutcomeUnknown, Refused, Unreachable

CSV = b"user_id,listing_id\nana@example.org,L1\n"


@pytest.fixture
def login(service, keys):
    """A login at the scripted service; settings of [env.beta] may be added."""

    def make(**settings):
        config = Config(None, {"env": {"beta": service.settings | settings}}, keys)
        return Login(environment("beta", config), find("test", config))

    return make


def upload(content=CSV, *, notify=False):
    return Upload(
        (UploadFile("expand-enrollments-1a2b3c4d.csv", content),),
        "files",
        notify,
        {"expand-enrollments-1a2b3c4d.csv": "expand-enrollments.csv"},
    )


def test_one_good_upload_carries_token_field_and_exact_bytes(service, login):
    outcome = post(upload(notify=True), login())

    assert outcome.accepted
    assert "Summary emails" in outcome.sentence
    [asked] = service.tokens
    pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "unit%3Atests:s%C3%A9cret%2B100%25+of%3Ait"
    assert asked.body == b"grant_type=client_credentials"
    [posted] = service.uploads
    assert (posted.method, posted.path) == ("POST", "/rest/upload/BL-TEST")
    assert posted.headers["authorization"].startswith("Bearer ey")
    assert posted.headers["transfer-encoding"] is None
    assert int(posted.headers["content-length"]) == len(posted.body)
    assert posted.parts == [
        ("customUsersNotification", None, b"true"),
        ("deptFileUpload", "expand-enrollments-1a2b3c4d.csv", CSV),
    ]


def test_a_mapped_file_is_streamed_with_its_length(service, login, tmp_path):
    path = tmp_path / "package.zip"
    path.write_bytes(bytes(range(256)) * 9000)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        whole = Upload((UploadFile("package.zip", mapped),), "zip")
        outcome = post(whole, login())
        assert whole.length == int(service.uploads[0].headers["content-length"])
        del whole

    assert outcome.accepted
    assert service.uploads[0].path == "/rest/upload/BL-TEST/zip"
    assert service.uploads[0].parts == [("deptFileUpload", "package.zip", path.read_bytes())]


def test_a_group_with_a_blank_is_encoded_in_the_path(service, login):
    post(upload(), login(group="BL TÉST"))
    assert service.uploads[0].path == "/rest/upload/BL%20T%C3%89ST"


def test_body_credentials_are_tried_once_after_a_401(service, login, say):
    service.token_script = [say.answer(401, {"error": "invalid_client", "error_description": "Bad credentials"}), say.token()]

    assert post(upload(), login()).accepted

    first, second = service.tokens
    assert first.headers["authorization"].startswith("Basic ")
    assert second.headers["authorization"] is None
    assert second.body.endswith(b"client_id=unit%3Atests&client_secret=s%C3%A9cret%2B100%25+of%3Ait")


@pytest.mark.parametrize(("method", "basic"), [("basic", True), ("body", False)])
def test_a_chosen_method_is_the_only_one_tried(service, login, say, method, basic):
    service.token_script = [say.answer(401, {"error": "invalid_client"})]
    with pytest.raises(AuthError):
        post(upload(), login(auth_method=method))
    [asked] = service.tokens
    assert (asked.headers["authorization"] is not None) == basic


TOKEN_ANSWERS = [
    ("wrong_client", 401, {"error": "invalid_client", "error_description": "Bad credentials"}, {"WWW_Authenticate": 'Basic realm="UAA/client", error="unauthorized"'}),
    ("wrong_client", 401, {"error": "unauthorized", "error_description": "Bad credentials"}, {}),
    ("wrong_client", 401, {"error": "invalid_client", "error_description": "Bad client credentials"}, {}),
    ("wrong_client", 401, {"timestamp": "2026-01-01T00:00:00Z", "status": 401, "error": "Unauthorized", "path": "/oauth/token"}, {"WWW_Authenticate": 'Basic realm="oauth2/client"'}),
    ("wrong_client", 401, b"", {}),
    ("grant_not_allowed", 401, {"error": "invalid_client", "error_description": "Unauthorized grant type"}, {}),
    ("grant_not_allowed", 401, {"error": "invalid_client", "error_description": "Unauthorized grant type: client_credentials"}, {}),
    ("grant_not_allowed", 401, {"error": "unauthorized_client", "error_description": "Bad"}, {}),
    ("grant_not_allowed", 400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"}, {}),
    ("token_request", 400, {"error": "invalid_request", "error_description": "Missing grant type"}, {}),
    ("scope_refused", 400, {"error": "invalid_scope", "error_description": "Invalid scope: x", "scope": "y"}, {}),
    ("no_scope", 400, {"error": "invalid_scope", "error_description": "Empty scope (client has no registered scopes)"}, {}),
    ("token_forbidden", 403, "<html><title>Access denied</title></html>", {"Content_Type": "text/html"}),
    ("token_not_found", 404, "<html><title>Not here</title></html>", {"Content_Type": "text/html"}),
    ("token_not_found", 405, b"", {}),
    ("token_busy", 429, b"", {}),
    ("token_gateway", 500, {"error": "server_error"}, {}),
    ("token_gateway", 502, "<html><head><title>502 Bad Gateway</title></head></html>", {"Content_Type": "text/html"}),
    ("token_gateway", 503, "Service Unavailable\nsecond line", {"Content_Type": "text/plain"}),
    ("token_redirect", 302, b"", {"Location": "https://login.example.org/signin?next=1"}),
    ("token_garbage", 200, "<!doctype html><title>Sign in</title>", {"Content_Type": "text/html"}),
    ("token_garbage", 200, {"token": "x"}, {}),
    ("token_garbage", 200, {"access_token": "bad\r\ntoken", "token_type": "bearer"}, {}),
    ("token_garbage", 200, {"access_token": "x", "token_type": "mac"}, {}),
    ("token_garbage", 200, b"{{{{", {}),
    ("token_garbage", 418, b"", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "body", "headers"), TOKEN_ANSWERS)
def test_an_answer_of_the_token_endpoint_is_recognised_and_nothing_is_uploaded(
    service, login, say, secrets, kind, status, body, headers
):
    service.token_script = [say.answer(status, body, **headers)]

    with pytest.raises(AuthError) as caught:
        post(upload(), login())

    assert caught.value.kind == kind
    assert caught.value.remedy
    assert caught.value.exit_code == 4
    assert service.uploads == []
    assert len(service.tokens) == (2 if status == 401 else 1)
    said = "".join(traceback.format_exception(caught.value))
    assert not any(secret in said for secret in secrets)
    assert "second line" not in said


@pytest.mark.parametrize("behaviour", ["silent", "cut", "garbage", "broken_off"])
def test_a_token_endpoint_that_does_not_answer_means_nothing_was_sent(service, login, say, behaviour):
    service.token_script = [{"cut": say.cut(0.5), "broken_off": say.broken_off(200)}.get(behaviour) or getattr(say, behaviour)]
    with pytest.raises((Unreachable, AuthError)):
        post(upload(), login(timeout=0.3))
    assert service.uploads == []
    assert len(service.tokens) == 1


def page(exception):
    return f"""<!DOCTYPE HTML><html lang="en-US"><head><title>Application Error</title></head><body>
<h1 class="errorTitle">An application error has occurred</h1><span id="errorMessage">{exception.partition(": ")[2]}</span>
<div id="errorContent" hidden class="content"><pre>{exception}
\tat org.springframework.web.method.annotation.RequestParamMethodArgumentResolver.handleMissingValueInternal(X.java:1)
</pre></div></body></html>"""


def bad_format(name):
    return {
        "title": f"The format of {name} did not conform to any of the documented formats.",
        "description": f"No files will be processed. Correct {name} and try again.",
    }


HTML = {"Content_Type": "text/html;charset=UTF-8"}
WEB = "org.springframework.web."
NOTIFICATION = "User indicated that custom user notification was desired, but either no message.properties file was supplied, or it was malformed"
UPLOAD_ANSWERS = [
    ("files_refused", Refused, 400, {"message": "Error parsing uploaded files", "fileErrors": [bad_format("expand-enrollments-1a2b3c4d.csv")]}, {}),
    ("files_refused", Refused, 400, {"message": "Error parsing uploaded files", "fileErrors": [bad_format("x.csv"), {"title": "No files found that match the 'users' format", "description": ""}]}, {}),
    ("no_users_file", Refused, 400, {"message": "Error parsing uploaded files", "fileErrors": [{"title": "No files found that match the 'users' format", "description": ""}]}, {}),
    ("refused", Refused, 400, {"message": "Error parsing uploaded files", "fileErrors": None}, {}),
    ("refused", Refused, 400, {"message": "Something new", "fileErrors": "?"}, {}),
    ("no_files", Refused, 400, {"message": "No files to process", "fileErrors": None}, {}),
    ("not_unzipped", Refused, 400, {"message": "Unable to unzip uploaded file", "fileErrors": None}, {}),
    ("message_missing", Refused, 400, {"message": NOTIFICATION, "fileErrors": None}, {}),
    ("refused_unknown", Refused, 400, "<html><title>Bad Request</title></html>", HTML),
    ("no_client_in_token", AuthError, 401, {"message": "No username could be found for authorization", "fileErrors": None}, {}),
    ("not_logged_in", AuthError, 401, b"", {"WWW_Authenticate": "Bearer"}),
    ("scope_missing", AuthError, 403, b"", {"WWW_Authenticate": 'Bearer error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token.", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"'}),
    ("client_not_authorised", AuthError, 403, {"message": "User (unit) is not authorized to upload files", "fileErrors": None}, {}),
    ("token_lost", AuthError, 403, b"", {"WWW_Authenticate": "Bearer"}),
    ("token_lost", AuthError, 403, {"timestamp": "2026-01-01", "status": 403, "error": "Forbidden", "path": "/rest/upload/X"}, {}),
    ("blocked", AuthError, 403, "<html><title>Request Rejected</title></html>", HTML),
    ("too_large", Refused, 500, page(WEB + "multipart.MaxUploadSizeExceededException: Maximum upload size exceeded"), HTML),
    ("too_large", Refused, 413, "<html><h1>413 Request Entity Too Large</h1></html>", HTML),
    ("too_many_parts", Refused, 500, page(WEB + "multipart.MultipartException: Failed to parse multipart servlet request\nCaused by: org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException: attachment").replace("MultipartException: Failed", "SomeException: Failed"), HTML),
    ("part_missing", Refused, 500, page(WEB + "multipart.support.MissingServletRequestPartException: Required part &#39;deptFileUpload&#39; is not present."), HTML),
    ("wrong_request", Refused, 500, page(WEB + "HttpRequestMethodNotSupportedException: Request method &#39;GET&#39; is not supported"), HTML),
    ("wrong_request", Refused, 500, page(WEB + "method.annotation.MethodArgumentTypeMismatchException: Failed to convert"), HTML),
    ("wrong_request", Refused, 500, page(WEB + "multipart.MultipartException: Current request is not a multipart request"), HTML),
    ("wrong_address", Refused, 500, page(WEB + "servlet.resource.NoResourceFoundException: No static resource rest/upload"), HTML),
    ("wrong_address", Refused, 500, page("org.springframework.security.web.firewall.RequestRejectedException: The request was rejected"), HTML),
    ("bad_message", Refused, 500, page("java.lang.IllegalArgumentException: Malformed \\uxxxx encoding."), HTML),
    ("bad_names", Refused, 500, page("java.nio.file.InvalidPathException: Malformed input or input contains unmappable characters: ?"), HTML),
    ("queue_down", OutcomeUnknown, 500, page("org.springframework.amqp.AmqpConnectException: java.net.ConnectException: Connection refused"), HTML),
    ("server_error", OutcomeUnknown, 500, page("java.lang.NullPointerException: null"), HTML),
    ("server_error", OutcomeUnknown, 500, b"", {}),
    ("server_error", OutcomeUnknown, 520, b"", {}),
    ("gateway", OutcomeUnknown, 502, "<html><title>502 Bad Gateway</title></html>", HTML),
    ("gateway", OutcomeUnknown, 504, b"", {}),
    ("unavailable", Refused, 503, "<html><h1>Application is not available</h1></html>", HTML),
    ("redirected", Refused, 302, b"", {"Location": "https://elsewhere.example.org/lti?x=1"}),
    ("wrong_address", Refused, 404, b"", {}),
    ("wrong_address", Refused, 405, b"", {}),
    ("busy", Refused, 429, b"", {}),
    ("not_the_service", OutcomeUnknown, 200, "<!DOCTYPE html><title>Sign in</title>", HTML),
    ("not_the_service", OutcomeUnknown, 200, b'{"message": 7}', {}),
    ("not_the_service", OutcomeUnknown, 200, b"[]", {}),
    ("not_the_service", OutcomeUnknown, 200, b"", {}),
    ("not_the_service", OutcomeUnknown, 204, b"", {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "error", "status", "body", "headers"), UPLOAD_ANSWERS)
def test_an_answer_of_the_service_is_recognised_and_never_makes_a_second_post(
    service, login, say, kind, error, status, body, headers
):
    service.upload_script = [say.answer(status, body, **headers)]

    outcome = post(upload(), login())

    assert (outcome.kind, outcome.error, outcome.status) == (kind, error, status)
    assert outcome.remedy
    assert "<" not in outcome.sentence
    with pytest.raises(error):
        outcome.raise_if_refused()
    assert len(service.uploads) == 1


def test_a_refused_file_is_named_as_it_is_called_on_this_computer(service, login, say):
    service.upload_script = [
        say.answer(400, {"message": "Error parsing uploaded files", "fileErrors": [bad_format("expand-enrollments-1a2b3c4d.csv")]})
    ]
    outcome = post(upload(), login())
    assert "expand-enrollments.csv (sent as expand-enrollments-1a2b3c4d.csv): " in outcome.sentence
    assert outcome.facts["files"] == "expand-enrollments.csv"


EXPIRED = {
    "WWW_Authenticate": 'Bearer error="invalid_token", error_description="An error occurred while attempting to decode the Jwt: '
    'Jwt expired at 2026-01-01T00:00:00Z", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"'
}


def test_an_expired_token_is_renewed_and_the_whole_upload_goes_once_more(service, login, say):
    service.token_script = [say.token(), say.token("eyJhbGciOiJub25lIn0.second-token")]
    service.upload_script = [say.answer(401, b"", **EXPIRED), say.queued]

    assert post(upload(), login()).accepted

    assert [one.headers["authorization"][-12:] for one in service.uploads] == [".first-token", "second-token"]
    assert [one.parts for one in service.uploads] == [[("deptFileUpload", "expand-enrollments-1a2b3c4d.csv", CSV)]] * 2


def test_a_token_refused_twice_ends_there(service, login, say):
    service.upload_script = [say.answer(401, b"", **EXPIRED)]
    outcome = post(upload(), login())
    assert (outcome.kind, outcome.error) == ("token_refused", AuthError)
    assert "Jwt expired at 2026-01-01" in outcome.sentence
    assert len(service.uploads) == 2


def test_the_token_is_kept_for_the_next_upload_until_nine_tenths_of_its_life(service, login, say):
    service.token_script = [say.token(expires_in="43199"), say.token(expires_in=0), say.token()]
    one = login()
    post(upload(), one)
    post(upload(), one)
    assert len(service.tokens) == 1
    one.renew()
    post(upload(), one)
    assert len(service.tokens) == 3


BIG = b"user_id,listing_id\n" + b"ana@example.org,L1\n" * 400_000


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_a_connection_closed_during_or_after_the_body_is_unknown_and_not_repeated(service, login, say, share):
    service.upload_script = [say.cut(share)]
    with pytest.raises(OutcomeUnknown) as caught:
        post(upload(BIG), login())
    assert caught.value.exit_code == 6
    assert "not known whether the upload arrived" in caught.value.message
    assert "Do not send it again" in caught.value.remedy
    assert len(service.uploads) == 1


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [("silent", "no_answer"), ("stuck", "write_timeout"), ("garbage", "answer_garbled"), ("broken_off", "not_the_service")],
)
def test_an_answer_that_cannot_be_read_is_unknown_and_not_repeated(service, login, say, behaviour, kind):
    service.upload_script = [say.broken_off(200) if behaviour == "broken_off" else getattr(say, behaviour)]
    with pytest.raises(OutcomeUnknown) as caught:
        post(upload(BIG), login(timeout=0.5 if behaviour in ("silent", "stuck") else 60)).raise_if_refused()
    assert caught.value.kind == kind
    assert len(service.uploads) == 1


def test_an_answer_cut_off_after_its_status_still_refuses(service, login, say):
    service.upload_script = [say.broken_off(403)]
    assert post(upload(), login()).error is AuthError


def test_a_refusal_given_before_the_body_was_taken_is_read_or_unknown_but_never_repeated(service, login, say):
    def early(connection):
        connection.write(413, {"Content-Type": "text/html"}, b"<html><title>Too large</title></html>")

    service.upload_script = [early]
    with suppress(OutcomeUnknown):
        assert post(upload(BIG), login()).kind == "too_large"
    assert len(service.uploads) == 1


def interrupt():
    """Ctrl-C, also where the main thread waits inside the system for bytes to go or come."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    else:
        _thread.interrupt_main()


@pytest.fixture
def interruptible():
    """A run in the background begins with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupting_during_the_body_leaves_the_outcome_unknown(service, login, say):
    def interrupting(connection):
        connection.read(0.1)
        interrupt()
        connection.sock.settimeout(20)
        with suppress(OSError):  # a connection that is closed before the interruption is noticed would tell another story
            while connection.sock.recv(65536):
                pass

    service.upload_script = [interrupting]
    with pytest.raises(OutcomeUnknown, match="You stopped it"):
        post(upload(BIG), login())
    assert len(service.uploads) == 1


def test_a_certificate_of_another_authority_stops_the_login(service, keys):
    settings = {name: value for name, value in service.settings.items() if name != "ca_bundle"}
    config = Config(None, {"env": {"beta": settings}}, keys)
    with pytest.raises(Unreachable) as caught:
        post(upload(), Login(environment("beta", config), find("test", config)))
    assert caught.value.kind == "certificate"
    assert service.received == []


def test_a_certificate_for_another_name_stops_the_upload(service, login):
    made = login()
    wrong = replace(made.target, base_url=service.base.replace("localhost", "127.0.0.1"))
    made.target = wrong
    with pytest.raises(Unreachable) as caught:
        post(upload(), made)
    assert caught.value.kind == "certificate"
    assert caught.value.message.startswith("Nothing was sent")
    assert service.uploads == []


def test_a_port_where_nobody_listens_means_nothing_was_sent(service, login):
    with pytest.raises(Unreachable) as caught:
        post(upload(), login(base_url="https://localhost:1"))
    assert caught.value.kind == "refused"
    with pytest.raises(Unreachable, match="No login"):
        post(upload(), login(token_url="https://localhost:1/oauth/token"))
    assert service.uploads == []


def test_plain_text_where_tls_is_expected_means_nothing_was_sent(login, service, plain_service):
    with pytest.raises(Unreachable) as caught:
        post(upload(), login(base_url=plain_service.base.replace("http://", "https://")))
    assert caught.value.kind == "tls"
    assert plain_service.uploads == []


def test_plain_http_is_taken_on_this_computer_only(plain_service, keys):
    config = Config(None, {"env": {"beta": plain_service.settings}}, keys)
    assert post(upload(), Login(environment("beta", config), find("test", config))).accepted
    config = Config(None, {"env": {"beta": plain_service.settings | {"base_url": "http://example.org"}}}, keys)
    with pytest.raises(ConfigError, match="http://"):
        environment("beta", config)


def test_a_proxy_in_the_environment_is_not_used_for_this_computer(service, login, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://localhost:1")
    assert post(upload(), login()).accepted


def test_a_host_that_nobody_confirmed_gets_neither_secret_nor_files(service, keys, login):
    config = Config(None, {"env": {"beta": service.settings | {"token_url": "https://tokens.example.org/oauth/token"}}}, keys)
    with pytest.raises(GuardError, match=r"tokens\.example\.org"):
        Login(environment("beta", config), find("test", config))
    config = Config(None, {"env": {"beta": service.settings | {"base_url": "https://files.example.org"}}}, keys)
    with pytest.raises(GuardError, match=r"files\.example\.org"):
        Login(environment("beta", config), find("test", config))
    assert service.received == []


def test_secrets_are_in_no_error_no_log_and_no_representation(service, login, say, secrets, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    echo = f"<html><title>You sent {secrets[0]} and {secrets[3]}</title></html>"
    for script in (
        say.answer(502, echo, **HTML),
        say.answer(403, {"message": f"User ({secrets[3]}) is not authorized to upload files"}),
        say.silent,
    ):
        service.upload_script = [script]
        one = login(timeout=0.3)
        try:
            outcome = post(upload(), one)
            said += [repr(outcome), outcome.sentence, str(outcome.remedy)]
        except DeliveryError as error:
            said += [repr(error.__context__), *traceback.format_exception(error)]
        said += [repr(one), repr(vars(one)), repr(one.token())]
    said += [repr(find("test", Config(None, {}, {"PROVKIT_TEST_CLIENT_ID": "x", "PROVKIT_TEST_CLIENT_SECRET": secrets[0]})))]
    said += caplog.messages
    assert said.count("None") == 1  # the one error raised came from no other, which would hold the request
    assert any("***" in line for line in said)
    assert not [line for line in said for secret in secrets if secret in line]
