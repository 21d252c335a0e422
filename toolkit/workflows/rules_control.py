"""What a user chose to hear, from the command line, the environment and `[rules]` in provkit.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from provkit import config as settings
from provkit.config import FILE_NAME, Config
from provkit.control import Baseline, Control, RulesSettings, level
from provkit.errors import ConfigError
from provkit.rules import Report, Rule, Severity
from provkit.workflows.catalogue import find, rules

__all__ = ["control", "named_rules", "remember"]


def control(
    config: Config | None = None,
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    severity: Sequence[str] | None = None,
    baseline: Path | None = None,
    anew: bool = False,
) -> Control:
    """What the user chose to hear. An option takes the place of what provkit.toml says for the same; severities are taken rule by rule.

    Args:
        config: The settings; by default those found from the current folder.
        select: What --select says; None where it is not said.
        ignore: What --ignore says.
        severity: What --severity says, as in PK615=warning.
        baseline: What --baseline says.
        anew: True where a baseline is to be written: then none is followed.

    Raises:
        ConfigError: A rule is unknown, a setting is wrong, or the baseline cannot be read.
    """
    config = settings.load() if config is None else config
    said = config.model(
        RulesSettings,
        "rules",
        select=_joined(select),
        ignore=_joined(ignore),
        severity=None if severity is None else {**config.table("rules", "severity"), **_pairs(severity)},
        baseline=baseline,
    )
    silent: dict[str, str] = {}
    if said.select is not None:
        by = "--select" if select else _source(config, "select")
        chosen = {rule.code for rule in named_rules(said.select, f"{by}: ")}
        silent |= {rule.code: by for rule in rules() if rule.code not in chosen}
    by = "--ignore" if ignore else _source(config, "ignore")
    silent |= {rule.code: by for rule in named_rules(said.ignore, f"{by}: ")}
    by = "--severity" if severity else _source(config, "severity")
    file = None if anew else said.baseline
    if file is not None and baseline is None and _source(config, "baseline") == FILE_NAME and config.path is not None:
        file = config.path.parent / file
    return Control(
        silent,
        _levels(said.severity, f"{by}: "),
        None if file is None else Baseline.read(file),
        "the baseline" if file is None else f"the baseline {file.name}",
        anew,
    )


def named_rules(words: Iterable[str], where: str = "") -> Sequence[Rule]:
    """The rules that words name.

    Args:
        words: Codes, names, or the beginnings of codes (PK, PK6, PK61).
        where: Who says so, to begin a message with.

    Raises:
        ConfigError: A word names no rule; the remedy names the nearest.
    """
    found: dict[str, Rule] = {}
    for word in words:
        if re.fullmatch(r"(?i)pk\d{0,2}", word.strip()):
            beginning = [rule for rule in rules() if rule.code.startswith(word.strip().upper())]
            if not beginning:
                raise ConfigError(
                    f"{where}there is no rule whose code begins with {word.strip().upper()}.", remedy="All rules: provkit rules"
                )
            found |= {rule.code: rule for rule in beginning}
            continue
        try:
            rule = find(word)
        except ConfigError as error:
            message = error.message[:1].lower() + error.message[1:] if where else error.message
            raise ConfigError(f"{where}{message}", remedy=error.remedy) from None
        found[rule.code] = rule
    return [found[code] for code in sorted(found)]


def remember(report: Report, path: Path) -> Baseline:
    """The baseline to be written.

    Args:
        report: All that was found and is to be known from now on, each finding listed.
        path: Where it will stand; a baseline that stands there already gives its salt, so that the new one differs in what is new.

    Raises:
        ConfigError: What stands there is something else, or there are too many findings of one rule.
    """
    return Baseline.of(report, Baseline.read(path).salt if path.exists() else None)


def _levels(said: Mapping[str, Severity], where: str) -> dict[str, Severity]:
    """Severities by code; what names a rule more closely counts more."""
    levels: dict[str, Severity] = {}
    for word in sorted(said, key=lambda word: len(word) if re.fullmatch(r"(?i)pk\d{0,2}", word) else 99):
        levels |= {rule.code: said[word] for rule in named_rules((word,), where)}
    return levels


def _joined(words: Sequence[str] | None) -> list[str] | None:
    return None if not words else [one for word in words for one in word.replace(",", " ").split()]


def _pairs(words: Sequence[str]) -> dict[str, object]:
    pairs = {}
    for word in _joined(words) or ():
        name, _, wanted = word.partition("=")
        if not name or not wanted:
            raise ConfigError(f"--severity {word}: write it as in --severity PK615=warning.")
        try:
            pairs[name] = level(wanted)
        except ValueError as error:
            raise ConfigError(f"--severity {word}: {error}.") from None
    return pairs


def _source(config: Config, setting: str) -> str:
    """Where a setting comes from, as reports call it: without the folder."""
    source = config.source(setting, "rules")
    return FILE_NAME if source.endswith("[rules]") else source
