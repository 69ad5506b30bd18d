"""What lies in quarantine, why, and how often the server tries it again by itself."""

from datetime import timedelta

# Why a submission could not be understood.
FORM_VERSION_UNKNOWN = "form_version_unknown"
NOT_A_TREE = "not_a_tree"
UNREADABLE = "unreadable"
BODY_DAMAGED = "body_damaged"
UNDERIVABLE = "underivable"
WORKER_CRASH = "worker_crash"
CODES = (FORM_VERSION_UNKNOWN, NOT_A_TREE, UNREADABLE, BODY_DAMAGED, UNDERIVABLE, WORKER_CRASH)

# Whoever tries these again may succeed: the machine was short of something, or the code is newer.
GRADED = frozenset((UNREADABLE, UNDERIVABLE, WORKER_CRASH))
# Between one failure and the next try; after the last, only a person tries again.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
