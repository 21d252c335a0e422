"""Propose a mapping profile for a source, and write it for a person to mend."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from provkit.authoring import AuthoringSettings, Proposal, formats, propose, shipped
from provkit.config import FILE_NAME, Config
from provkit.config import load as load_config
from provkit.errors import ConfigError, GuardError, SourceError
from provkit.sources import FORMATS, read

__all__ = ["Mapped", "map_source"]


@dataclass(frozen=True)
class Mapped:
    """A proposal, and where it was written.

    Attributes:
        proposal: What the columns seem to be.
        recognised: What the source was taken for, and why.
        text: The profile as TOML, as it was or would be written.
        written: The file; None where it was not asked for.
        named: What `build --profile` takes.
    """

    proposal: Proposal
    recognised: str
    text: str
    written: Path | None
    named: str


def map_source(
    source: str | Path,
    *,
    output: str | Path | None = None,
    name: str | None = None,
    kind: str | None = None,
    encoding: str | None = None,
    config: Config | None = None,
) -> Mapped:
    """Propose a profile.

    Args:
        source: As in `build`.
        output: The file to write it to, which must not exist.
        name: Its name in `provkit.toml`, to which it is added; not together with `output`. With neither, nothing is written.
        kind: The kind of source, as `--from` takes it.
        encoding: How text files are written that do not say so themselves; by default as in `provkit.toml`.
        config: The settings; by default those found from the current folder upward.

    Raises:
        SourceError: The source cannot be read, or has no table in it.
        ConfigError: The name is taken, or can be none.
        GuardError: The file exists.
    """
    source = Path(source)
    if name is not None and not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ConfigError(f"{name!r} cannot be the name of a profile.", remedy="Use letters, digits, - and _.")
    config = load_config() if config is None else config
    said = config.model(AuthoringSettings, "defaults", encoding=encoding).encoding
    sheets = read(source, kind=kind, formats=(*FORMATS, *formats()), encoding=said)
    proposal = propose(sheets, shipped().get(sheets.form))
    if proposal.beyond and not proposal.tables:
        raise SourceError(
            " ".join(proposal.beyond),
            remedy=f"build reads it without a profile: provkit build {source} --set role=student\n"
            "To follow a profile, put each table on a sheet of its own, with a column for the course.",
        )
    if not proposal.tables and not proposal.kind:
        raise SourceError(
            f"There is no table in {source.name} whose columns could be anything.",
            remedy="Name the columns in one row: Email, First name, Last name, ...",
        )
    if name is not None:
        return _into_the_settings(proposal, sheets.recognised, name, config)
    text = f"# How {source.name} is read. Mend what is wrong, then: provkit build {source.name} --profile {output or 'FILE'}\n"
    text += proposal.to_toml()
    if output is None:
        return Mapped(proposal, sheets.recognised, text, None, "FILE")
    path = Path(output)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise GuardError(
            f"{path} is there already, and is not replaced.", reason="exists", remedy="Name another file with -o."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}.") from error
    return Mapped(proposal, sheets.recognised, text, path, str(path))


def _into_the_settings(proposal: Proposal, recognised: str, name: str, config: Config) -> Mapped:
    """Add the profile at the end of provkit.toml; what stands there stays as it is."""
    if name in config.table("profile"):
        raise ConfigError(f"{config.where} has a profile {name} already.", remedy="Name another with --name, or take that one out.")
    path = config.path or Path(FILE_NAME)
    text = proposal.to_toml(prefix=f"profile.{name}")
    try:
        before = path.read_text("utf-8-sig") if path.exists() else ""
        apart = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(apart + text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}.") from error
    return Mapped(proposal, recognised, text, path, name)
