"""Run a sandbox until it is stopped, and say what each upload would do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from provkit.errors import ConfigError
from provkit.receiver import Fate
from provkit.sandbox import Pretend, Seen, Server, Settings

__all__ = ["describe", "run"]


def run(
    *,
    port: int,
    groups: Sequence[str] | None,
    pretend: str | None,
    started: Callable[[list[str]], None],
    seen: Callable[[Seen], None],
) -> None:
    """Run a sandbox until Ctrl-C.

    Args:
        port: Where it listens on 127.0.0.1; 0 takes any free port.
        groups: The groups that it knows; None for any.
        pretend: What it pretends to be wrong, if anything.
        started: Told once, in lines, how to speak to it.
        seen: Told of each upload.

    Raises:
        ConfigError: The port is taken, or there is nothing of that name to pretend.
    """
    if pretend is not None and pretend not in tuple(Pretend):
        raise ConfigError(f"The sandbox cannot pretend {pretend!r}.", remedy=f"It can pretend: {', '.join(Pretend)}.")
    settings = Settings(groups=frozenset(groups) if groups else None, pretend=None if pretend is None else Pretend(pretend))
    with Server(settings, seen, port=port) as server:
        here = server.address
        server.publish()
        try:
            started(
                [
                    "A sandbox is running on this computer. It answers as the service does, and sends nothing on.",
                    f"  base URL       {here.base_url}",
                    f"  token URL      {here.token_url}",
                    f"  client id      {here.client_id}",
                    f"  client secret  {here.secret.get_secret_value()}  (made up; it opens nothing but this sandbox)",
                    f"  upload         POST {here.base_url}/rest/upload/GROUP/zip",
                    "In another window: provkit send --env sandbox. Stop it with Ctrl-C.",
                ]
            )
            # Waiting in pieces: on Windows a wait without an end cannot be interrupted.
            pause = threading.Event()
            with suppress(KeyboardInterrupt):
                while not pause.wait(0.5):
                    pass
        finally:
            server.withdraw()


_FATES: Mapping[Fate, str] = {
    Fate.SENT: "sent on",
    Fate.DEFERRED: "waiting for Canvas, then enrolled in Expand",
    Fate.REJECTED: "rejected and named in the mail",
    Fate.IGNORED_COUNTED: "vanishing without a word",
    Fate.IGNORED: "vanishing without a word or count",
    Fate.CRASH: "stopping the whole run",
    Fate.NOT_REACHED: "never reached",
}


def describe(seen: Seen) -> str:
    """What the service would make of an upload, in short.

    Args:
        seen: The upload as the sandbox received it.
    """
    return "\n".join(_lines(seen))


def _lines(seen: Seen) -> Iterator[str]:
    flag = ", message to new guests asked for" if seen.notify else ""
    yield f"Upload for the group {seen.group}{flag}: status {seen.status}"
    reception = seen.reception
    if reception is None:
        return
    if reception.processing is None:
        yield f"  refused: {reception.answer.message}"
        for error in reception.answer.file_errors or ():
            yield f"  - {error.title}"
        return
    for file in reception.files:
        if file.fates is None:
            yield f"  {file.name}: no rows"
            continue
        counts = [(int((file.fates == fate).sum()), words) for fate, words in _FATES.items()]
        yield f"  {file.name}: {', '.join(f'{count:,} {words}' for count, words in counts if count) or 'no rows'}"
    run = reception.processing
    if run.guests:
        yield f"  guest accounts looked up, and created and invited where there are none: {len(run.guests):,}"
    if run.welcome_mails:
        yield f"  the package's own message, to each new guest: {run.welcome_mails[0].subject!r}"
    if run.thrown is not None:
        yield "  The run stops at that row: nothing reaches Canvas, and no results mail comes."
    elif not seen.group_known:
        yield f"  This sandbox knows no group {seen.group}: the service would answer just so, and the results would reach nobody."
