"""What a user chose to hear: severity per rule, rules selected and ignored, and findings that are known.

`Control.applied` is the one place that follows these choices. They change what is said, and whether a command ends well; they never change
what is written or sent. What is silenced is counted and told, and what means refusal or loss is never silenced for who builds or sends.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from provkit.errors import ConfigError
from provkit.rules import Finding, Report, Rule, Severity, Silenced
from provkit.words import listed

__all__ = ["KNOWN_AT_MOST", "Baseline", "Control", "RulesSettings", "level"]

KNOWN_AT_MOST = 100_000
"""How many findings of one rule are looked up in a baseline; those beyond count as new. Who has more of one kind ignores the rule."""

_FORMAT = 1
_ABOUT = (
    "Findings of provkit that are known. Each is a hash of its rule, its row and its value, keyed with the salt; no value stands here. "
    "Written by --write-baseline."
)
_LEVELS = {"note": Severity.INFO, **{str(severity): severity for severity in Severity}}


def level(value: object) -> object:
    """A severity, by its own name or as reports call it.

    Args:
        value: As written.

    Raises:
        ValueError: There is no such severity.
    """
    if not isinstance(value, str):
        return value
    if value.lower() not in _LEVELS:
        raise ValueError(f"{value!r} is no severity; write error, warning or info")
    return _LEVELS[value.lower()]


def _severities(value: object) -> object:
    """An option or an environment variable holds severities as words such as PK615=warning."""
    if not isinstance(value, str):
        return value
    words = value.replace(",", " ").split()
    for word in words:
        if not all(word.partition("=")[::2]):
            raise ValueError(f"{word!r}: write it as in PK615=warning")
    return dict(word.partition("=")[::2] for word in words)


class RulesSettings(BaseModel):
    """The keys of `[rules]` in provkit.toml. A rule is named by its code, its name, or the beginning of codes (PK6).

    Attributes:
        select: The only rules that are told; unset: all of them.
        ignore: Rules that are not told.
        severity: What a rule counts as: error, warning or info.
        baseline: A file of known findings; in provkit.toml it is meant from that file's folder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    select: Annotated[tuple[str, ...] | None, BeforeValidator(listed)] = None
    ignore: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    severity: Annotated[Mapping[str, Annotated[Severity, BeforeValidator(level)]], BeforeValidator(_severities)] = Field(
        default_factory=dict
    )
    baseline: Path | None = None


@dataclass(frozen=True, eq=False)
class Baseline:
    """Findings that are known, without what they say.

    A finding is known by its rule, the content of its row, its column and its value: not by its line, so that rows may move. The hash is
    keyed with a random salt that stands in the file. The salt keeps nobody who has the file from trying out guesses, but the hash is of
    a whole row at once, tables made beforehand are of no use, and two baselines say nothing about each other.

    Attributes:
        salt: What the hashes are keyed with.
        known: Per code and hash, how many such findings there are.
    """

    salt: bytes
    known: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, report: Report, salt: bytes | None = None) -> Baseline:
        """The findings of a report.

        Args:
            report: It lists all of them.
            salt: That of the baseline that this one takes the place of, so that a hash stays the same; by default a new one.

        Raises:
            ConfigError: The report does not list all findings of a rule: there are too many.
        """
        bare = cls(secrets.token_bytes(16) if salt is None else salt)
        found: dict[str, Counter[str]] = {}
        for finding in report.findings:
            found.setdefault(finding.code, Counter())[bare.hashed(finding)] += 1
        for rule, number in report.counts.items():
            if sum(found.get(rule.code, {}).values()) < number:
                raise ConfigError(
                    f"{rule.code} was found {number:,} times, which is too much for a baseline (at most {KNOWN_AT_MOST:,}).",
                    remedy=f"Leave the rule out as a whole: --ignore {rule.code}",
                )
        return cls(bare.salt, found)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """A baseline as it was written.

        Args:
            path: The file.

        Raises:
            ConfigError: It cannot be read, or is no baseline.
        """
        try:
            saved = json.loads(path.read_bytes())
            if saved["format"] != _FORMAT:
                raise ConfigError(f"{path} was written by another version of provkit.", remedy="Write it anew: --write-baseline")
            known = {
                str(code): {str(digest): int(number) for digest, number in one.items()} for code, one in saved["known"].items()
            }
            return cls(bytes.fromhex(saved["salt"]), known)
        except OSError as error:
            raise ConfigError(
                f"The baseline {path} cannot be read: {error.strerror or error}.", remedy=f"Write one: --write-baseline {path.name}"
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise ConfigError(f"{path} is not a baseline that provkit wrote.", remedy="Write it anew: --write-baseline") from None

    def __len__(self) -> int:
        return sum(sum(one.values()) for one in self.known.values())

    def to_json(self) -> str:
        """As saved: the same findings and salt give the same text."""
        known = {code: dict(sorted(one.items())) for code, one in sorted(self.known.items())}
        saved = {"format": _FORMAT, "about": _ABOUT, "salt": self.salt.hex(), "known": known}
        return json.dumps(saved, indent=1, ensure_ascii=True) + "\n"

    def hashed(self, finding: Finding) -> str:
        """By what a finding is known.

        Args:
            finding: Any finding. One about no row is known by its place, line and cell apart, and by what it says.
        """
        if finding.row is not None:
            about = [str(cell) if cell is not None else "" for cell in finding.row()]
            while about and not about[-1]:
                about.pop()
        else:
            origin = finding.origin
            about = [finding.file or "", *((origin.file, origin.sheet or "") if origin else ()), finding.message]
        said = json.dumps([finding.code, finding.column, finding.value, about], ensure_ascii=True).encode("ascii")
        return hmac.new(self.salt, said, hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, eq=False)
class Control:
    """What a user chose to hear.

    Attributes:
        silent: Rules that are not told, by code, with who asked for that.
        levels: By code, what a rule counts as.
        baseline: The findings that are known; None where there is no baseline.
        named: What reports call the baseline.
        anew: Whether a baseline is to be written of what is found.
    """

    silent: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Severity] = field(default_factory=dict)
    baseline: Baseline | None = None
    named: str = "the baseline"
    anew: bool = False

    def listed(self, listed: int) -> int:
        """How many findings of one rule must be listed for a baseline to be followed or written.

        Args:
            listed: How many the report is to list in the end.
        """
        return max(listed, KNOWN_AT_MOST) if self.baseline is not None or self.anew else listed

    def silenceable(self, report: Report, *, acting: bool) -> Report:
        """What is told of a report and may be silenced, as a baseline holds it.

        Args:
            report: Everything that was found.
            acting: As in `applied`.
        """
        told = self.applied(report, acting=acting)
        may = {rule for rule in told.counts if not acting or rule.consequence.severity is not Severity.ERROR}
        findings = tuple(finding for finding in told.findings if finding.rule in may)
        return Report(findings, {rule: told.counts[rule] for rule in may})

    def applied(self, report: Report, *, acting: bool) -> Report:
        """A report as the user wants to hear it.

        Args:
            report: Everything that was found.
            acting: Whether it is told to who builds or sends. Then an error stays one: what is refused, lost, dropped, rejected or kept out
                is neither silenced nor lowered.

        Returns:
            The report without what is silenced, which is counted in it instead.
        """
        insisted: dict[str, Rule] = {}
        silenced: dict[str, Counter[Rule]] = {}
        counts = Counter(report.counts)

        def stands(rule: Rule) -> bool:
            return acting and rule.consequence.severity is Severity.ERROR

        for rule, number in report.counts.items():
            by = self.silent.get(rule.code)
            if by is not None and stands(rule):
                insisted[rule.code] = rule
            elif by is not None and number:
                silenced.setdefault(by, Counter())[rule] += number
                del counts[rule]
        findings: Iterable[Finding] = [finding for finding in report.findings if finding.rule in counts]
        if self.baseline is not None:
            findings, known = _unknown(findings, self.baseline, stands, insisted)
            counts.subtract(known)
            if known:
                silenced.setdefault(self.named, Counter()).update(known)
        spoken = {rule: self._spoken(rule, stands, insisted) for rule in counts}
        return replace(
            report,
            findings=tuple(
                finding if spoken[finding.rule] is finding.rule else replace(finding, rule=spoken[finding.rule])
                for finding in findings
            ),
            counts={spoken[rule]: number for rule, number in counts.items() if number},
            silenced=tuple(Silenced(by, dict(found)) for by, found in silenced.items()),
            insisted=tuple(insisted[code] for code in sorted(insisted)),
        )

    def _spoken(self, rule: Rule, stands: Callable[[Rule], bool], insisted: dict[str, Rule]) -> Rule:
        """A rule at the severity that the user wants it to have."""
        wanted = self.levels.get(rule.code, rule.severity)
        if wanted is rule.severity:
            return rule
        if stands(rule):
            insisted[rule.code] = rule
            return rule
        return rule.spoken(wanted)


def _unknown(
    findings: Iterable[Finding], baseline: Baseline, stands: Callable[[Rule], bool], insisted: dict[str, Rule]
) -> tuple[list[Finding], Counter[Rule]]:
    """The findings that are not in a baseline, and how many of each rule are."""
    left = {code: Counter(known) for code, known in baseline.known.items()}
    new: list[Finding] = []
    found: Counter[Rule] = Counter()
    for finding in findings:
        known = left.get(finding.code)
        digest = baseline.hashed(finding) if known else ""
        if not known or known[digest] <= 0:
            new.append(finding)
        elif stands(finding.rule):
            insisted[finding.code] = finding.rule
            new.append(finding)
        else:
            known[digest] -= 1
            found[finding.rule] += 1
    return new, found
