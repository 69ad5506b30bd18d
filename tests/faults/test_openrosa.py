"""What the client of OpenRosa spells is what it wrote, and what it keeps is sent in order."""

import json
from pathlib import Path

from multipart import MultipartSegment, PushMultipartParser

from survey_server.faults.albums import Photo
from survey_server.faults.openrosa import BOUNDARY, spelled, told_by, upload
from survey_server.faults.pocket import SENT, Interview, Pocket
from survey_server.tablet.records import Record, digest

ANSWERS = {"identification": {"unit_code": "01-001"}, "person": [{"name": "An"}, {"name": "Bình"}]}
TEXT = json.dumps(ANSWERS).encode()
FIRST = Record("a", "form", "1", "i", "01-001", "", "", TEXT, digest(TEXT))
EDIT = Record("b", "form", "1", "i", "01-001", "", "", TEXT, digest(TEXT), 2, "a")
PHOTOS = tuple(Photo(f"{number}.jpg", bytes([number])) for number in range(3))


def test_an_interview_tells_its_id_and_an_edit_what_it_replaces() -> None:
    name, claims = told_by(spelled(FIRST))
    assert (name, claims.interview_id, claims.replaces, claims.unit) == ("a", "a", None, "01-001")
    name, claims = told_by(spelled(EDIT))
    assert (name, claims.interview_id, claims.replaces) == ("b", "a", "a")
    assert claims.revision == 1
    assert claims.joins


def test_repeats_are_elements_one_after_the_other() -> None:
    assert "<person><name>An</name></person><person><name>Bình</name></person>" in (
        spelled(FIRST).decode()
    )


def test_an_upload_is_a_form_with_the_interview_its_photos_and_whether_more_come() -> None:
    with PushMultipartParser(BOUNDARY) as parser:
        events = parser.parse(upload(b"<data/>", PHOTOS[:1], more=True))
        parts = [one.name for one in events if isinstance(one, MultipartSegment)]
    assert parts == ["xml_submission_file", "0.jpg", "*isIncomplete*"]


def test_of_several_photos_the_first_goes_ahead() -> None:
    groups = list(Interview("a", b"", PHOTOS).groups)
    assert groups == [(PHOTOS[:1], True), (PHOTOS[1:], False)]
    assert list(Interview("a", b"", ()).groups) == [((), False)]


def test_a_pocket_keeps_the_first_content_of_an_id_until_it_is_sent(tmp_path: Path) -> None:
    pocket = Pocket(tmp_path / "pocket.sqlite")
    one = Interview("a", b"first", PHOTOS)
    assert pocket.keep(one)
    assert not pocket.keep(Interview("a", b"second", ()))
    assert pocket.interview("a") == one
    assert pocket.unsent() == ["a"]
    assert pocket.contents(unsent=True) == {("a", one.sha256)}
    pocket.note("a", SENT)
    assert pocket.unsent() == []
    assert pocket.contents(unsent=False) == {("a", one.sha256)}
    pocket.close()
