"""Submissions that could not be understood, or came twice with other content: what is known of
them, what was done, and which bytes tell them now."""

from survey_server.store.quarantine.acting import (
    add_act,
    add_batch_of_office,
    ask_all,
    ask_for,
)
from survey_server.store.quarantine.choices import Choice, as_chosen, choose
from survey_server.store.quarantine.conflicts import (
    ConflictRow,
    Version,
    VersionPlace,
    WantedConflicts,
    conflict,
    conflicts,
    versions_of,
    waiting_there,
)
from survey_server.store.quarantine.lying import (
    Act,
    Lying,
    Wanted,
    acts_of,
    counts,
    forms_to_read_by,
    lying,
    one_lying,
    place_of_unit,
    sealed_contents,
)
from survey_server.store.quarantine.retrying import (
    AT_ONCE,
    ask_for_due,
    ask_for_published,
    carry_out,
    put_aside,
)
from survey_server.store.quarantine.tables import ContentChoice, QuarantineAct, Reopening

__all__ = [
    "AT_ONCE",
    "Act",
    "Choice",
    "ConflictRow",
    "ContentChoice",
    "Lying",
    "QuarantineAct",
    "Reopening",
    "Version",
    "VersionPlace",
    "Wanted",
    "WantedConflicts",
    "acts_of",
    "add_act",
    "add_batch_of_office",
    "as_chosen",
    "ask_all",
    "ask_for",
    "ask_for_due",
    "ask_for_published",
    "carry_out",
    "choose",
    "conflict",
    "conflicts",
    "counts",
    "forms_to_read_by",
    "lying",
    "one_lying",
    "place_of_unit",
    "put_aside",
    "sealed_contents",
    "versions_of",
    "waiting_there",
]
