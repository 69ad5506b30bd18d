"""What a submission is answered: a truth table over what is on file.

Every outcome but `rejected` releases the tablet's copy.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Known:
    """What the server knows about a submission's claims when it arrives."""

    stored_now: bool
    same_content_on_file: bool
    form_version: bool
    unit: bool
    assigned: bool
    highest_revision: int
    clock_off: bool = False
    draft: bool = False
    # It lies in another survey than the tablet is enrolled in.
    elsewhere: bool = False


def outcome_of(known: Known, revision: int) -> tuple[Outcome, str | None]:
    """The outcome and its code. What arrives a second time is judged before anything else."""
    if not known.stored_now:
        if known.same_content_on_file:
            return Outcome.DUPLICATE, "other_survey" if known.elsewhere else None
        return Outcome.CONFLICT, "content_differs"
    if not known.form_version:
        return Outcome.QUARANTINED, "form_version_unknown"
    if known.draft:
        return Outcome.STORED, "draft_form"
    if revision < known.highest_revision:
        return Outcome.SUPERSEDED, None
    return Outcome.STORED, _remark(known)


def _remark(known: Known) -> str | None:
    """What a supervisor should see of a submission that is stored; the gravest, if several."""
    if not known.unit:
        return "unit_unknown"
    if not known.assigned:
        return "not_assigned"
    return "clock_skew" if known.clock_off else None


def spelled(outcome: Outcome, code: str | None) -> str:
    """As a batch row keeps it."""
    return outcome if code is None else f"{outcome}:{code}"


def read(spelling: str) -> tuple[Outcome, str | None]:
    outcome, _, code = spelling.partition(":")
    return Outcome(outcome), code or None
