"""The receiving server behind HTTP on this computer: the same model as `validate` and `simulate`, with made-up credentials."""

from __future__ import annotations

from provkit.sandbox.app import Pretend, Seen, Settings, make_app
from provkit.sandbox.server import DEFAULT_PORT, Running, Server, running

__all__ = ["DEFAULT_PORT", "Pretend", "Running", "Seen", "Server", "Settings", "make_app", "running"]
