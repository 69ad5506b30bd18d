"""The trail: writing it, chaining it, carrying its ends away, and proving it.

writing.py     each entry in a transaction of its own, before the act goes on
sealing.py     chains what was written, afterwards
anchoring.py   signs the ends of the chains and appends them to a file on another disk
verifying.py   computes everything again
"""

from survey_server.services.audit.writing import Data, Entry, Trail, keep_in, note, note_if_possible

__all__ = ["Data", "Entry", "Trail", "keep_in", "note", "note_if_possible"]
