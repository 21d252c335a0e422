"""Build, check and send uploads for Indiana University's Canvas and Expand Provisioning API.

>>> import provkit
>>> report = provkit.validate("out")  # doctest: +SKIP
>>> report.ok  # doctest: +SKIP
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provkit._version import VERSION as __version__  # noqa: N811 - the name that every package gives it

if TYPE_CHECKING:
    from provkit.package import Package
    from provkit.rules import Finding, Report
    from provkit.workflows.build import build
    from provkit.workflows.new import new
    from provkit.workflows.plan import plan
    from provkit.workflows.send import send
    from provkit.workflows.simulate import simulate
    from provkit.workflows.validate import validate

__all__ = ["Finding", "Package", "Report", "__version__", "build", "new", "plan", "send", "simulate", "validate"]

_HOMES = {
    "Finding": "provkit.rules",
    "Package": "provkit.package",
    "Report": "provkit.rules",
    "build": "provkit.workflows.build",
    "new": "provkit.workflows.new",
    "plan": "provkit.workflows.plan",
    "send": "provkit.workflows.send",
    "simulate": "provkit.workflows.simulate",
    "validate": "provkit.workflows.validate",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for: the command line's help must not wait for pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
