"""Packages kept beside the history: encrypted where a keyring holds the key, else as files that only their owner may read.

A kept package is one file: a line that says how it is written, then a ZIP of the parts as they were sent and of provkit's notes about
them. With a keyring the ZIP is encrypted (Fernet, of `cryptography`) with a key that only the keyring holds.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import stat
import time
import zipfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from provkit.delivery import keychain
from provkit.delivery.keychain import NoKeyring
from provkit.errors import HistoryError
from provkit.origins import Origins
from provkit.package import Meta, Package, Part

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

__all__ = ["KEY_NAME", "Bundle", "Keeper"]

KEY_NAME = "history key"
"""What the key is called in the keyring."""

SUFFIX = ".kept"
ABANDONED_AFTER = 3600
"""Seconds after which a file that no send refers to is taken for a killed run's and erased."""

_PATIENCE = 10.0

_PLAIN = b"provkit kept package 1 plain\n"
_ENCRYPTED = b"provkit kept package 1 fernet "


@dataclass(frozen=True)
class Bundle:
    """What is kept of one send.

    Attributes:
        package: What was sent, with provkit's notes and the origins of its rows.
        baseline: What holds at the service from this feed once the send is through; the same as `package` unless only changes were sent.
    """

    package: Package
    baseline: Package


class Keeper:
    """Keeps packages in a folder.

    Args:
        folder: The folder; made when something is first kept.
        use_keyring: False never asks the keyring.
    """

    def __init__(self, folder: Path, *, use_keyring: bool = True) -> None:
        self._folder = folder
        self._use_keyring = use_keyring
        self._cipher: tuple[str, Fernet] | None = None

    @property
    def encrypts(self) -> bool:
        """Whether packages are encrypted: there is a keyring that holds a key, or takes one."""
        return self._key(make=True) is not None

    def keep(self, bundle: Bundle) -> str:
        """Write a bundle whole, on disk when this returns.

        Args:
            bundle: What to keep.

        Returns:
            The file's name.

        Raises:
            OSError: It cannot be written.
        """
        content = _pack(bundle)
        key = self._key(make=True)
        if key is not None:
            name, cipher = key
            content = _ENCRYPTED + name.encode() + b"\n" + cipher.encrypt(content)
        else:
            content = _PLAIN + content
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{secrets.token_hex(8)}{SUFFIX}"
        aside = path.with_suffix(".new")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
        try:
            with os.fdopen(os.open(aside, flags, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        except OSError:
            with suppress(OSError):
                aside.unlink()
            raise
        return path.name

    def open(self, name: str) -> Bundle:
        """Read a bundle.

        Args:
            name: The file's name.

        Raises:
            HistoryError: It is gone or damaged, or the keyring does not give the key.
        """
        path = self._folder / name
        try:
            saved = path.read_bytes()
        except OSError as error:
            raise HistoryError(
                f"The package that was kept of an earlier send cannot be read: {path}: {error.strerror or error}.", remedy=_ANEW
            ) from None
        if saved.startswith(_ENCRYPTED):
            content = self._decrypt(saved, path)
        elif saved.startswith(_PLAIN):
            content = saved[len(_PLAIN) :]
        else:
            raise HistoryError(f"{path} is damaged, or was written by a later version of provkit.", remedy=_ANEW)
        try:
            return _unpack(content)
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile):
            raise HistoryError(f"{path} is damaged, or was written by a later version of provkit.", remedy=_ANEW) from None

    def erase(self, names: Collection[str]) -> None:
        """Erase bundles; those that are gone already are passed over.

        Args:
            names: The files' names.
        """
        for name in names:
            with suppress(OSError):
                (self._folder / name).unlink()

    def sweep(self, wanted: Collection[str]) -> None:
        """Erase what killed runs left: files that nothing refers to, an hour after they were written.

        Args:
            wanted: The names of files that are referred to.
        """
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in wanted and path.suffix in (SUFFIX, ".new"):
                    with suppress(OSError):
                        if time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                            path.unlink()

    def _key(self, *, make: bool) -> tuple[str, Fernet] | None:
        """The key and its short name; None where there is no keyring, or no key in it and none is to be made."""
        from cryptography.fernet import Fernet

        if self._cipher is None and self._use_keyring:
            try:
                found = keychain.read(KEY_NAME)
                if found is None and make:
                    found = self._make_key()
                if found is not None:
                    self._cipher = hashlib.sha256(found.encode()).hexdigest()[:8], Fernet(found)
            except (NoKeyring, ValueError):
                return None
        return self._cipher

    def _make_key(self) -> str:
        """A new key, in the keyring; or the one that another process has put there in the meantime."""
        from cryptography.fernet import Fernet
        from filelock import FileLock

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._folder / "key.lock", timeout=_PATIENCE, mode=0o600):
            found = keychain.read(KEY_NAME)
            if found is None:
                found = Fernet.generate_key().decode()
                keychain.write(KEY_NAME, found)
            return found

    def _decrypt(self, saved: bytes, path: Path) -> bytes:
        from cryptography.fernet import InvalidToken

        key = self._key(make=False)
        if key is None:
            raise HistoryError(
                "The package that was kept of an earlier send is encrypted, and the keyring does not give its key.",
                remedy=f"Unlock the keyring and repeat this. If the key is lost: {_ANEW}",
            )
        head, _, token = saved.partition(b"\n")
        if head[len(_ENCRYPTED) :].decode("ascii", "replace") == key[0]:
            try:
                return key[1].decrypt(token)
            except InvalidToken:
                raise HistoryError(f"{path} is damaged.", remedy=_ANEW) from None
        raise HistoryError("The package that was kept of an earlier send is encrypted with a key that is gone.", remedy=_ANEW)


_ANEW = "Send a full package of this feed, which is kept then; or tell provkit what was last sent: provkit history add PATH --env NAME --group GROUP"


def _pack(bundle: Bundle) -> bytes:
    """A bundle as a ZIP. Parts are stored once, by their digest."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        index: dict[str, object] = {}
        written: set[str] = set()
        kept = {"package": bundle.package}
        if bundle.baseline is not bundle.package:
            kept["baseline"] = bundle.baseline
        for name, package in kept.items():
            index[name] = {"door": package.door, "parts": [[part.name, part.digest] for part in package.parts]}
            for part in package.parts:
                if part.digest not in written:
                    written.add(part.digest)
                    archive.writestr(f"parts/{part.digest}", memoryview(part.content).tobytes())
            if package.meta is not None:
                archive.writestr(f"{name}/package.json", package.meta.to_bytes())
            if package.origins is not None:
                archive.writestr(f"{name}/origins.json", package.origins.to_bytes())
        archive.writestr("index.json", json.dumps(index))
    return file.getvalue()


def _unpack(content: bytes) -> Bundle:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        index = json.loads(archive.read("index.json"))
        names = frozenset(archive.namelist())

        def package(name: str) -> Package:
            notes, origins = f"{name}/package.json", f"{name}/origins.json"
            saved = archive.read(origins) if origins in names else None
            return Package(
                parts=tuple(Part(part, archive.read(f"parts/{digest}")) for part, digest in index[name]["parts"]),
                door=index[name]["door"],
                origins=None if saved is None else Origins.saved(lambda: saved),
                meta=Meta.from_bytes(archive.read(notes)) if notes in names else None,
            )

        sent = package("package")
        return Bundle(sent, package("baseline") if "baseline" in index else sent)
