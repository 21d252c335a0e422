"""The system's keyring: Windows' credential manager, the macOS keychain, GNOME Keyring, KWallet, or whatever `keyring` finds.

Every failure of a backend becomes a `NoKeyring`, whose sentence says what is wrong and never holds a value. Where there is no keyring,
provkit goes on without one wherever it can.
"""

from __future__ import annotations

from provkit.errors import ConfigError

__all__ = ["SERVICE", "KeyringLocked", "NoKeyring", "erase", "name_of_backend", "read", "write"]

SERVICE = "provkit"
"""The name under which a keyring shows what is provkit's."""

_WITHOUT = (
    "Without a keyring, as on a server, credentials come from the environment or from a file (docs/getting-access.md). "
    "On Linux a keyring is GNOME Keyring or KWallet, unlocked in the session that provkit runs in."
)


class NoKeyring(ConfigError):
    """The system's keyring cannot be used."""


class KeyringLocked(NoKeyring):
    """There is a keyring, and it does not give what it holds, or does not keep what it is given."""


def name_of_backend() -> str:
    """What the keyring is, in a word.

    Raises:
        NoKeyring: There is none.
    """
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, (fail.Keyring, null.Keyring)):
        raise NoKeyring("This computer has no keyring that provkit can use.", remedy=_WITHOUT)
    return str(backend.name)


def read(name: str) -> str | None:
    """What the keyring holds under a name; None where it holds nothing.

    Args:
        name: The name, under the service "provkit".

    Raises:
        NoKeyring: There is none, or it does not open.
    """
    import keyring

    name_of_backend()
    try:
        return keyring.get_password(SERVICE, name)
    except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own
        reason = type(error).__name__
    # Raised here, not in a handler: a backend's exception may hold the value.
    raise KeyringLocked(f"The keyring does not give what it holds ({reason}); it may be locked.", remedy=_WITHOUT)


def write(name: str, value: str) -> None:
    """Keep a value, and make sure that it is kept.

    Args:
        name: The name, under the service "provkit".
        value: The value.

    Raises:
        NoKeyring: There is none, it does not open, or it does not keep the value.
    """
    import keyring

    name_of_backend()
    try:
        keyring.set_password(SERVICE, name, value)
        reason = "" if keyring.get_password(SERVICE, name) == value else "it forgot the value at once"
    except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own
        reason = type(error).__name__
    if reason:
        raise KeyringLocked(f"The keyring does not keep what it is given ({reason}).", remedy=_WITHOUT)


def erase(name: str) -> bool:
    """Take a value out of the keyring.

    Args:
        name: The name, under the service "provkit".

    Returns:
        Whether there was one.

    Raises:
        NoKeyring: There is none, or it does not open.
    """
    import keyring

    if read(name) is None:
        return False
    try:
        keyring.delete_password(SERVICE, name)
        reason = "" if keyring.get_password(SERVICE, name) is None else "it still holds the value"
    except Exception as error:  # noqa: BLE001 - each backend has exceptions of its own
        reason = type(error).__name__
    if reason:
        raise KeyringLocked(f"The keyring does not erase what it holds ({reason}).", remedy=_WITHOUT)
    return True
