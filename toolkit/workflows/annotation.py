"""Which workbook is annotated: the one that is judged, or the one from which a package was built; and where the copy may go."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from provkit.errors import ConfigError, GuardError, PackageError
from provkit.package import Package, SourceFile
from provkit.report.workbook import SUFFIXES, is_annotated

__all__ = ["Annotation", "annotation"]

_PAGE = "Write a page instead: --output report.html"


@dataclass(frozen=True, eq=False)
class Annotation:
    """A copy to be written.

    Attributes:
        target: Where it goes.
        source: The workbook.
        content: Its bytes, as they were when the places of the findings were noted.
    """

    target: Path
    source: Path
    content: bytes


def annotation(target: Path, judged: Path) -> Annotation:
    """Find the workbook behind what is judged, and whether its copy can go where it is wanted.

    Args:
        target: Where the annotated copy goes: never over the workbook, and over no file but an earlier copy.
        judged: A workbook, or the folder of a package that `build` made of one, or a file of that folder.

    Raises:
        ConfigError: It is no workbook that can be annotated, or the names' endings differ.
        PackageError: The workbook from which the package was built is not there.
        GuardError: The workbook has changed since, or the copy would replace it or a file that is no earlier copy.
    """
    source, noted = _source(judged)
    if source.suffix.lower() not in SUFFIXES:
        what = f"{judged} was built from {source.name}, which" if noted is not None else str(judged)
        raise ConfigError(f"{what} cannot be annotated: only a workbook (.xlsx or .xlsm) can.", remedy=_PAGE)
    if target.suffix.lower() != source.suffix.lower():
        raise ConfigError(
            f"The annotated copy of {source} must end in {source.suffix.lower()} too.",
            remedy=f"--annotate {target.with_suffix(source.suffix.lower())}",
        )
    if target.resolve() == source.resolve():
        raise GuardError(
            f"{target} is the workbook itself; it was left as it is.",
            reason="report_in_source",
            remedy=f"Name another file, for example: --annotate {target.with_stem(f'{target.stem}-marked')}",
        )
    if noted is not None and _folder(judged) in target.resolve().parents:
        raise GuardError(
            f"{target} lies among the files to upload, and one file too many refuses the whole upload.",
            reason="report_in_source",
            remedy=f"Name another place, for example: --annotate {target.name}",
        )
    content = _read(source, judged, noted)
    try:
        foreign = target.exists() and not is_annotated(target.read_bytes())
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror or error}.") from error
    if foreign:
        raise GuardError(
            f"{target} exists and is no annotated copy that provkit wrote; it was left as it is.",
            reason="not_replaceable",
            remedy="Name another file, or move that one away.",
        )
    return Annotation(target, source, content)


def _source(judged: Path) -> tuple[Path, SourceFile | None]:
    """The file to annotate; and what was noted of it where that is what a package was built from."""
    if judged.suffix.lower() in SUFFIXES and judged.is_file():
        return judged, None
    meta = Package.read(judged).meta
    if meta is None:
        return judged, None
    noted = meta.sources[0]  # a message may be noted behind it
    if noted.path is None:
        return Path(noted.name), noted
    source = (_folder(judged).parent / noted.path).resolve()
    here = Path.cwd()
    return source.relative_to(here) if source.is_relative_to(here) else source, noted


def _folder(judged: Path) -> Path:
    """The folder of the package that is judged."""
    return (judged if judged.is_dir() else judged.parent).resolve()


def _read(source: Path, judged: Path, noted: SourceFile | None) -> bytes:
    """The workbook's bytes, if they are those that the places of the findings are about."""
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        raise PackageError(
            f"{judged} was built from {source}, which is not there any more.",
            remedy="Put the workbook back where it was, or build again from where it is now.",
        ) from None
    except OSError as error:
        raise PackageError(f"{source} cannot be read: {error.strerror or error}.") from error
    if noted is not None and hashlib.sha256(content).hexdigest() != noted.sha256:
        raise GuardError(
            f"{source} was changed after {judged} was built from it, so the findings may be at other cells now.",
            reason="source_changed",
            remedy=f"Build again, or mark what is found in the workbook as it is now: provkit validate {source} --annotate FILE",
        )
    return content
