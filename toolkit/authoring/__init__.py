"""From a source's sheets to tables: headers are mapped, values normalised, a flat roster is split; every change is recorded."""

from __future__ import annotations

from provkit.authoring.authored import Account, Authored, Fate, SheetAccount
from provkit.authoring.changes import Change, ChangeKind, Changes
from provkit.authoring.settings import AuthoringSettings

__all__ = ["Account", "Authored", "AuthoringSettings", "Change", "ChangeKind", "Changes", "Fate", "SheetAccount"]
