"""A disk of its own is full when it is told to be, and has room again afterwards."""

import errno
from pathlib import Path

import pytest

from survey_server.faults.disk import disk_at

PAGE = bytes(8192)


def test_nothing_fits_on_a_full_disk_and_what_is_there_stays(tmp_path: Path) -> None:
    with disk_at(tmp_path / "disk") as disk:
        if disk is None:
            pytest.skip("needs root, who may mount")
        (disk.files / "before").write_bytes(PAGE)
        disk.fill()
        with pytest.raises(OSError, match="No space left") as full:
            (disk.files / "meanwhile").write_bytes(PAGE)
        assert full.value.errno == errno.ENOSPC
        assert (disk.files / "before").read_bytes() == PAGE
        disk.free()
        (disk.tables / "after").write_bytes(PAGE)
    assert not (tmp_path / "disk" / "files").exists()
