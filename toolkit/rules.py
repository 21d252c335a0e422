"""What can be wrong, and how it is said: rules, findings, reports. Nothing here imports pandas.

A rule is one declaration (a decorated function with a docstring); everything said about it anywhere is read from there.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

__all__ = [
    "Collector",
    "Consequence",
    "Finding",
    "Origin",
    "Report",
    "RowAccount",
    "Rule",
    "Severity",
    "Silenced",
    "mask",
    "rule",
]

Shape = Literal["value", "relation", "structural"]

LISTED_PER_RULE = 1000
"""How many findings of one rule a report lists unless told otherwise; counts are always exact."""


class Severity(StrEnum):
    """How loudly a finding speaks; it follows from the consequence."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return tuple(Severity).index(self)


class Consequence(StrEnum):
    """What befalls the data if it is sent as it is."""

    REFUSED = "refused"
    """The whole upload is refused."""
    LOST = "lost"
    """Answered 200, and then the job or the file vanishes."""
    DROPPED = "dropped"
    """The row vanishes, and no mail says so."""
    REJECTED = "rejected"
    """The row is reported and not imported."""
    HELD_BACK = "held_back"
    """`build` keeps the row out of the package."""
    ALTERED = "altered"
    """It arrives otherwise than written."""
    MAILED = "mailed"
    """Somebody gets mail who perhaps should not."""
    NOTED = "noted"
    """Nothing is wrong; it is worth knowing."""

    @property
    def severity(self) -> Severity:
        """The severity that follows from the consequence."""
        if self is Consequence.NOTED:
            return Severity.INFO
        if self in (Consequence.ALTERED, Consequence.MAILED):
            return Severity.WARNING
        return Severity.ERROR


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the user's own source.

    Attributes:
        file: The file's name, without folders.
        sheet: The sheet's name; None where the source has no sheets.
        cell: A cell such as "B17", a row such as "17", or None for the whole sheet.
    """

    file: str
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        place = self.sheet if self.sheet is not None else self.file
        return place if self.cell is None else f"{place}!{self.cell}"


_SECTIONS = {"What happens": "what_happens", "Remedy": "remedy", "Evidence": "evidence"}


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule: its code, what it says, what befalls the data, and how it is tested for.

    Attributes:
        code: PK and three digits; never reused.
        name: States the fault, in snake case; the function's own name.
        consequence: What befalls the data.
        template: The message, a `str.format` template over the finding's `value`, `values` and `details`.
        test: The decorated function. A value rule takes `values` (a pandas Series of distinct strings) and returns a boolean
            Series, True where broken. A relation rule takes tables and returns a mask. A structural rule takes nothing: a reader
            raises it.
        shape: Which of the three it is.
        says: Takes a broken value and returns public facts about it for the message, such as what Canvas takes it for; or None.
        quotes: Takes a broken value and returns personal values for the message, such as what may be meant; or None.
        odd_only: Of a value rule, whether no value of printable ASCII characters alone can break it: it is asked of the others.
        level: The severity that a user has set for it; None for the one that follows from the consequence.
    """

    code: str
    name: str
    consequence: Consequence
    template: str
    test: Callable[..., Any]
    shape: Shape
    says: Callable[[str], Mapping[str, object]] | None = None
    quotes: Callable[[str], Mapping[str, str]] | None = None
    odd_only: bool = False
    level: Severity | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the test."""
        return self.test(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<Rule {self.code} {self.name}>"

    def __deepcopy__(self, memo: object) -> Rule:
        """The rule itself: Pandera copies what a schema holds, and there is only one of each rule."""
        return self

    @property
    def severity(self) -> Severity:
        """The severity that a user has set, else the one that follows from the consequence."""
        return self.level or self.consequence.severity

    def spoken(self, level: Severity) -> Rule:
        """The same rule at a severity that a user has set.

        Args:
            level: The severity.
        """
        return replace(self, level=level)

    @cached_property
    def doc(self) -> str:
        """The whole docstring, dedented."""
        return inspect.cleandoc(self.test.__doc__ or "")

    @cached_property
    def summary(self) -> str:
        """The docstring's first sentence."""
        return self.doc.split("\n", 1)[0].strip()

    @cached_property
    def _prose(self) -> Mapping[str, str]:
        body = self.doc.split("\n## ", 1)[0]
        found: dict[str, str] = {}
        pattern = r"(?:^|(?<=\s))(" + "|".join(_SECTIONS) + r"):\s"
        pieces = re.split(pattern, body)
        for title, text in zip(pieces[1::2], pieces[2::2], strict=True):
            found[_SECTIONS[title]] = " ".join(text.split())
        return found

    @property
    def what_happens(self) -> str:
        """What the server or Canvas does with it."""
        return self._prose.get("what_happens", "")

    @property
    def remedy(self) -> str:
        """What the user should do."""
        return self._prose.get("remedy", "")

    @property
    def evidence(self) -> str:
        """Where this is known from."""
        return self._prose.get("evidence", "")

    def blocks(self, heading: Literal["Example", "Use instead"]) -> list[tuple[str, str]]:
        """The fenced blocks below a heading of the docstring.

        Args:
            heading: Which of the two.

        Returns:
            Pairs of info string (such as ``csv users.csv``) and content, content ending in a line end.
        """
        match = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", self.doc, re.MULTILINE | re.DOTALL)
        if match is None:
            return []
        return re.findall(r"^```([^\n]*)\n(.*?)^```", match[1], re.MULTILINE | re.DOTALL)


def rule(
    code: str,
    consequence: Consequence,
    template: str,
    *,
    says: Callable[[str], Mapping[str, object]] | None = None,
    quotes: Callable[[str], Mapping[str, str]] | None = None,
    odd_only: bool = False,
) -> Callable[[Callable[..., Any]], Rule]:
    """Declare a rule by decorating the function that tests for it.

    The shape follows from the parameters: `values` alone makes a value rule, none a structural rule, anything else a relation rule.

    Args:
        code: PK and three digits.
        consequence: What befalls the data.
        template: The message; see `Rule`.
        says: Gives further words for the message; see `Rule`.
        quotes: Gives further personal values for the message; see `Rule`.
        odd_only: Whether values of printable ASCII characters alone need not be looked at; see `Rule`.

    Returns:
        A decorator that turns the function into a `Rule`.

    Raises:
        ValueError: The code is malformed.
    """
    if not re.fullmatch(r"PK\d{3}", code):
        raise ValueError(f"not a rule code: {code!r}")

    def declare(test: Callable[..., Any]) -> Rule:
        parameters = tuple(inspect.signature(test).parameters)
        shape: Shape = "structural" if not parameters else "value" if parameters == ("values",) else "relation"
        return Rule(code, test.__name__, consequence, template, test, shape, says, quotes, odd_only)

    return declare


_ADDRESS = re.compile(r"([^\s@,;<>\"']+)@([^\s@,;<>\"']+)")


def mask(text: str) -> str:
    """Hide a value for machines and tickets, keeping just enough to recognise it.

    Args:
        text: The value as it stands.

    Returns:
        `j***@e***.org` for an address, `r***` for anything else, and "" for an empty value.
    """
    if not text:
        return ""
    address = _ADDRESS.search(text)
    if address is None:
        return f"{text[0]}***"
    local, domain = address.groups()
    head, dot, tail = domain.rpartition(".")
    return f"{local[0]}***@{head[0]}***.{tail}" if dot and head else f"{local[0]}***@{domain[0]}***"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place. Its message is a template, filled in when it is rendered.

    Attributes:
        rule: The rule that is broken.
        file: The file of the package; None where it never got there.
        line: The physical line on which the record starts, the header being line 1; None for the whole file.
        column: The column of the package, or None.
        value: The cell's text; personal, so masked for machines.
        origin: The place in the user's source, where known.
        details: Public facts for the message (counts, column names, legal values, lines).
        values: Further personal values for the message, masked for machines.
        record: The record's number in the file as the server counts, the header being 1; for provkit's own use.
        row: Gives the whole row that it is about, by which it is known again when rows have moved; it is hashed, and never shown.
    """

    rule: Rule
    file: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    origin: Origin | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    record: int | None = None
    row: Callable[[], Sequence[object]] | None = field(default=None, compare=False, repr=False)

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code

    @property
    def severity(self) -> Severity:
        """error, warning or info."""
        return self.rule.severity

    @property
    def consequence(self) -> Consequence:
        """What befalls the data."""
        return self.rule.consequence

    @property
    def message(self) -> str:
        """The message with its values; for a person's eyes."""
        return self.render(show_values=True)

    def render(self, *, show_values: bool) -> str:
        """Fill in the message.

        Args:
            show_values: False masks every personal value.
        """
        hide: Callable[[str], str] = (lambda text: text) if show_values else mask
        quoted = {} if self.rule.quotes is None else self.rule.quotes(self.value or "")
        shown: dict[str, object] = {key: hide(text) for key, text in {**quoted, **self.values}.items()}
        if self.rule.says is not None:
            shown = {**self.rule.says(self.value or ""), **shown}
        return self.rule.template.format(
            value=hide(self.value or ""), column=self.column, file=self.file, line=self.line, **self.details, **shown
        )

    def to_dict(self, *, show_values: bool = False) -> dict[str, object]:
        """The finding as in the JSON report.

        Args:
            show_values: True shows values unmasked.
        """
        value = self.value if self.value is None or show_values else mask(self.value)
        origin = self.origin
        return {
            "code": self.code,
            "severity": str(self.severity),
            "consequence": str(self.consequence),
            "message": self.render(show_values=show_values),
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "value": value,
            "origin": None if origin is None else {"file": origin.file, "sheet": origin.sheet, "cell": origin.cell},
        }

    @property
    def sort_key(self) -> tuple[object, ...]:
        """File, line, column, code; what never got into a file comes first, in order of its origin."""
        origin = self.origin
        source = ("", "", (0, 0, "")) if origin is None else (origin.file, origin.sheet or "", _cell_key(origin.cell))
        nowhere = source if self.file is None else ("", "", (0, 0, ""))
        return (self.file or "", self.line or 0, nowhere, self.column or "", self.code, source, self.value or "")


def _cell_key(cell: str | None) -> tuple[int, int, str]:
    """Row first, then column with A..Z before AA."""
    match = re.fullmatch(r"([A-Z]*)(\d+)", cell or "")
    return (0, 0, cell or "") if match is None else (int(match[2]), len(match[1]), match[1])


@dataclass(frozen=True, slots=True)
class RowAccount:
    """Where every row of the source went. `read` is the sum of the next four.

    Attributes:
        read: Rows read from the source, headers not counted.
        used: Rows that are in the package.
        merged: Rows that say again what another row says.
        set_aside: Titles, totals, blank rows with marks, dropped or waitlisted people.
        held_back: Rows with errors that were kept out.
        written: Rows written, per file of the package.
    """

    read: int
    used: int
    merged: int
    set_aside: int
    held_back: int
    written: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.read != self.used + self.merged + self.set_aside + self.held_back:
            raise AssertionError(f"rows unaccounted for: {self}")

    def to_dict(self) -> dict[str, object]:
        """The account as in the JSON report."""
        return {
            "read": self.read,
            "used": self.used,
            "merged": self.merged,
            "set_aside": self.set_aside,
            "held_back": self.held_back,
            "written": dict(self.written),
        }


class Collector:
    """Gathers findings: counts every one, keeps at most `listed` of each rule.

    Args:
        listed: How many findings of one rule are kept.
    """

    def __init__(self, listed: int = LISTED_PER_RULE) -> None:
        self.listed = listed
        self.counts: Counter[Rule] = Counter()
        self._kept: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Count one finding, and keep it if there is room."""
        if self.counts[finding.rule] < self.listed:
            self._kept.append(finding)
        self.counts[finding.rule] += 1

    def extend(self, findings: Iterable[Finding]) -> None:
        """Count several findings."""
        for finding in findings:
            self.add(finding)

    def add_many(self, broken: Rule, count: int, findings: Iterator[Finding]) -> None:
        """Count `count` findings of one rule, asking `findings` only for those that there is room for.

        Args:
            broken: The rule.
            count: How many there are in all.
            findings: Makes them, in order, when asked.
        """
        if not count:
            return
        room = max(0, self.listed - self.counts[broken])
        for _, finding in zip(range(min(room, count)), findings, strict=False):
            self._kept.append(finding)
        self.counts[broken] += count

    def report(self, rows: RowAccount | None = None) -> Report:
        """The findings gathered so far, as a sorted report."""
        return Report(tuple(sorted(self._kept, key=lambda finding: finding.sort_key)), dict(self.counts), rows)


@dataclass(frozen=True, slots=True)
class Silenced:
    """Findings that are counted and not told, since somebody asked for that.

    Attributes:
        by: Who or what asked: a file's name, or an option.
        counts: How many there are of each rule.
    """

    by: str
    counts: Mapping[Rule, int]


@dataclass(frozen=True)
class Report:
    """What was found in one package or source.

    Attributes:
        findings: The findings listed, sorted by file, line, column, code.
        counts: How many there are of each rule, listed or not; without those silenced.
        rows: The row account, where there was a source.
        silenced: What is not told, by who asked for that.
        insisted: Rules that somebody asked to silence or to speak lower, and that speak all the same.
    """

    findings: tuple[Finding, ...] = ()
    counts: Mapping[Rule, int] = field(default_factory=dict)
    rows: RowAccount | None = None
    silenced: tuple[Silenced, ...] = ()
    insisted: tuple[Rule, ...] = ()

    @property
    def ok(self) -> bool:
        """True where there is no error; warnings and notes do not count."""
        return self.count(Severity.ERROR) == 0

    def count(self, severity: Severity) -> int:
        """How many findings there are of one severity, listed or not."""
        return sum(number for broken, number in self.counts.items() if broken.severity is severity)

    def with_rows(self, rows: RowAccount) -> Report:
        """The same report with a row account."""
        return replace(self, rows=rows)

    def capped(self, listed: int) -> Report:
        """The same report, listing at most so many findings of one rule.

        Args:
            listed: How many.
        """
        seen: Counter[str] = Counter()
        kept = []
        for finding in self.findings:
            seen[finding.code] += 1
            if seen[finding.code] <= listed:
                kept.append(finding)
        return replace(self, findings=tuple(kept))

    def to_dict(self, *, show_values: bool = False) -> dict[str, object]:
        """The JSON report, format 1.

        Args:
            show_values: True shows personal values; otherwise they are masked.
        """
        return {**self.without_findings(), "findings": [finding.to_dict(show_values=show_values) for finding in self.findings]}

    def without_findings(self) -> dict[str, object]:
        """The JSON report without its list of findings: versions, exact counts, the row account, and the rules that are broken."""
        from provkit._version import VERSION
        from provkit.server import MODELLED_SERVER

        rules = sorted(self.counts, key=lambda broken: broken.code)
        return {
            "format": 1,
            "provkit": VERSION,
            "server": MODELLED_SERVER,
            "ok": self.ok,
            "counts": {
                **{str(severity): self.count(severity) for severity in Severity},
                "by_code": {broken.code: self.counts[broken] for broken in rules},
            },
            "listed": len(self.findings),
            "rows": None if self.rows is None else self.rows.to_dict(),
            **self._silence(),
            "rules": {
                broken.code: {
                    "name": broken.name,
                    "summary": broken.summary,
                    "remedy": broken.remedy,
                    "severity": str(broken.severity),
                    "consequence": str(broken.consequence),
                }
                for broken in rules
            },
        }

    def _silence(self) -> dict[str, object]:
        """What is silenced, where anything is."""
        if not self.silenced:
            return {}
        told = [
            {"by": one.by, "by_code": {rule.code: one.counts[rule] for rule in sorted(one.counts, key=lambda rule: rule.code)}}
            for one in self.silenced
        ]
        return {"silenced": told}


def merge(*reports: Report) -> Report:
    """One report of several; the first row account given is kept.

    Args:
        reports: In any order.
    """
    counts: Counter[Rule] = Counter()
    for report in reports:
        counts.update(report.counts)
    findings = sorted((finding for report in reports for finding in report.findings), key=lambda finding: finding.sort_key)
    rows = next((report.rows for report in reports if report.rows is not None), None)
    return Report(tuple(findings), dict(counts), rows)
