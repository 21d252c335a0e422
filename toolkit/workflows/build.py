"""Turn a source into exactly the files that the service takes.

`prepare` does it in memory, `build` writes the folder. What is found wrong is spoken of in the source's own cells, each mistake once. With
errors nothing is written, unless the rows that have them, and those that depend on these, are held back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from provkit._version import VERSION
from provkit.authoring import Authored, AuthoringSettings, Changes, Profile, author, find, formats, shipped, with_constants
from provkit.authoring.held import message_not_taken_along, message_written_anew, rows_held_back
from provkit.authoring.message import for_pasting, mended, to_properties
from provkit.authoring.message_template import MessageTemplate, from_sheet, load, variables
from provkit.authoring.rules_sheets import column_missing
from provkit.authoring.rules_tables import header_is_no_id
from provkit.authoring.wide import id_in_brackets
from provkit.checks import Examined
from provkit.config import Config
from provkit.config import load as load_config
from provkit.control import Control
from provkit.errors import ConfigError, GuardError, PackageError, SourceError
from provkit.held_back import HeldBack
from provkit.package import MESSAGE_NAME, PASTE_FOLDER, Meta, Package, SourceFile, digest_of, relative_to
from provkit.rules import LISTED_PER_RULE, Collector, Finding, Origin, Report, RowAccount, Severity, merge
from provkit.sources import PLAIN, Format, SisSettings, formats_for, read
from provkit.tables import Sheets, Tables
from provkit.workflows.holding import Held, held_enrollments, judge
from provkit.writer import check_replaceable, recover, write_folder

if TYPE_CHECKING:
    from provkit.receiver import Known

__all__ = ["Built", "build", "prepare"]

PASTE_NAME = "message.txt"


@dataclass(frozen=True, eq=False)
class Built:
    """What became of a source.

    Attributes:
        package: The files; None where errors stand in the way.
        report: All that was found, with the row account.
        changes: Every normalisation, guess and omission.
        recognised: What the source and each of its sheets were taken for, in sentences.
        examined: What was made of the files; of all rows where there is no package.
        written: The folder, once it is written.
        held_back: How many rows of the source are kept out of the package for their errors or for those of others.
        notify: Whether the message for new guests goes along.
        app: Whether it is for the upload page instead of the API.
        paste: The message as a text to paste on the upload page; None where there is none to paste.
        held_enrollments: Which enrollments are among the rows kept out, as keyed hashes; None where there is no package.
        everything: All that was found, whatever the user chose to hear, listed as far as a baseline needs it.
        authored: The rows as they were made of the source, and the source itself.
        held: Which of these rows are kept out, per kind.
    """

    package: Package | None
    report: Report
    changes: Changes
    recognised: tuple[str, ...]
    examined: Examined
    written: Path | None = None
    held_back: int = 0
    notify: bool = False
    app: bool = False
    paste: str | None = None
    held_enrollments: HeldBack | None = None
    everything: Report = field(default_factory=Report)
    authored: Authored | None = None
    held: Held = field(default_factory=dict)

    @property
    def account(self) -> RowAccount:
        """Where every row of the source went."""
        rows = self.report.rows
        assert rows is not None, "a report of a build has a row account"
        return rows

    @property
    def offered(self) -> dict[str, str]:
        """What could be said by --set of headers with marks below, were the ids in their brackets meant, and of a role that nothing gives.

        Empty where a header has no such id, or two have the same: nothing is offered by halves.
        """
        found = self.everything.findings
        asked = [str(finding.value) for finding in found if finding.rule is header_is_no_id]
        ids = {header: id_in_brackets(header) for header in asked}
        complete = len(asked) == self.everything.counts.get(header_is_no_id, 0)
        if not complete or not all(ids.values()) or len(set(ids.values())) < len(asked):
            return {}
        role = any(finding.rule is column_missing and finding.details.get("field") == "role" for finding in found)
        said = {f"course_id[{header}]": meaning for header, meaning in ids.items()}
        return {**said, "role": "student"} if said and role else said

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do now, in sentences."""
        if self.written is None:
            return ()
        return tuple(_on_the_page(self) if self.app else _by_the_api(self))


def build(
    source: str | Path,
    out: str | Path = "out",
    *,
    message: str | Path | None = None,
    notify: bool | None = None,
    create_courses: bool | None = None,
    hold_back: bool = False,
    app: bool = False,
    known: Known | None = None,
    config: Config | None = None,
    profile: str | Profile | None = None,
    kind: str | None = None,
    constants: Mapping[str, str] | None = None,
    hidden_rows: Literal["take", "leave"] | None = None,
    encoding: str | None = None,
    feed: str | None = None,
    listed: int = LISTED_PER_RULE,
    control: Control | None = None,
) -> Built:
    """Turn a source into a folder with the files to upload, `package.zip`, and `.provkit/`.

    Args:
        source: A workbook, a text file, or a package that somebody else made (folder or ZIP).
        out: The folder; it is replaced whole if provkit wrote it, and never otherwise.
        message: A message template (a file, or the name of one that comes with provkit), or a message.properties.
        notify: Whether the message for new guests goes along; by default as in `provkit.toml`.
        create_courses: Whether courses and sections that a flat roster names are created; by default as in `provkit.toml`.
        hold_back: Whether rows with errors, and those that depend on them, are kept out, so that the rest can be written.
        app: Whether it is for the upload page instead of the API.
        known: What exists elsewhere (`provkit.receiver.Known`).
        config: The settings; by default those found from the current folder upward.
        profile: How the source is read: a profile, its name in `provkit.toml`, or the path of a TOML file.
        kind: The kind of source, as `--from` takes it; by default it is found out.
        constants: Field to what it is in rows that give nothing, such as {"role": "student"}; "field[answer]" to what that answer means.
        encoding: How text files are written that do not say so themselves; by default as in `provkit.toml`.
        hidden_rows: Whether rows and columns that are hidden in the workbook are taken or left; by default as in `provkit.toml`.
        feed: Which stream of uploads it belongs to, whose last package it is compared with; by default the source's name without its ending.
        listed: How many findings of one rule are listed; counts are always exact.
        control: What is silenced, and what a rule counts as (`provkit.control.Control`); by default everything is told.

    Returns:
        What became of it; `written` is None, and nothing was touched, where there are errors that are not held back.

    Raises:
        SourceError: The source cannot be read.
        ConfigError: A setting or template is wrong.
        GuardError: `out` is not provkit's to replace, or holds the source.
        PackageError: The folder cannot be written.
    """
    source, folder = Path(source), Path(out)
    _check_apart(source, folder)
    _make_good(folder)
    check_replaceable(folder)
    sources = [_noted(Path(file), folder) for file in (source, message) if file is not None and Path(file).exists()]
    made = prepare(
        source,
        message=message,
        notify=notify,
        create_courses=create_courses,
        hold_back=hold_back,
        app=app,
        known=known,
        config=config,
        profile=profile,
        kind=kind,
        constants=constants,
        hidden_rows=hidden_rows,
        encoding=encoding,
        listed=listed,
        control=control,
    )
    if made.package is None:
        return made
    meta = Meta(
        format=1,
        provkit=VERSION,
        door="app" if app else "api",
        notify=made.notify,
        feed=feed or source.resolve().stem,
        sources=tuple(sources),
        files={str(part.name): part.digest for part in made.package.parts},
        archive=None,
        held_back=made.held_back,
        rows=made.account,
        held_enrollments=made.held_enrollments,
    )
    paste = {} if made.paste is None else {PASTE_NAME: made.paste}
    meta = write_folder(folder, made.package, meta, paste)
    return replace(made, package=replace(made.package, meta=meta, path=folder), written=folder)


def prepare(
    source: str | Path,
    *,
    message: str | Path | None = None,
    notify: bool | None = None,
    create_courses: bool | None = None,
    hold_back: bool = False,
    app: bool = False,
    known: Known | None = None,
    config: Config | None = None,
    profile: str | Profile | None = None,
    kind: str | None = None,
    constants: Mapping[str, str] | None = None,
    hidden_rows: Literal["take", "leave"] | None = None,
    encoding: str | None = None,
    listed: int = LISTED_PER_RULE,
    control: Control | None = None,
    acting: bool = True,
) -> Built:
    """As `build`, in memory: nothing is written.

    Args:
        source: As in `build`.
        message: As in `build`.
        notify: As in `build`.
        create_courses: As in `build`.
        hold_back: As in `build`.
        app: As in `build`.
        known: As in `build`.
        config: As in `build`.
        profile: As in `build`.
        kind: As in `build`.
        constants: As in `build`.
        hidden_rows: As in `build`.
        encoding: As in `build`.
        listed: As in `build`.
        control: As in `build`.
        acting: Whether something is built; False where somebody only wants to know, and errors too may be silenced.

    Raises:
        SourceError: The source cannot be read.
        ConfigError: A setting or template is wrong.
    """
    config = config or load_config()
    settings = config.model(
        AuthoringSettings, "defaults", notify=notify, create_courses=create_courses, hidden_rows=hidden_rows, encoding=encoding
    )
    kinds = formats_for(
        config.model(SisSettings, "sis"), has_account=bool(settings.account_id or "account_id" in (constants or {}))
    )
    sheets, chosen = _read(Path(source), config, profile, kind, kinds, encoding=settings.encoding)
    if constants and any(sheet.made is not None for sheet in sheets):
        settings = _said_of_a_set(settings, constants, source)
    elif constants:
        chosen = with_constants(chosen, constants)
    if chosen is not None:
        settings = chosen.settings(settings)
    control = control or Control()
    within = control.listed(listed)
    authored = author(sheets, settings, profile=chosen, listed=within)
    letter = _Letter.choose(message, authored, settings, app=app)
    outcome = judge(
        authored, letter.files, letter.places, known=known, notify=settings.notify, app=app, hold_back=hold_back, listed=within
    )
    everything = merge(outcome.report, letter.report).capped(within)
    told = control.applied(everything, acting=acting).capped(listed)
    if any(rule.level is Severity.ERROR for rule in told.counts):
        # What the user made an error stops a build as any other does, though no row can be held back for it.
        outcome = replace(outcome, package=None, held={}, written={})
    rows = authored.account.rows(outcome.held, outcome.written)
    return Built(
        package=outcome.package,
        report=told.with_rows(rows),
        changes=rows_held_back(authored, outcome.held) if outcome.package is not None else authored.changes,
        recognised=tuple(filter(None, (sheets.recognised, chosen.about if chosen is not None else "", *authored.recognised))),
        examined=outcome.examined,
        held_back=rows.held_back,
        notify=settings.notify,
        app=app,
        paste=letter.to_paste if outcome.package is not None else None,
        held_enrollments=held_enrollments(authored, outcome),
        everything=everything,
        authored=authored,
        held=outcome.held,
    )


_OF_A_SET = ("account_id", "term_id", "role", "status", "service", "course_status", "section_status")
"""What --set can say of a source that is made of several files: what its rows may leave empty."""


def _said_of_a_set(settings: AuthoringSettings, constants: Mapping[str, str], source: str | Path) -> AuthoringSettings:
    """The settings, with what was said on the command line of a source that is made of several files."""
    strange = [field for field in constants if field not in _OF_A_SET]
    if strange:
        raise ConfigError(
            f"--set {strange[0]} says nothing about {source}: it is made of several files, and each row names its own.",
            remedy=f"What can be said of it is {', '.join(_OF_A_SET)}.",
        )
    return settings.model_copy(update=dict(constants))


def _read(
    source: Path, config: Config, named: str | Profile | None, kind: str | None, kinds: Sequence[Format], *, encoding: str | None
) -> tuple[Sheets, Profile | None]:
    """A source, and the profile by which it is read: the one named, else the one that comes with provkit for its kind, if any."""
    every = (*kinds, *formats())
    if named is None:
        sheets = read(source, kind=kind, formats=every, encoding=encoding)
        return sheets, shipped().get(sheets.form)
    profile = named if isinstance(named, Profile) else find(config, named)
    kind = kind or profile.kind
    columns_only = kind not in {None, PLAIN, *(known.name for known in kinds)} and kind in shipped()
    return read(source, kind=PLAIN if columns_only else kind, formats=kinds if kind is None else every, encoding=encoding), profile


class _Letter:
    """The message that belongs to a source, wherever it comes from.

    Args:
        content: Gives message.properties for the tables written; None where there is no message.
        anew: Whether somebody's message.properties had to be written anew.
        asked_for: Whether it goes along.
        app: Whether it is typed on the upload page instead.
    """

    def __init__(self, content: Callable[[Tables], bytes] | None, *, anew: bool, asked_for: bool, app: bool) -> None:
        self._content = content
        self._anew = anew
        self._asked_for = asked_for
        self._app = app
        self._last: bytes | None = None
        self.places: Mapping[str, Origin] = {}

    @classmethod
    def choose(cls, named: str | Path | None, authored: Authored, settings: AuthoringSettings, *, app: bool) -> _Letter:
        """The message named on the command line, else that of the source's own sheet or file."""
        found = authored.sheets.message
        if named is not None and Path(named).suffix.lower() == ".properties":
            try:
                found = Path(named).read_bytes()
            except OSError as error:
                raise ConfigError(f"The message {named} cannot be read: {error.strerror or error}.") from None
        elif named is not None:
            return cls(_filled_in(load(named), settings), anew=False, asked_for=settings.notify, app=app)
        elif authored.tables.message is not None:
            places = authored.tables.message_origins
            made = cls(
                _filled_in(from_sheet(authored.tables.message, places), settings), anew=False, asked_for=settings.notify, app=app
            )
            made.places = places
            return made
        if found is None:
            return cls(None, anew=False, asked_for=settings.notify, app=app)
        kept = mended(found)
        return cls(lambda _: kept, anew=kept != found, asked_for=settings.notify, app=app)

    def files(self, tables: Tables) -> Mapping[str, bytes]:
        """What goes into the package besides the tables."""
        if self._content is None or not self._asked_for:
            return {}
        self._last = self._content(tables)
        return {} if self._app else {MESSAGE_NAME: self._last}

    @property
    def to_paste(self) -> str | None:
        """The text for the upload page."""
        if not self._app or self._last is None:
            return None
        try:
            return for_pasting(self._last)
        except ValueError:
            return None

    @property
    def report(self) -> Report:
        """What is said of it."""
        collector = Collector()
        if self._content is not None and not self._asked_for:
            collector.add(Finding(message_not_taken_along))
        elif self._anew and not self._app:
            collector.add(Finding(message_written_anew, MESSAGE_NAME))
        return collector.report()


def _filled_in(template: MessageTemplate, settings: AuthoringSettings) -> Callable[[Tables], bytes]:
    """Gives message.properties for the tables written."""
    return lambda tables: to_properties(template.render(variables(tables, settings)))


def _check_apart(source: Path, folder: Path) -> None:
    """A build never replaces what it is made from."""
    inside, target = source.resolve(), folder.resolve()
    if target == inside or target in inside.parents:
        raise GuardError(
            f"{source} would be replaced by what is built from it.",
            reason="source_in_target",
            remedy="Name another folder with -o, for example: -o package",
        )


def _make_good(folder: Path) -> None:
    """Put back what a killed build had moved out of the way, whatever becomes of this one."""
    try:
        recover(folder)
    except OSError as error:
        raise PackageError(f"{folder} cannot be put back as it was: {error.strerror or error}.") from error


def _noted(path: Path, folder: Path) -> SourceFile:
    """A source as it is noted beside the package."""
    try:
        return SourceFile(path.resolve().name, digest_of(path), relative_to(path, folder))
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error


def _by_the_api(built: Built) -> Iterator[str]:
    folder = built.written
    yield f"Check it: provkit validate {folder}"
    notify = " --notify" if built.notify else ""
    yield f"Try it on this computer: provkit send {folder} --env sandbox{notify}"


def _on_the_page(built: Built) -> Iterator[str]:
    """What to choose and tick on the university's upload page."""
    assert built.package is not None
    names = ", ".join(str(part.name) for part in built.package.parts)
    yield 'In Canvas, open the course "Canvas Provisioning", then "Canvas and Expand Provisioning" in its menu, and choose your department.'
    yield f"Choose these files in {built.written}, and no others: {names}. (The page takes no ZIP.)"
    if built.notify and built.paste is not None:
        yield (
            'Tick "Send custom notifications to new guest users?". A second page asks for sender, subject and text: copy them from '
            f"{Path(str(built.written)) / PASTE_FOLDER / PASTE_NAME}, which itself is not uploaded."
        )
    else:
        yield 'Leave "Send custom notifications to new guest users?" unticked.'
    yield "The results come by mail to your department's mail group."
