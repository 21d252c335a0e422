"""The upload without provkit: curl lines, and a collection with environments for Postman and Insomnia.

All of it follows from `provkit.delivery.environments`; secrets are variables. The pages in docs/rest-client/ are written by
``python -m provkit.delivery.rest_client docs/rest-client``.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from provkit.config import Config
from provkit.delivery.environments import ENVIRONMENTS, Door, Environment, environment

__all__ = ["collection", "curl", "files"]

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_PART = "deptFileUpload"
_FLAG = "customUsersNotification"
_KEEP_TOKEN = [
    "pm.test('a token came back', () => pm.response.to.have.status(200));",
    "pm.collectionVariables.set('access_token', pm.response.json().access_token);",
]
_TAKEN = [
    "pm.test('the files are queued', () => pm.response.to.have.status(200));",
    "// 200 says that the files are queued, no more: what became of them comes by mail.",
]


_LOGIN = """\
from os import environ as e; from urllib.parse import quote_plus as q
print(f"user = \\"{q(e['{id}'])}:{q(e['{secret}'])}\\"")"""
_TOKEN = 'import json, sys; print(json.load(sys.stdin)["access_token"])'  # noqa: S105 - a program


def curl(target: Environment, paths: Sequence[tuple[str, str]], *, door: Door, notify: bool) -> str:
    """The upload as two curl commands for a POSIX shell; id and secret are asked of the environment's variables.

    Args:
        target: Where to; its addresses and group are written out.
        paths: The files: where each is, and what it is called on the way.
        door: "zip" for one archive, "files" for loose files.
        notify: Whether the notification of new guests is asked for.

    Returns:
        Lines for a shell, ending in a line end. Neither id nor secret stands in them, nor do they show in the list of processes.

    Raises:
        ConfigError: There is no group.
    """
    variables = [f"PROVKIT_{target.credentials}_CLIENT_{what}".upper() for what in ("id", "secret")]
    login = _LOGIN.replace("{id}", variables[0]).replace("{secret}", variables[1])
    lines = [
        f"# {target.name} ({target.canvas}), group {target.group}. Set the variables first, without leaving them in the history:",
        f"#   export {' '.join(variables)}; read -r {variables[0]}; read -rs {variables[1]}",
        f"TOKEN=$(python3 -c {shlex.quote(login)} |",
        f"  curl --silent --show-error --fail --config - --data grant_type=client_credentials {shlex.quote(target.token_url)} |",
        f"  python3 -c {shlex.quote(_TOKEN)})",
        """printf 'header = "Authorization: Bearer %s"\\n' "$TOKEN" |""",
        "  curl --silent --show-error --config - \\",
        *(f"  --form {shlex.quote(_form(path, name))} \\" for path, name in paths),
        *([f"  --form {_FLAG}=true \\"] if notify else []),
        f"  {shlex.quote(target.upload_url(door))}",
    ]
    return "\n".join(lines) + "\n"


def _form(path: str, name: str) -> str:
    """A file as curl's --form takes it; quoted, since ; and , mean something there."""
    quoted = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'{_PART}=@"{quoted}"' + (f";filename={name}" if Path(path).name != name else "")


def collection() -> dict[str, Any]:
    """A Postman collection (format 2.1, which Insomnia imports too): the token, and both ways to upload."""
    return {
        "info": {
            "name": "Canvas and Expand Provisioning API",
            "description": "Import an environment as well, and fill in group, client_id and client_secret there. "
            "Run Token first: the uploads use what it stores. An upload is not to be repeated before the results mail: "
            "every one that is answered 200 is processed.",
            "schema": _SCHEMA,
        },
        "variable": [{"key": "access_token", "value": ""}],
        "item": [
            {
                "name": "Token",
                "event": [_script(_KEEP_TOKEN)],
                "request": {
                    "method": "POST",
                    "url": "{{token_url}}",
                    "auth": {
                        "type": "basic",
                        "basic": [
                            {"key": "username", "value": "{{client_id}}", "type": "string"},
                            {"key": "password", "value": "{{client_secret}}", "type": "string"},
                        ],
                    },
                    "body": {"mode": "urlencoded", "urlencoded": [{"key": "grant_type", "value": "client_credentials"}]},
                },
            },
            _upload("Upload a ZIP", "{{base_url}}/rest/upload/{{group}}/zip", ["package.zip"]),
            _upload("Upload files", "{{base_url}}/rest/upload/{{group}}", ["users.csv", "enrollments.csv"]),
        ],
    }


def _upload(name: str, url: str, names: Sequence[str]) -> dict[str, Any]:
    return {
        "name": name,
        "event": [_script(_TAKEN)],
        "request": {
            "method": "POST",
            "url": url,
            "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]},
            "body": {
                "mode": "formdata",
                "formdata": [
                    *({"key": _PART, "type": "file", "src": one} for one in names),
                    {"key": _FLAG, "type": "text", "value": "true", "disabled": True},
                ],
            },
        },
    }


def _script(lines: Sequence[str]) -> dict[str, Any]:
    return {"listen": "test", "script": {"type": "text/javascript", "exec": list(lines)}}


def files() -> Iterator[tuple[str, str]]:
    """The files of docs/rest-client: names and texts. One collection, and an environment for each of the service's."""
    yield "provkit.postman_collection.json", _json(collection())
    for name in ENVIRONMENTS:
        target = environment(name, Config())
        if target.base_url:
            values = {"base_url": target.base_url, "token_url": target.token_url, "group": "", "client_id": "", "client_secret": ""}
            secret = ("client_id", "client_secret")
            listed = [
                {"key": key, "value": value, "type": "secret" if key in secret else "default", "enabled": True}
                for key, value in values.items()
            ]
            document = {"name": f"{name} ({target.canvas})", "values": listed, "_postman_variable_scope": "environment"}
            yield f"{name}.postman_environment.json", _json(document)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for written, text in files():
        (folder / written).write_text(text, encoding="utf-8", newline="\n")
