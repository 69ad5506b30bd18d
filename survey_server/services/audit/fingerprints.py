"""What was taken out, so that a file that turns up somewhere can be known again."""

import hashlib
from pathlib import Path


def fingerprint_of(place: Path) -> str:
    """SHA-256 of a file. Of a folder: of its files' names and hashes, as `sha256sum *` lists
    them."""
    if place.is_dir():
        listed = (f"{_of_file(file)}  {file.name}\n" for file in sorted(place.iterdir()))
        return hashlib.sha256("".join(listed).encode()).hexdigest()
    return _of_file(place)


def _of_file(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
