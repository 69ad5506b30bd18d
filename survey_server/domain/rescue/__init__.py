"""What was rescued from a tablet: its store, files that it wrote, or an ODK client's folder.

entries: a file, an archive or a folder as bounded entries · stores: a tablet's SQLite file ·
sorting: what each entry is · packing: submissions as batches within the bounds.
"""

from survey_server.domain.rescue.entries import Allowed, Entry, entries_in
from survey_server.domain.rescue.packing import Parcel, parcels_of
from survey_server.domain.rescue.sorting import Folder, Rescued, Unread, sorted_out

__all__ = [
    "Allowed",
    "Entry",
    "Folder",
    "Parcel",
    "Rescued",
    "Unread",
    "entries_in",
    "parcels_of",
    "sorted_out",
]
