import tomllib

import pytest

from provkit.authoring import AuthoringSettings, Profile, author
from provkit.schemas.layouts import Kind
from provkit.sources import from_text


class Made:
    """What authoring made of sheets that are written as text, easy to look at."""

    def __init__(self, grids, profile=None, **settings):
        if isinstance(profile, str):
            profile = Profile.model_validate({**tomllib.loads(profile), "__name__": "example"})
        self.authored = author(from_text(grids), AuthoringSettings(**settings), profile=profile)

    def rows(self, kind, *columns):
        table = self.authored.tables.get(Kind(kind))
        if table is None:
            return []
        frame = table.frame[list(columns)] if columns else table.frame
        return [row[0] if len(columns) == 1 else row for row in frame.itertuples(index=False, name=None)]

    @property
    def codes(self):
        return [finding.code for finding in self.authored.report.findings]

    @property
    def found(self):
        return [f"{finding.code} {finding.origin}" for finding in self.authored.report.findings]

    @property
    def changes(self):
        return [
            (str(change.kind), str(change.origin), change.column, change.before, change.after) for change in self.authored.changes
        ]

    def changed(self, kind):
        return [change[1:] for change in self.changes if change[0] == kind]

    def broken(self, kind):
        return self.authored.broken.get(Kind(kind), ())

    def account(self, held=None):
        account = self.authored.account.rows(self.authored.broken if held is None else held)
        return (account.read, account.used, account.merged, account.set_aside, account.held_back)


@pytest.fixture(scope="session")
def made():
    return Made
