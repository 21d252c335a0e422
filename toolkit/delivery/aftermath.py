"""What comes after a 200, which says no more than that the files are queued: everything else comes by mail.

Source of the subjects and of who gets what: the service's DeptRouter, EmailSummaryService and EmailService.
"""

from __future__ import annotations

from provkit.delivery.environments import Environment

__all__ = ["next_steps"]

_MAILS = """\
The files are queued, no more; whether they are right shows only in the mails.
First, soon: a mail whose subject ends in "csv file upload(s) for {group}", with what was taken and what was not. A line "ImportId is ..." in \
it says that Canvas has got the rest; without that line nothing reached Canvas.
Later, when Canvas is done: a mail whose subject ends in "{group} Canvas Provisioning Errors"; it is called so even if there are none.
If the run failed: a mail whose subject ends in "processing errors for {group}".
"""

_PRODUCTION = """\
They go to the mail group of {group}. No mail within a day means: the group's name is wrong (the service takes any), the group has no mail \
group, or the run ended early. Ask the service's team, and do not send again before.
"""

_ELSEWHERE = """\
You will not see these mails: in {environment} all of them, and the messages to guests, go to the service team's own mailbox. Ask the team, \
or look in Canvas: {canvas}
The Canvas of beta and test is overwritten regularly: what you sent there does not last.
"""

_SANDBOX = """\
Nothing left this computer: this was a sandbox, which answers as the service does. There is no mail, and no Canvas.
"""


def next_steps(target: Environment) -> tuple[str, ...]:
    """What comes next, in sentences.

    Args:
        target: Where the upload was taken.
    """
    text = _SANDBOX if target.name == "sandbox" else _MAILS + (_PRODUCTION if target.name == "production" else _ELSEWHERE)
    return tuple(text.format(group=target.group, environment=target.name, canvas=target.canvas).splitlines())
