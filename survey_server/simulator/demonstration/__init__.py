"""The demonstration: a census in the middle of its field work, with things planted to find.

Everything follows from the seed and the first day of the field work, so that a load that was cut
off can be repeated: what is on file already is recognised as sent again.
"""

from survey_server.simulator.demonstration.casting import (
    DISTRICTS,
    FIELD_DAYS,
    FULL_DAYS_BEFORE,
    SEED,
    Cast,
    Scene,
    scene_of,
)
from survey_server.simulator.demonstration.history import History, Sync, history_of

__all__ = [
    "DISTRICTS",
    "FIELD_DAYS",
    "FULL_DAYS_BEFORE",
    "SEED",
    "Cast",
    "History",
    "Scene",
    "Sync",
    "history_of",
    "scene_of",
]
