"""The SQLite file of the history: one line per send, in digests and counts; no names.

Each call is one transaction, on disk when it returns (WAL, full synchronisation), and safe beside other processes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from provkit._version import VERSION
from provkit.delivery.settings import DATA_DIR_VARIABLE
from provkit.errors import HistoryError

__all__ = ["OPEN", "Feed", "Ledger", "Send", "SentFile", "State", "digest_of"]

State = Literal["begun", "sending", "accepted", "refused", "unsent", "unknown", "lost"]
"""Where a send stands. `refused`: the service said no. `unsent`: nothing left. `lost`: it never arrived, as somebody found out."""

FILE_NAME = "history.sqlite3"
SCHEMA = 1
_BUSY_SECONDS = 30.0
OPEN = ("begun", "sending")
"""States between the record and the outcome."""

_TABLES = """
CREATE TABLE sends (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    began TEXT NOT NULL,
    environment TEXT NOT NULL,
    grp TEXT NOT NULL,
    feed TEXT NOT NULL,
    host TEXT NOT NULL,
    digest TEXT NOT NULL,
    files TEXT NOT NULL,
    complete INTEGER NOT NULL,
    provkit TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT,
    status INTEGER,
    seconds REAL,
    settled_by TEXT,
    kept TEXT
) STRICT;
CREATE INDEX sends_by_feed ON sends (environment, grp, feed, id);
CREATE INDEX sends_by_digest ON sends (environment, grp, digest);
CREATE TABLE failures (
    send INTEGER NOT NULL REFERENCES sends (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (send, sha256, record)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """A stream of uploads to one place.

    Attributes:
        environment: beta, test, production or sandbox.
        group: The group.
        name: The profile's name, else the source's.
    """

    environment: str
    group: str
    name: str


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of an upload, without its name.

    Attributes:
        kind: What it holds: a kind of row, "message", or "other".
        rows: How many rows.
        sha256: The digest of its bytes, in hex; its first eight digits are in its name on the wire.
    """

    kind: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Send:
    """One line of the history.

    Attributes:
        id: Its number.
        began: When, in UTC.
        feed: From which feed, and where to.
        host: The service's host.
        digest: The digest of what was sent; see `digest_of`.
        files: What was sent.
        complete: False where only changes were sent.
        state: Where it stands.
        kind: The answer, or the failure, in a stable word; None while there is none.
        status: The answer's HTTP status; None where there was none.
        seconds: How long it took from the first byte to the answer; None where that is not known.
        settled_by: "answer", "hand" (somebody said so), "mail", or "restart" (found after the process had died); None while it is open.
        kept: The name of the file that keeps the package; None where none is kept.
    """

    id: int
    began: datetime
    feed: Feed
    host: str
    digest: str
    files: tuple[SentFile, ...]
    complete: bool
    state: State
    kind: str | None
    status: int | None
    seconds: float | None
    settled_by: str | None
    kept: str | None

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows per kind."""
        found: dict[str, int] = {}
        for file in self.files:
            if file.kind not in ("message", "other"):
                found[file.kind] = found.get(file.kind, 0) + file.rows
        return found

    def to_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "id": self.id,
            "began": self.began.isoformat(timespec="seconds"),
            "environment": self.feed.environment,
            "group": self.feed.group,
            "feed": self.feed.name,
            "host": self.host,
            "digest": self.digest,
            "files": [{"kind": file.kind, "rows": file.rows, "sha256": file.sha256} for file in self.files],
            "counts": dict(self.counts),
            "complete": self.complete,
            "state": self.state,
            "kind": self.kind,
            "status": self.status,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "settled_by": self.settled_by,
            "package_kept": self.kept is not None,
        }


def digest_of(files: Iterable[SentFile]) -> str:
    """The digest by which an upload is known again, however it is packed: loose, zipped, or zipped anew.

    Args:
        files: Its files, as the service sees them.
    """
    return hashlib.sha256("\n".join(sorted(file.sha256 for file in files)).encode()).hexdigest()


class Ledger:
    """The file.

    Args:
        folder: The folder that it is in; made, for its owner alone, by the first send.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self.folder / FILE_NAME

    def select(self, **where: object) -> tuple[Send, ...]:
        """The sends that match, oldest first.

        Args:
            **where: Columns and the values that they must have; None means any.

        Raises:
            HistoryError: The file cannot be read.
        """
        wanted = {name: value for name, value in where.items() if value is not None}
        if not self.path.exists():
            return ()
        condition = " AND ".join(f"{name} = ?" for name in wanted) or "1"
        columns = "id, began, environment, grp, feed, host, digest, files, complete, state, kind, status, seconds, settled_by, kept"
        with self._database() as database:
            statement = f"SELECT {columns} FROM sends WHERE {condition} ORDER BY id"  # noqa: S608 - our own names
            return tuple(_send(row) for row in database.execute(statement, tuple(wanted.values())))

    def of(self, feed: Feed) -> tuple[Send, ...]:
        """The sends of a feed, oldest first.

        Args:
            feed: The feed.

        Raises:
            HistoryError: The file cannot be read.
        """
        return self.select(environment=feed.environment, grp=feed.group, feed=feed.name)

    def insert(
        self,
        feed: Feed,
        files: Sequence[SentFile],
        *,
        host: str,
        complete: bool,
        kept: str | None,
        state: State = "begun",
        kind: str | None = None,
        settled_by: str | None = None,
        began: datetime | None = None,
    ) -> int:
        """Record a send.

        Args:
            feed: The feed.
            files: What is sent.
            host: The service's host.
            complete: False where only changes are sent.
            kept: The name of the file that keeps the package, or None.
            state: Where it stands.
            kind: Why, in a stable word.
            settled_by: Who said so.
            began: When; by default now.

        Returns:
            Its number; numbers are never used again.

        Raises:
            HistoryError: It cannot be recorded.
        """
        row = {
            "began": (began or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds"),
            "environment": feed.environment,
            "grp": feed.group,
            "feed": feed.name,
            "host": host,
            "digest": digest_of(files),
            "files": json.dumps([[file.kind, file.rows, file.sha256] for file in files]),
            "complete": int(complete),
            "provkit": VERSION,
            "state": state,
            "kind": kind,
            "settled_by": settled_by,
            "kept": kept,
        }
        with self._database() as database:
            statement = f"INSERT INTO sends ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - our own names
            number = database.execute(statement, tuple(row.values())).lastrowid
        assert number is not None
        return number

    def change(self, numbers: Iterable[int], **columns: object) -> None:
        """Change columns of sends.

        Args:
            numbers: Which sends.
            **columns: The columns.

        Raises:
            HistoryError: It cannot be recorded.
        """
        assignments = ", ".join(f"{name} = ?" for name in columns)
        with self._database() as database:
            statement = f"UPDATE sends SET {assignments} WHERE id = ?"  # noqa: S608 - our own names
            database.executemany(statement, [(*columns.values(), number) for number in numbers])

    def delete(self, numbers: Iterable[int]) -> None:
        """Forget sends.

        Args:
            numbers: Which.

        Raises:
            HistoryError: The file cannot be written.
        """
        with self._database() as database:
            database.executemany("DELETE FROM sends WHERE id = ?", [(number,) for number in numbers])

    def failures(self, number: int) -> frozenset[tuple[str, int]]:
        """The records of a send that failed.

        Args:
            number: The send's number.

        Raises:
            HistoryError: The file cannot be read.
        """
        with self._database() as database:
            return frozenset(database.execute("SELECT sha256, record FROM failures WHERE send = ?", (number,)).fetchall())

    def add_failures(self, number: int, failures: Collection[tuple[str, int]]) -> None:
        """Record records of a send that failed.

        Args:
            number: The send's number.
            failures: The file's sha256, and the record's number in it, the header being 1.

        Raises:
            HistoryError: The file cannot be written.
        """
        with self._database() as database:
            database.executemany("INSERT OR IGNORE INTO failures VALUES (?, ?, ?)", [(number, *failure) for failure in failures])

    def make_folder(self, *below: str) -> Path:
        """A folder of the history's own, which only its owner may look into.

        Args:
            *below: Names below the history's folder.

        Raises:
            HistoryError: It cannot be made.
        """
        folder = self.folder.joinpath(*below)
        try:
            for one in (self.folder, folder):
                one.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self.unusable(error) from None
        return folder

    def unusable(self, error: Exception) -> HistoryError:
        """What to raise when the folder or file cannot be used.

        Args:
            error: What the system says.
        """
        reason = getattr(error, "strerror", None) or error
        return HistoryError(
            f"The history in {self.folder} cannot be used: {reason}.",
            remedy=f"Look whether the disk is full or the folder write-protected; {DATA_DIR_VARIABLE} names another folder. If the file "
            "is damaged, move it away, and say what was last sent: provkit history add PATH --env NAME --group GROUP",
        )

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on disk when the block ends, or nothing."""
        self.make_folder()
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR))
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
                _prepare(database, self.path)
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                    database.execute("COMMIT")
                except BaseException:
                    database.rollback()
                    raise
        except (sqlite3.Error, OSError) as error:
            raise self.unusable(error) from None


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """Settings of a connection, and the tables where there are none yet."""
    if database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        raise HistoryError(
            f"{path} was written by a later version of provkit.", remedy="Update provkit: pip install --upgrade provkit"
        )
    if version == 0:
        database.execute("BEGIN IMMEDIATE")
        if database.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in filter(str.strip, _TABLES.split(";")):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute("COMMIT")


def _send(row: tuple[Any, ...]) -> Send:
    number, began, environment, group, feed, host, digest, files, complete, *rest = row
    return Send(
        number,
        datetime.fromisoformat(began),
        Feed(environment, group, feed),
        host,
        digest,
        tuple(SentFile(*file) for file in json.loads(files)),
        bool(complete),
        *rest,
    )
