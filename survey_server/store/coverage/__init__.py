"""Coverage: tables, recounting EAs, and reading what a viewer may see."""

from survey_server.store.coverage.adding import Tally, add_change, tally
from survey_server.store.coverage.reading import coverage_of
from survey_server.store.coverage.recounting import lock_eas, recount
from survey_server.store.coverage.tables import EaCoverage, EaDay

__all__ = [
    "EaCoverage",
    "EaDay",
    "Tally",
    "add_change",
    "coverage_of",
    "lock_eas",
    "recount",
    "tally",
]
