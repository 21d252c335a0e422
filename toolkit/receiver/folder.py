"""The temporary folder into which the receiving server unpacks an archive, as a tree in memory: nothing is written to disk.

Source: `DeptProvFileUploadService.unzip` and `newFile`, `java.io.File` of Java 25 (`UnixFileSystem`, the canonicalising of paths), and a
Linux file system: names of at most 255 bytes, paths of at most 4095. A path is walked as the system walks it, so `a/../x` needs a
folder `a`, while the check that a path stays inside works on its canonical form, where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Folder", "Path"]

Path = tuple[str, ...]
"""The parts of an entry's name between slashes; empty ones are left out, as `java.io.File` does."""

_NAME_BYTES = 255
_PATH_BYTES = 4095
_ROOT_BYTES = 33  # "/tmp/ZipUpload" and a random number of mostly 19 or 20 digits


class _Failure(Enum):
    """Why a path cannot be walked."""

    MISSING = "missing"
    NOT_A_FOLDER = "not a folder"
    TOO_LONG = "too long"


@dataclass(eq=False)
class _Node:
    """A folder, or a file where `children` is None."""

    parent: _Node | None
    children: dict[str, _Node] | None = field(default_factory=dict)


class Folder:
    """A fresh folder."""

    def __init__(self) -> None:
        self._root = _Node(None)

    def contains(self, path: Path) -> bool:
        """Whether the server finds the path inside its folder: it can be made canonical, and then lies below the folder.

        Args:
            path: The parts of the entry's name.
        """
        if any("\0" in part for part in path) or _ROOT_BYTES + sum(len(part.encode()) + 1 for part in path) > _PATH_BYTES:
            return False
        if not _canonical(path):
            return False
        # Parts are taken off the end until the rest exists; only a name that is too long ends the search.
        found, depth = self._walk(path)
        return found is not _Failure.TOO_LONG or depth == len(path) - 1

    def make(self, path: Path) -> bool:
        """Make a folder and what is missing above it: `isDirectory() || mkdirs()`.

        Args:
            path: A path that `contains` accepts, or the part above its last.

        Returns:
            Whether the folder is there now.
        """
        found, _ = self._walk(path)
        if isinstance(found, _Node):
            return found.children is not None
        if self._make_one(path):
            return True
        canonical = _canonical(path)
        if canonical is None:
            return False
        for depth in range(1, len(canonical)):
            above, _ = self._walk(canonical[:depth])
            if not isinstance(above, _Node) and not self._make_one(canonical[:depth]):
                return False
        return self._make_one(canonical)

    def write(self, path: Path) -> bool:
        """Open a file for writing, new or again.

        Args:
            path: A path that `contains` accepts.

        Returns:
            Whether the system allows it.
        """
        above, _ = self._walk(path[:-1])
        found, _ = self._walk(path)
        if isinstance(found, _Node):
            return found.children is None
        if found is not _Failure.MISSING or not isinstance(above, _Node) or above.children is None:
            return False
        above.children[path[-1]] = _Node(above, None)
        return True

    def _make_one(self, path: Path) -> bool:
        """`mkdir`: the folder above is there, and nothing stands in its place."""
        above, _ = self._walk(path[:-1])
        found, _ = self._walk(path)
        if found is not _Failure.MISSING or not isinstance(above, _Node) or above.children is None:
            return False
        above.children[path[-1]] = _Node(above)
        return True

    def _walk(self, path: Path) -> tuple[_Node | _Failure, int]:
        """What stands at a path, or why the walk ends, and at which part."""
        node = self._root
        for depth, part in enumerate(path):
            children = node.children
            if children is None:
                return _Failure.NOT_A_FOLDER, depth
            if part == ".":
                continue
            if part == "..":
                node = node.parent or self._root
            elif len(part.encode()) > _NAME_BYTES:
                return _Failure.TOO_LONG, depth
            elif part in children:
                node = children[part]
            else:
                return _Failure.MISSING, depth
        return node, len(path)


def _canonical(path: Path) -> Path | None:
    """The path without `.` and `..`; None where it leaves the folder. There are no links in it."""
    parts: list[str] = []
    for part in path:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return tuple(parts)
