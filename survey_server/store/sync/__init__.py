"""What a tablet is told, and what it is asked about."""

from survey_server.store.sync.held import Held, held_of, note_unknown_units, note_used
from survey_server.store.sync.resolving import lock_places
from survey_server.store.sync.telling import (
    Told,
    reserve_numbers,
    told,
    url_parts_of,
)
from survey_server.store.sync.units import Gone, gone, units_page

__all__ = [
    "Gone",
    "Held",
    "Told",
    "gone",
    "held_of",
    "lock_places",
    "note_unknown_units",
    "note_used",
    "reserve_numbers",
    "told",
    "units_page",
    "url_parts_of",
]
