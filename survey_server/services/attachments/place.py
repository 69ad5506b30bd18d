"""What this process keeps files with: made once from the settings, like its keys and its trail."""

from dataclasses import dataclass
from pathlib import Path

from survey_server import problems
from survey_server.services.attachments.shelf import Folder, Shelf, bucket_at
from survey_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """`parts`: a folder of this machine for files that have come in part."""

    shelf: Shelf
    parts: Path
    most_bytes: int


def place_of(settings: Settings) -> Place:
    """Raises BadSetting."""
    chosen = settings.attachments
    shelf = bucket_at(chosen) if "://" in chosen else Folder(Path(chosen))
    parts = settings.data_folder.absolute() / "parts"
    return Place(shelf, parts, settings.attachment_bytes)


_at_hand: list[Place] = []


def use(place: Place) -> None:
    """From here on, by everything in this process."""
    _at_hand[:] = [place]


def place() -> Place:
    """Raises FileUnavailable in a process that was given none."""
    if not _at_hand:
        raise problems.FileUnavailable()
    return _at_hand[0]
