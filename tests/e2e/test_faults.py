"""A fault at every step of a send: what the user sees, what the history says, and that the service never takes a package twice."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from provkit.config import Config
from provkit.delivery import History
from provkit.errors import DeliveryError, GuardError
from provkit.workflows.send import send

HTML = {"Content_Type": "text/html"}
ENROLLMENTS = b"course_id,user_id,role,section_id,status\n" + b"".join(
    b"SAFETY-101,u%06d,student,,active\n" % n for n in range(3000)
)


@pytest.fixture
def config(service, keys, tmp_path):
    def make(**changed):
        environ = keys | {"PROVKIT_DATA_DIR": str(tmp_path / "data"), "PROVKIT_TEST_HOSTS": "service.invalid"}
        return Config(None, {"env": {"beta": service.settings | {"timeout": 30} | changed}}, environ)

    return make


class Taken:
    """The packages that the service has put into its queue, whatever it said to the client afterwards."""

    def __init__(self, say):
        self.say = say
        self.uploads = []

    def then(self, behaviour):
        """Take the whole upload, as the service does; then do something else than answer 200."""

        def behave(connection):
            connection.read()
            if len(connection.received.body) == connection.length:
                self.uploads.append([content for _, name, content in connection.received.parts if name])
            behaviour(connection)

        return behave

    @property
    def well(self):
        return self.then(self.say.queued)


@pytest.fixture
def taken(say, service):
    found = Taken(say)
    service.upload_script = [found.well]
    return found


def hang_up(connection):
    with suppress(OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def early(connection):
    """A proxy that refuses by the length alone, before the body has come."""
    connection.write(413, {"Content-Type": "text/html"}, b"<html><title>Too large</title></html>")
    connection.read()


SETTINGS = {
    "name lookup of the login server": {"token_url": "https://service.invalid/oauth/token"},
    "name lookup of the service": {"base_url": "https://service.invalid"},
    "connection to the login server": {"token_url": "https://localhost:1/oauth/token"},
    "connection to the service": {"base_url": "https://localhost:1"},
    "certificate of another name": {"base_url": "https://127.0.0.1:{port}"},
    "service without TLS": {"base_url": "https://localhost:{plain}"},
}

FAULTS = [
    # step, which script, what the server does, exit code, history
    *((step, "settings", step, 5, "unsent" if "service" in step or "certificate" in step else None) for step in SETTINGS),
    ("token: 400", "token", lambda t: t.say.answer(400, {"error": "invalid_request"}), 4, None),
    ("token: 401", "token", lambda t: t.say.answer(401, {"error": "invalid_client"}), 4, None),
    ("token: 403 of a proxy", "token", lambda t: t.say.answer(403, "<html></html>", **HTML), 4, None),
    ("token: 404", "token", lambda t: t.say.answer(404), 4, None),
    ("token: 429", "token", lambda t: t.say.answer(429), 4, None),
    ("token: 500", "token", lambda t: t.say.answer(500, "<html></html>", **HTML), 4, None),
    ("token: 503", "token", lambda t: t.say.answer(503), 4, None),
    ("token: redirect", "token", lambda t: t.say.answer(302, b"", Location="https://elsewhere.example.org/"), 4, None),
    ("token: sign-in page", "token", lambda t: t.say.answer(200, "<html>Sign in</html>", **HTML), 4, None),
    ("token: no token in it", "token", lambda t: t.say.answer(200, {"token": "x"}), 4, None),
    ("token: not HTTP", "token", lambda t: t.say.garbage, 5, None),
    ("token: answer cut off", "token", lambda t: t.say.broken_off(200), 4, None),
    ("token: closed", "token", lambda t: t.say.cut(1.0), 5, None),
    ("token: no answer in time", "slow token", lambda t: t.say.silent, 5, None),
    *((f"body cut at {share:.0%}", "upload", lambda t, share=share: t.say.cut(share), 6, "unknown") for share in (0.0, 0.25, 0.5, 0.75)),
    ("answer lost after the body", "upload", lambda t: t.then(hang_up), 6, "unknown"),
    ("answer cut off in its middle", "upload", lambda t: t.then(t.say.broken_off(200)), 6, "unknown"),
    ("answer that is not HTTP", "upload", lambda t: t.then(t.say.garbage), 6, "unknown"),
    ("no answer in time", "slow upload", lambda t: t.then(t.say.silent), 6, "unknown"),
    ("500 page, unknown cause", "upload", lambda t: t.then(t.say.answer(500, "<html>java.lang.NullPointerException: x</html>", **HTML)), 6, "unknown"),
    ("500 page, too large", "upload", lambda t: t.say.answer(500, "<html>org.springframework.web.multipart.MaxUploadSizeExceededException: x</html>", **HTML), 5, "refused"),
    ("400, files refused", "upload", lambda t: t.say.answer(400, {"message": "No files to process", "fileErrors": None}), 5, "refused"),
    ("401, token lost", "upload", lambda t: t.say.answer(401, b"", WWW_Authenticate="Bearer"), 4, "refused"),
    ("403, client not on the list", "upload", lambda t: t.say.answer(403, {"message": "User (unit) is not authorized to upload files"}), 4, "refused"),
    ("302 redirect", "upload", lambda t: t.say.answer(302, b"", Location="https://elsewhere.example.org/"), 5, "refused"),
    ("404", "upload", lambda t: t.say.answer(404), 5, "refused"),
    ("200 sign-in page", "upload", lambda t: t.say.answer(200, "<html>Sign in</html>", **HTML), 6, "unknown"),
    ("proxy: 413 after the body", "upload", lambda t: t.say.answer(413, "<html></html>", **HTML), 5, "refused"),
    ("proxy: 413 before the body", "upload", lambda _: early, 5, "refused"),
    ("proxy: 502, and the service had it", "upload", lambda t: t.then(t.say.answer(502, "<html></html>", **HTML)), 6, "unknown"),
    ("proxy: 503", "upload", lambda t: t.say.answer(503, "<html></html>", **HTML), 5, "refused"),
    ("proxy: 504, and the service had it", "upload", lambda t: t.then(t.say.answer(504)), 6, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "where", "fault", "code", "state"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_said_recorded_and_followed_by_no_second_acceptance(
    service, plain_service, config, built, say, taken, record_property, step, where, fault, code, state
):
    out = built(files={"enrollments.csv": ENROLLMENTS})
    well = config()
    history = History.open(well)
    faulty = well
    if where == "settings":
        ports = {"port": service.base.rpartition(":")[2], "plain": plain_service.base.rpartition(":")[2]}
        faulty = config(**{name: url.format(**ports) for name, url in SETTINGS[fault].items()})
    elif where.endswith("token"):
        service.token_script = [fault(taken)]
    else:
        service.upload_script = [fault(taken)]
    if where.startswith("slow"):
        faulty = config(timeout=0.5)

    with pytest.raises(DeliveryError) as caught:
        send(out, env="beta", config=faulty)

    assert caught.value.exit_code == code
    assert caught.value.remedy
    lines = history.sends()
    assert [line.state for line in lines] == ([] if state is None else [state])
    assert len(service.uploads) <= 1
    record_property("table", f"{step}|{caught.value.exit_code}|{caught.value.message.splitlines()[0]}|{state or 'nothing'}")

    # The next run, with everything well again.
    service.token_script, service.upload_script = [say.token()], [taken.well]
    if state == "unknown":
        with pytest.raises(GuardError) as stopped:
            send(out, env="beta", config=well)
        assert stopped.value.reason == "outcome_unknown"
        history.settle(lines[0].id, "accepted" if taken.uploads else "lost")
    if taken.uploads:
        with pytest.raises(GuardError) as stopped:
            send(out, env="beta", config=well)
        assert stopped.value.reason == "already_sent"
    else:
        assert send(out, env="beta", config=well).ok
    assert len(taken.uploads) == 1
    assert [line.state for line in history.sends()][-1] == "accepted"
    assert history.last_accepted(lines[0].feed if lines else history.sends()[0].feed).package.meta.feed == "roster"
