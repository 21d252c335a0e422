"""What somebody else needs to see a problem again, without anybody's data: versions, settings, report, and the inputs with stand-ins."""

from __future__ import annotations

import io
import json
import os
import platform
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal, TypedDict

from provkit import config as settings
from provkit._version import VERSION
from provkit.errors import GuardError, ProvkitError, SourceError
from provkit.package import ARCHIVE_NAME, META_FOLDER, Meta
from provkit.rules import Report
from provkit.server import MODELLED_SERVER
from provkit.workflows.configuration import show
from provkit.workflows.disguise import disguised, hollow
from provkit.workflows.known import known_file
from provkit.workflows.stand_ins import StandIns

if TYPE_CHECKING:
    from provkit.config import Config

__all__ = ["Bundled", "bundle"]

LISTED = 100_000
"""How many findings of one rule are compared."""

_ADDRESS = re.compile(r"[^\s@'\"<>(),;:]+@[^\s@'\"<>(),;:]+")
_TIME = (1980, 1, 1, 0, 0, 0)

Place = tuple[str, ...]
Swap = Callable[[str], str]


class _How(TypedDict):
    """How a package is judged."""

    notify: bool | None
    app: bool | None
    hidden_rows: Literal["take", "leave"] | None
    encoding: str | None
    config: Config
    built: bool


def _same(text: str) -> str:
    return text


@dataclass(frozen=True)
class Bundled:
    """A bundle that was written.

    Attributes:
        path: The ZIP.
        contents: What it holds: names, and what each is.
        differences: Where the inputs with stand-ins are judged otherwise than the user's own: codes, with how many there are in each.
        described: Files that could only be described, as they are called in the bundle.
    """

    path: Path
    contents: Mapping[str, str]
    differences: Mapping[str, tuple[int, int]]
    described: Sequence[str]


@dataclass(frozen=True)
class _Judged:
    """What was found: the places of each code, or why nothing could be."""

    places: Counter[Place]
    report: Report | None = None
    stopped: str = ""


def bundle(
    path: str | Path,
    out: str | Path = "provkit-bundle.zip",
    *,
    notify: bool | None = None,
    app: bool | None = None,
    known: str | Path | None = None,
    hidden_rows: Literal["take", "leave"] | None = None,
    encoding: str | None = None,
    config: Config | None = None,
    key: bytes | None = None,
) -> Bundled:
    """Write a ZIP from which a problem can be seen again elsewhere: the same findings at the same places, and nobody's data.

    Args:
        path: What the problem is with: whatever `validate` and `build` take.
        out: The ZIP; it must not exist yet.
        notify: As in `validate`.
        app: As in `validate`.
        known: A known.toml; by default the one that the settings name.
        hidden_rows: As in `validate`.
        encoding: As in `validate`.
        config: The settings.
        key: What the stand-ins are made with; by default drawn, and kept nowhere.

    Returns:
        What was written.

    Raises:
        GuardError: There is a file already.
        SourceError: The input cannot be read, or the ZIP not written.
    """
    source, target = Path(path), Path(out)
    config = settings.load() if config is None else config
    if target.exists():
        raise GuardError(f"{target} exists, and is left as it is.", reason="exists", remedy="Name another file: --output FILE.zip")
    meta = Meta.read(source) if source.is_dir() else None
    if meta is not None:
        notify, app = meta.notify if notify is None else notify, meta.door == "app" if app is None else app
    stand_ins = StandIns(key)
    inputs = dict(_inputs(source))
    facts = known_file(known, config)
    if facts is not None:
        inputs[facts.name] = _read(facts)
    for name, content in inputs.items():
        stand_ins.learn(name)
        _disguised(content, name, stand_ins.learn, stand_ins.learn)
    files: dict[str, bytes] = {}
    described: dict[str, dict[str, object]] = {}
    for name, content in inputs.items():
        new = stand_ins.rename(name)
        made = _disguised(content, name, stand_ins.replace, stand_ins.rename)
        if made is None:
            described[new] = _described(content)
        files[new] = hollow(content) if made is None else made
    head = stand_ins.rename(source.resolve().name)
    judged_as: _How = {
        "notify": notify,
        "app": app,
        "hidden_rows": hidden_rows,
        "encoding": encoding,
        "config": config,
        "built": meta is not None,
    }
    mine = _judged(source, facts, rename=stand_ins.rename, replace=stand_ins.replace, **judged_as)
    with tempfile.TemporaryDirectory() as folder:
        if source.is_dir():
            Path(folder, head).mkdir()
        for name, content in files.items():
            place = Path(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        here = None if facts is None else Path(folder, stand_ins.rename(facts.name))
        theirs = _judged(Path(folder, head), here, **judged_as)
    differences = _differences(mine, theirs)
    flags = "".join(
        (
            " --notify" if notify else "",
            " --for app" if app else "",
            f" --known inputs/{here.name}" if here else "",
            f" --hidden-rows {hidden_rows}" if hidden_rows else "",
            f" --encoding {encoding}" if encoding else "",
        )
    )
    texts = {
        "README.txt": _readme(head, flags, differences, sorted(described)),
        "versions.json": _json(_versions()),
        "settings.json": _json(_settings(config, stand_ins)),
        "report.json": _json(theirs.report.to_dict() if theirs.report is not None else {"stopped": theirs.stopped}),
        **({"described.json": _json(described)} if described else {}),
    }
    parts = {name: text.encode() for name, text in texts.items()} | {f"inputs/{name}": content for name, content in files.items()}
    _write(target, parts)
    return Bundled(target, {name: _MEANING.get(name, "an input, with stand-ins") for name in parts}, differences, sorted(described))


_MEANING = {
    "README.txt": "what this is, and how to see the problem again",
    "versions.json": "versions of provkit, of the server modelled, of Python, libraries and system",
    "settings.json": "your settings, without secrets",
    "report.json": "what is found in the inputs below, masked",
    "described.json": "files of kinds that can only be described: how large they are, and how they begin",
}


def _inputs(source: Path) -> Iterator[tuple[str, bytes]]:
    """Every file that is judged, by its place below the folder that the source is in."""
    name = source.resolve().name
    if source.is_file():
        yield name, _read(source)
        return
    if not source.is_dir():
        raise SourceError(f"There is no file or folder {source}.")
    built = (source / META_FOLDER).is_dir()
    for path in sorted(source.rglob("*")):
        within = path.relative_to(source)
        if path.is_file() and within.parts[0] != META_FOLDER and not (built and within == PurePath(ARCHIVE_NAME)):
            yield f"{name}/{within.as_posix()}", _read(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error


def _disguised(content: bytes, name: str, swap: Swap, rename: Swap) -> bytes | None:
    try:
        return disguised(content, name, swap, rename)
    except SourceError:
        return None  # damaged, or too large: described


def _described(content: bytes) -> dict[str, object]:
    return {"bytes": len(content), "begins": content[:4].hex(" ")}


def _judged(
    path: Path,
    known: Path | None,
    *,
    notify: bool | None,
    app: bool | None,
    hidden_rows: Literal["take", "leave"] | None,
    encoding: str | None,
    config: Config,
    built: bool,
    rename: Swap = _same,
    replace: Swap = _same,
) -> _Judged:
    """What validate finds, and for a source what build finds, at which places; names as the stand-ins have them."""
    from provkit.receiver import Known
    from provkit.workflows.build import prepare
    from provkit.workflows.validate import judge

    places: Counter[Place] = Counter()
    reports: list[Report] = []
    stopped = ""
    facts = None if known is None else Known.read(known)
    try:
        found = judge(path, known=facts, notify=notify, app=app, hidden_rows=hidden_rows, encoding=encoding, listed=LISTED)
        reports.append(found.everything)
        if not built:
            made = prepare(
                path,
                notify=notify,
                app=bool(app),
                known=facts,
                hidden_rows=hidden_rows,
                encoding=encoding,
                config=config,
                listed=LISTED,
            )
            reports.append(made.everything)
    except ProvkitError as error:
        stopped = type(error).__name__
        places["stopped", stopped] += 1
    for number, report in enumerate(reports):
        for finding in report.findings:
            origin = finding.origin
            # In the package's own order of rows words count, and stand-ins sort otherwise: the place in the source is what stays.
            names = [rename(finding.file or "")] if origin is None else [rename(origin.file), replace(origin.sheet or "")]
            spot = str(finding.line) if origin is None else origin.cell or ""
            places[finding.code, str(number), *names, spot, finding.column or ""] += 1
    return _Judged(places, reports[0] if reports else None, stopped)


def _differences(mine: _Judged, theirs: _Judged) -> dict[str, tuple[int, int]]:
    """The codes that are not found at the same places, with how many there are in each."""
    changed = {place[0] for place in (mine.places - theirs.places) + (theirs.places - mine.places)}
    return {
        code: (
            sum(n for place, n in mine.places.items() if place[0] == code),
            sum(n for place, n in theirs.places.items() if place[0] == code),
        )
        for code in sorted(changed)
    }


def _versions() -> dict[str, object]:
    names = sorted({re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in metadata.requires("provkit") or ()})
    return {
        "provkit": VERSION,
        "server": MODELLED_SERVER,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": {name: metadata.version(name) for name in names},
    }


def _settings(config: Config, stand_ins: StandIns) -> dict[str, object]:
    """The settings; paths without their folders, addresses with stand-ins."""

    def shown(value: str | None) -> str | None:
        if value is None:
            return None
        bare = value.strip('"')
        if PurePath(bare).is_absolute():
            return f".../{PurePath(bare).name}"
        return _ADDRESS.sub(lambda found: stand_ins.replace(stand_ins.learn(found[0])), value)

    try:
        found = show(config)
    except ProvkitError as error:
        return {"stopped": shown(error.message.partition("\n")[0])}
    return {
        "file": found.path is not None,
        "settings": [
            {
                "section": one.section,
                "name": one.name,
                "value": shown(one.value),
                "source": one.source.replace(str(found.path), ".../provkit.toml"),
            }
            for one in found.settings
        ],
    }


def _readme(head: str, flags: str, differences: Mapping[str, tuple[int, int]], described: Sequence[str]) -> str:
    same = "The inputs with stand-ins give the same findings at the same places as the user's own."
    if differences:
        listed = ", ".join(f"{code} ({mine} there, {theirs} here)" for code, (mine, theirs) in differences.items())
        same = f"The inputs with stand-ins are judged as the user's own but for these: {listed}."
    only = f"\nOnly described, in described.json: {', '.join(described)}." if described else ""
    return f"""\
A bundle of provkit {VERSION}, for whoever looks into a problem.

To see it again:  provkit validate inputs/{head}{flags}
{same}{only}

Every word and number of the inputs was replaced by a stand-in, the same each time: names, addresses, ids, titles, also in file names.
What stayed: the structure (rows, columns, cells, quotes, blanks, line ends, encodings, formats), the words of the formats themselves
(columns, roles, states), top-level domains and well-known domains, dates and times since 2000, single letters, numbers of up to two digits.
Pictures, comments and properties of workbooks were left out. There are no secrets in the settings.

Look before you send it: open each file in inputs/ and settings.json.
"""


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _write(target: Path, parts: Mapping[str, bytes]) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), content, zipfile.ZIP_DEFLATED)
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb") as file:
            file.write(held.getvalue())
    except OSError as error:
        raise SourceError(f"{target} cannot be written: {error.strerror or error}.") from error
