"""From a source's sheets to tables: headers are mapped, values normalised, a flat roster is split; every change is recorded."""

from __future__ import annotations

from provkit.authoring import rules_cells, rules_people, rules_profiles, rules_sheets, rules_tables
from provkit.authoring.author import author
from provkit.authoring.authored import Account, Authored, Fate, SheetAccount
from provkit.authoring.changes import Change, ChangeKind, Changes
from provkit.authoring.profile import Profile
from provkit.authoring.profiles import find, formats, shipped, with_constants
from provkit.authoring.proposal import Proposal, propose
from provkit.authoring.settings import AuthoringSettings
from provkit.rules import Rule

__all__ = [
    "RULES",
    "Account",
    "Authored",
    "AuthoringSettings",
    "Change",
    "ChangeKind",
    "Changes",
    "Fate",
    "Profile",
    "Proposal",
    "SheetAccount",
    "author",
    "find",
    "formats",
    "propose",
    "shipped",
    "with_constants",
]

RULES: tuple[Rule, ...] = (*rules_cells.RULES, *rules_people.RULES, *rules_sheets.RULES, *rules_tables.RULES, *rules_profiles.RULES)
"""Every rule of this room."""
