"""Planted secrets and names: everything that the commands write is searched for them."""

from __future__ import annotations

import json
import zipfile
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote_plus

import pytest

SECRET = "Xq7+planted%secret"
NAMES = ("Quillfeather", "quillfeather@safety-guests.org", "Ottoline")
ROSTER = (
    "login_id,first_name,last_name,email,course_id,role\n"
    f"{NAMES[1]},{NAMES[2]},{NAMES[0]},{NAMES[1]},SAFETY-101,student\n"
    "ben@safety-guests.org,Ben,Marsh,ben@safety-guests.org,SAFETY-101,student\n"
)
ENVIRON = {
    "PROVKIT_TEST_CLIENT_ID": "unit",
    "PROVKIT_TEST_CLIENT_SECRET": SECRET,
    "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
    "PYTHONFAULTHANDLER": "1",
}
FORMS = (SECRET, quote_plus(SECRET), b64encode(SECRET.encode()).decode(), b64encode(f"unit:{quote_plus(SECRET)}".encode()).decode())

MACHINE = [
    ("validate", "--format", "json"),
    ("simulate", "--format", "json"),
    ("send", "--env", "beta", "--format", "json"),
    ("plan", "--env", "beta", "--format", "json"),
    ("plan", "--env", "beta", "--changes-only", "--format", "json", "--output", "plan.json"),
    ("history", "--format", "json"),
    ("config", "show", "--format", "json"),
    ("auth", "status", "--format", "json"),
]
TEXT = [
    ("history",),
    ("config", "show"),
    ("auth", "status"),
    ("send", "--env", "beta", "--print-curl"),
    ("clean", "--non-interactive"),
]


def test_planted_secrets_and_names_are_in_nothing_that_they_must_not_be_in(
    service, provkit, write_settings, say, tmp_path, secrets
):
    write_settings(beta=service.settings, test=service.settings)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    said = [provkit("build", "roster.csv", environ=ENVIRON)]
    assert said[0].returncode == 0, said[0].stderr
    service.upload_script = [
        say.queued,
        say.answer(500, f"<html><title>{SECRET} java.lang.NullPointerException: {secrets[3]}</title></html>"),
    ]
    machine = [provkit(*arguments, environ=ENVIRON) for arguments in MACHINE]
    assert [one.returncode for one in machine] == [0] * len(MACHINE), [one.stderr for one in machine]
    said += machine
    said += [provkit("send", "--env", "beta", "--again", environ=ENVIRON)]
    assert said[-1].returncode == 6, said[-1].stderr
    said += [provkit("send", "--env", "beta", environ=ENVIRON)]
    assert said[-1].returncode == 3
    run = provkit("run", "roster.csv", "--env", "test", "--status", "status.json", "-vv", environ=ENVIRON)
    bundled = provkit("bundle", "roster.csv", environ=ENVIRON)
    assert (run.returncode, bundled.returncode) == (6, 0), run.stderr + bundled.stderr
    quiet = [run, bundled, *(provkit(*arguments, environ=ENVIRON) for arguments in TEXT)]
    with zipfile.ZipFile(tmp_path / "provkit-bundle.zip") as archive:
        whole = b"".join(map(archive.read, archive.namelist())) + (tmp_path / "status.json").read_bytes()
    assert not [word for word in (*NAMES, *FORMS, "unit:") if word.lower().encode() in whole.lower()]
    said += quiet

    everything = "".join(one.stdout + one.stderr for one in said)
    assert not [form for form in (*FORMS, secrets[3]) if form in everything]
    assert "Traceback" not in everything
    for one in (*machine, *quiet):
        json.loads(one.stdout) if one in machine and one.stdout else None
        assert not [name for name in NAMES if name.casefold() in one.stdout.casefold()], one.args

    data = Path.home() / ".local" / "share" / "provkit"
    files = [path for path in data.rglob("*") if path.is_file()]
    assert any(path.suffix == ".kept" for path in files)
    for path in files:
        content = path.read_bytes().lower()
        assert not [word for word in (*NAMES, *FORMS, secrets[3]) if word.lower().encode() in content], path
    fixed = (tmp_path / "plan.json").read_text("utf-8")
    assert json.loads(fixed)["environment"] == "beta"
    assert not [word for word in (*NAMES, *FORMS) if word.casefold() in fixed.casefold()]
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or not [form for form in FORMS if form.encode() in path.read_bytes()], path


@pytest.mark.parametrize("moment", ["token", "upload"])
def test_a_crash_of_our_own_shows_no_secret_in_its_traceback(service, tmp_path, built, monkeypatch, moment):
    """Whatever breaks below, the frames that Python prints hold no value; and the exception chain holds none either."""
    import traceback

    from provkit.config import Config
    from provkit.workflows.send import send

    def breaks(connection):
        raise OSError("the server went away")

    if moment == "token":
        service.token_script = [breaks]
    else:
        service.upload_script = [breaks]
    config = Config(None, {"env": {"beta": service.settings}}, ENVIRON)
    with pytest.raises(Exception) as caught:
        send(built(), env="beta", config=config)
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format())
    assert not [form for form in FORMS if form in text]
