"""The specification: one Pandera schema per kind of file, and the header lines that the service accepts.

`USERS COURSES SECTIONS ENROLLMENTS EXPAND` are loaded when first asked for, since they bring in pandas and pandera;
`provkit.schemas.layouts` brings in neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provkit.schemas.courses import COURSES
    from provkit.schemas.enrollments import ENROLLMENTS
    from provkit.schemas.expand import EXPAND
    from provkit.schemas.sections import SECTIONS
    from provkit.schemas.users import USERS

__all__ = ["COURSES", "ENROLLMENTS", "EXPAND", "SECTIONS", "USERS"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{name.lower()}"), name)
