"""Exceptions: a run that cannot go on. Faults in data are findings (see `provkit.rules`), never exceptions.

ProvkitError
├── SourceError          a file cannot be read or written as it is
├── ConfigError          a setting, option or template is wrong
├── PackageError         the folder or ZIP is not one that provkit can work on
├── HistoryError         what provkit keeps of earlier sends cannot be used
├── Busy                 another run holds the lock
├── GuardError           provkit stopped before doing harm; the message says what to type
└── DeliveryError        something between this computer and the service
    ├── AuthError        the token endpoint did not give a token, or the service does not take it
    ├── Refused          the service answered, and said no
    ├── Unreachable      nothing was sent; a repeat is safe
    └── OutcomeUnknown   bytes may have arrived; a repeat is not safe
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "EXIT_CODES",
    "AuthError",
    "Busy",
    "ConfigError",
    "DeliveryError",
    "GuardError",
    "HistoryError",
    "OutcomeUnknown",
    "PackageError",
    "ProvkitError",
    "Refused",
    "SourceError",
    "Unreachable",
]


EXIT_CODES: Mapping[int, tuple[str, str]] = {
    0: ("done", "what was asked for is done"),
    1: ("findings", "errors in the data; nothing was sent"),
    2: ("setup", "a setting, option or file is wrong or missing, or the history cannot be used; nothing was sent"),
    3: ("guard", "stopped before doing harm, or not confirmed; nothing was sent"),
    4: ("login", "the login failed, or the service does not let this client in"),
    5: ("service", "the service said no, or cannot be reached; nothing was processed"),
    6: ("unknown", "it is not known whether the files arrived; do not send again before you know"),
    7: ("busy", "another run is sending to the same place; nothing was sent"),
}
"""Every exit code, with its name for machines and what it means."""


class ProvkitError(Exception):
    """A run that cannot go on.

    Args:
        message: What happened, in one sentence that names the file or place.
        remedy: What to do about it, in words or as the command to type.
    """

    exit_code = 2

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return self.message if self.remedy is None else f"{self.message}\n{self.remedy}"


class SourceError(ProvkitError):
    """A file cannot be read or written as it is."""


class ConfigError(ProvkitError):
    """A setting, option or template is wrong."""


class PackageError(ProvkitError):
    """The folder or ZIP is not one that provkit can work on."""


class HistoryError(ProvkitError):
    """What provkit keeps of earlier sends cannot be read or written."""


class Busy(ProvkitError):
    """Another run of provkit holds the lock of an environment and group."""

    exit_code = 7


class GuardError(ProvkitError):
    """provkit stopped before doing harm; `reason` is a stable word for machines."""

    exit_code = 3

    def __init__(self, message: str, *, reason: str, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class DeliveryError(ProvkitError):
    """Something between this computer and the service; `kind` is a stable word for machines."""

    exit_code = 5

    def __init__(self, message: str, *, kind: str, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.kind = kind


class AuthError(DeliveryError):
    """The token endpoint did not give a token, or the service does not take it for this upload."""

    exit_code = 4


class Refused(DeliveryError):
    """The service answered, and said no."""


class Unreachable(DeliveryError):
    """Nothing was sent; a repeat is safe."""


class OutcomeUnknown(DeliveryError):
    """Bytes may have arrived; a repeat is not safe."""

    exit_code = 6
