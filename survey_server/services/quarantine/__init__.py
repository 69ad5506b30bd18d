"""Submissions that could not be understood, or came twice with other content.

contents: what was sent, opened and tried · looking: at one in quarantine · acting: trying again,
mending, setting aside · conflicts: two versions side by side, and taking one · restoring: bytes
that were damaged.
"""

from survey_server.services.quarantine.acting import (
    MOST_REPLAYED,
    Mending,
    fix,
    replay,
    replay_all,
    set_aside,
    take_back,
)
from survey_server.services.quarantine.conflicts import Compared, Shown, compare, take
from survey_server.services.quarantine.contents import Hand, hand_of
from survey_server.services.quarantine.looking import About, Looked, look
from survey_server.services.quarantine.restoring import Copy, restore
from survey_server.store.quarantine import anything_damaged

__all__ = [
    "MOST_REPLAYED",
    "About",
    "Compared",
    "Copy",
    "Hand",
    "Looked",
    "Mending",
    "Shown",
    "anything_damaged",
    "compare",
    "fix",
    "hand_of",
    "look",
    "replay",
    "replay_all",
    "restore",
    "set_aside",
    "take",
    "take_back",
]
