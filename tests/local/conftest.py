"""Folders that PostgreSQL's user can reach, and ports that are free."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_server.local.ports import kept_port
from survey_server.local.throwaway import remove


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="survey-test-"))
    made.chmod(0o711)
    yield made
    if made.exists():
        remove(made)


@pytest.fixture
def closed_folder(folder: Path) -> Iterator[Path]:
    """Below a folder that only its owner may enter."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    yield closed / "data"
    for link in closed.rglob("*"):
        if link.is_symlink():
            shutil.rmtree(link.resolve())


@pytest.fixture
def port() -> int:
    return kept_port()
