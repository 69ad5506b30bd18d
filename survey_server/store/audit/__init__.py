"""The trail in the database: entries, their seals, and what was carried away of them.

audit_entries   written by everybody, on a connection of its own; never changed
audit_seals     the chain, written by the sealer alone, in the order of the entries' ids
audit_anchors   how many lines the file of anchors must have, and their hashes
"""

from survey_server.store.audit.reading import Asked, Listed, page
from survey_server.store.audit.sealing import (
    Head,
    add_links,
    anchored_days,
    ends_of,
    heads,
    highest_id,
    is_only_sealer,
    last_anchor,
    note_anchor,
    unsealed,
    writers,
)
from survey_server.store.audit.tables import AuditAnchor, AuditEntry, AuditSeal
from survey_server.store.audit.verifying import (
    anchors_on_file,
    backlog,
    chains,
    hashes_at,
    inserted,
    sealed_entries,
)
from survey_server.store.audit.writing import add

__all__ = [
    "Asked",
    "AuditAnchor",
    "AuditEntry",
    "AuditSeal",
    "Head",
    "Listed",
    "add",
    "add_links",
    "anchored_days",
    "anchors_on_file",
    "backlog",
    "chains",
    "ends_of",
    "hashes_at",
    "heads",
    "highest_id",
    "inserted",
    "is_only_sealer",
    "last_anchor",
    "note_anchor",
    "page",
    "sealed_entries",
    "unsealed",
    "writers",
]
