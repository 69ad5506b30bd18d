"""A folder and a bucket keep files alike; a bucket is any store that obstore speaks to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from survey_server import problems
from survey_server.services.attachments.shelf import Bucket, Folder, NotOnShelf, Shelf, bucket_at
from survey_server.settings import BadSetting, from_env
from tests.test_settings import LEAST

SHELVES: dict[str, Callable[[Path], Shelf]] = {
    "folder": Folder,
    "bucket": lambda _: Bucket(MemoryStore()),
    "bucket on a disk": lambda path: Bucket(LocalStore(path)),
}


@pytest.fixture(params=SHELVES)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return SHELVES[request.param](tmp_path)


def test_what_is_put_is_there_until_it_is_deleted(shelf: Shelf) -> None:
    assert not shelf.exists("1/aa/x")
    shelf.put("1/aa/x", b"sealed")
    assert (shelf.exists("1/aa/x"), shelf.get("1/aa/x")) == (True, b"sealed")
    shelf.delete("1/aa/x")
    shelf.delete("1/aa/x")
    assert not shelf.exists("1/aa/x")
    with pytest.raises(NotOnShelf):
        shelf.get("1/aa/x")


def test_names_are_those_of_a_folder_or_all(shelf: Shelf) -> None:
    assert list(shelf.names()) == []
    for name in ("1/aa/x", "1/bb/y", "11/aa/z"):
        shelf.put(name, b"sealed")
    assert sorted(one.name for one in shelf.names()) == ["1/aa/x", "1/bb/y", "11/aa/z"]
    assert sorted(one.name for one in shelf.names("1")) == ["1/aa/x", "1/bb/y"]
    assert all(datetime.now(UTC) - one.since < timedelta(minutes=1) for one in shelf.names())


def test_a_bucket_that_is_out_of_reach_is_told(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(b"no folder")
    with pytest.raises(problems.FileUnavailable):
        Bucket(LocalStore(tmp_path)).put("1/aa/x", b"sealed")


@pytest.mark.parametrize("value", ["http://x", "s3://", "s3:///x", "ftp://a/b", "s3://a/b?c"])
def test_a_place_that_is_neither_folder_nor_bucket_stops_the_start(value: str) -> None:
    with pytest.raises(BadSetting, match="SURVEY_ATTACHMENTS"):
        from_env(LEAST | {"SURVEY_ATTACHMENTS": value})


def test_a_bucket_is_made_from_its_address() -> None:
    assert from_env(LEAST | {"SURVEY_ATTACHMENTS": "s3://census/files"}).attachments
    assert isinstance(bucket_at("s3://census/files"), Bucket)
