"""Who did what, when and to what: a trail that cannot be quietly changed.

An entry says one act in ids and codes, never in anybody's name, answer or secret. Entries are
written by many at once, unchained. Afterwards one sealer chains them, a chain for each survey and
one ("") for what belongs to none; and now and then the ends of the chains are signed and carried
to another disk, as anchors.

    entry ──▶ canonical bytes ──┐
                                ├─▶ SHA-256 ──▶ hash of seal n ──▶ …        (links.py)
    hash of seal n - 1 ─────────┘                     │
                                                      └─▶ anchor, signed    (anchors.py)

A changed, missing or added entry breaks its link; whoever makes all links anew, or cuts the end
of the chain off, contradicts an anchor.
"""

from survey_server.domain.audit.actions import ACTIONS, Action
from survey_server.domain.audit.entries import BadEntry, Data, Entry, Kept, canonical
from survey_server.domain.audit.links import FIRST, Link, hash_of
from survey_server.domain.audit.plain import plain

__all__ = [
    "ACTIONS",
    "FIRST",
    "Action",
    "BadEntry",
    "Data",
    "Entry",
    "Kept",
    "Link",
    "canonical",
    "hash_of",
    "plain",
]
