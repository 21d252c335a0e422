"""The page about guards lists them all as they are declared."""

from provkit.planning.guards import GUARDS


def test_the_page_lists_every_guard_as_it_is_declared(root):
    page = (root / "docs" / "changes.md").read_text("utf-8")
    lines = [f"| `{guard.reason}` | {guard.when} | {f'`{guard.flag}`' if guard.flag else 'nothing'} |" for guard in GUARDS]
    assert "\n".join(lines) in page
