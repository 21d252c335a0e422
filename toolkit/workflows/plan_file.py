"""A plan as a file: what was looked at, in digests and counts. `send --plan` sends exactly that, or stops.

It names courses, and nobody.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from provkit._version import VERSION
from provkit.delivery import Upload
from provkit.errors import ConfigError, GuardError
from provkit.planning.guards import PLAN_DIFFERS
from provkit.planning.settings import Removals

if TYPE_CHECKING:
    from provkit.workflows.send import Prepared

__all__ = ["PlanFile", "check", "digest_of_upload", "read", "render"]


def digest_of_upload(upload: Upload) -> str:
    """The digest of exactly what is posted: the bytes, their names, and how they go.

    Args:
        upload: What is posted.
    """
    whole = hashlib.sha256(f"{upload.door} {upload.notify}\n".encode())
    for file in upload.files:
        whole.update(f"{len(file)} {file.name}\n".encode())
        whole.update(file.content)
    return whole.hexdigest()


class PlanFile(BaseModel):
    """What a plan fixes.

    Attributes:
        format: The version of this format.
        environment: Where it goes.
        group: Under which group.
        host: To which host; "" for a sandbox that is still to be started.
        feed: From which feed.
        digest: The digest of exactly what is posted.
        basis: The digest of what was last accepted then; "" for nothing.
        changes_only: Whether only changes go.
        removals: What becomes of what disappeared.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal[1]
    environment: str
    group: str
    host: str
    feed: str
    digest: str
    basis: str
    changes_only: bool
    removals: Removals


def read(path: Path) -> PlanFile:
    """Read a plan.

    Args:
        path: The file.

    Raises:
        ConfigError: It cannot be read, or is no plan.
    """
    try:
        return PlanFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"The plan {path} cannot be read: {error.strerror or error}.") from None
    except ValidationError:
        raise ConfigError(
            f"{path} is no plan of this version of provkit.",
            remedy=f"Make one: provkit plan --env NAME --format json --output {path}",
        ) from None


def fixed(prepared: Prepared) -> dict[str, Any]:
    """What a plan fixes of a send that is prepared.

    Args:
        prepared: The send.
    """
    outlook, target = prepared.outlook, prepared.environment
    return {
        "format": 1,
        "environment": target.name,
        "group": target.group or "",
        "host": "" if target.name == "sandbox" else target.host,
        "feed": prepared.feed.name,
        "digest": prepared.digest,
        "basis": outlook.basis if outlook is not None else "",
        "changes_only": outlook is not None and outlook.changes.partial,
        "removals": outlook.changes.removals if outlook is not None else "leave",
    }


def check(plan: PlanFile, prepared: Prepared) -> None:
    """Stop where what would be sent is not what the plan was made of.

    Args:
        plan: The plan.
        prepared: What would be sent.

    Raises:
        GuardError: It differs.
    """
    now = PlanFile.model_validate(fixed(prepared))
    words = {
        "environment": "it goes to {now}, and the plan to {then}",
        "group": "its group is {now}, and the plan's {then}",
        "host": "its host is {now}, and the plan's {then}",
        "feed": "it is of the feed {now}, and the plan of {then}",
        "digest": "the files are not those of the plan",
        "basis": "something else has been accepted from this feed since",
    }
    found = [
        said.format(now=getattr(now, name), then=getattr(plan, name))
        for name, said in words.items()
        if getattr(now, name) != getattr(plan, name)
    ]
    if found:
        raise GuardError(
            f"This is not what the plan was made of: {'; '.join(found)}. Nothing was sent.",
            reason=PLAN_DIFFERS.reason,
            remedy=PLAN_DIFFERS.remedy,
        )


def to_dict(prepared: Prepared) -> dict[str, Any]:
    """The whole plan for machines: what it fixes, and what would change, in numbers and sentences without names.

    Args:
        prepared: The send that it is about.
    """
    from provkit.report.plan import rows, sentences

    outlook = prepared.outlook
    titles = ("new", "changed", "end", "as_before", "gone")
    return {
        **fixed(prepared),
        "provkit": VERSION,
        "ok": prepared.ok and not prepared.stops,
        "unchanged": outlook is not None and outlook.unchanged,
        "compared_with": None if outlook is None or outlook.compared is None else outlook.compared.id,
        "bytes": sum(len(file) for file in prepared.upload.files),
        "rows": {}
        if outlook is None
        else {name: dict(zip(titles, numbers, strict=True)) for name, *numbers in rows(outlook.changes)},
        "courses": []
        if outlook is None
        else [
            {
                "course": course.course,
                "title": course.title,
                "before": course.before,
                "after": course.after,
                "gain": len(course.gained),
                "lose": len(course.lost),
                "change": len(course.changed),
                "left": len(course.left),
                "waiting": len(course.waiting),
                "sentences": [said.text for said in sentences(course)],
            }
            for course in outlook.courses
        ],
        "stops": [{"reason": stop.guard.reason, "message": stop.sentence, "remedy": stop.remedy} for stop in prepared.stops],
        "notes": list(prepared.warnings),
        "errors": {broken.code: number for broken, number in prepared.report.counts.items() if broken.severity == "error"},
    }


def render(prepared: Prepared) -> str:
    """The plan file, ending in a line end.

    Args:
        prepared: The send that it is about.
    """
    return json.dumps(to_dict(prepared), ensure_ascii=False, indent=2) + "\n"
