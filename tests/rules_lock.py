"""tests/rules.lock: every rule's code, name and consequence, frozen. `python tests/rules_lock.py` adds new rules, and changes nothing else.

Codes and names stand in users' settings and baselines, and consequences decide exit codes; whoever changes one must edit the lock by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from provkit.checks import RULES
from provkit.rules import Rule

LOCK = Path(__file__).with_name("rules.lock")


def frozen() -> dict[str, str]:
    """The lock: each code with its name and consequence."""
    lines = LOCK.read_text(encoding="utf-8").splitlines() if LOCK.exists() else []
    return dict(line.split(" ", 1) for line in lines)


def current(rules: Iterable[Rule]) -> dict[str, str]:
    """The same of the rules as they are."""
    return {rule.code: f"{rule.name} {rule.consequence}" for rule in rules}


def changed(lock: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What is frozen and no longer so, a line each."""
    return [f"{code} {said}: now {now.get(code, 'missing')}" for code, said in lock.items() if now.get(code) != said]


def main() -> int:
    """Add new rules; 1 where something frozen has changed."""
    lock, now = frozen(), current(RULES)
    wrong = changed(lock, now)
    if wrong:
        sys.stderr.write("".join(f"frozen: {line}\n" for line in wrong))
        return 1
    LOCK.write_text("".join(f"{code} {said}\n" for code, said in sorted(now.items())), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
