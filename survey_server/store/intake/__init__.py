"""Intake: tables, receiving (the web's side) and claiming (the workers' side)."""

from survey_server.store.intake.claiming import (
    Body,
    Claim,
    Received,
    bodies_of,
    claim,
    finish,
    give_back,
    pending_count,
    probe,
    received_in,
    set_state,
)
from survey_server.store.intake.receiving import (
    Arrival,
    Earlier,
    Place,
    Sender,
    add_batch,
    add_submissions,
    add_variants,
    digests_of,
    earlier_batch,
    highest_revisions,
    keep_body,
    mark_pending,
    note_contact,
    note_outcomes,
    places_of,
    quarantine,
)
from survey_server.store.intake.tables import (
    Batch,
    BatchBody,
    PendingBatch,
    Quarantined,
    Submission,
    SubmissionVariant,
)

__all__ = [
    "Arrival", "Batch", "BatchBody", "Body", "Claim", "Earlier", "PendingBatch", "Place",
    "Quarantined", "Received", "Sender", "Submission", "SubmissionVariant", "add_batch",
    "add_submissions", "add_variants", "bodies_of", "claim", "digests_of", "earlier_batch",
    "finish", "give_back", "highest_revisions", "keep_body", "mark_pending", "note_contact",
    "note_outcomes", "pending_count", "places_of", "probe", "quarantine", "received_in",
    "set_state",
]  # fmt: skip
