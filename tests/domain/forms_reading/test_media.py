"""The files that a form reads stop it when they are missing; those that it shows do not."""

import pytest

from survey_server.domain.forms import FormInvalid
from tests.domain.forms_reading.written import small

PICTURES = """
| survey |
| | type | name | label::Tiếng Việt (vi) | image::Tiếng Việt (vi) | media::audio::Tiếng Việt (vi) |
| | text | a | A | bản đồ.png | hello.mp3 |
| | select_one f | b | B | | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) | image::Tiếng Việt (vi) |
| | f | 1 | Xoài | xoai.jpg |
"""


def test_missing_pictures_and_sounds_are_warnings() -> None:
    form = small(PICTURES, {"hello.mp3": b"", "xoai.jpg": b""})
    (warning,) = [problem for problem in form.problems if problem.code == "picture_missing"]
    assert warning.severity == "warning"
    assert "bản đồ.png" in warning.messages["vi"]
    assert any("bản đồ.png" in sentence for sentence in form.warnings)


def test_pictures_that_are_there_are_no_warning() -> None:
    media = {"hello.mp3": b"", "xoai.jpg": b"", "ba\u0309n đồ.png": b""}
    assert all(problem.code != "picture_missing" for problem in small(PICTURES, media).problems)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("select_one_from_file list.csv", ""),
        ("select_one_from_file list.geojson", ""),
        ("csv-external", "list"),
        ("xml-external", "list"),
    ],
)
def test_a_missing_list_stops_the_form(kind: str, more: str) -> None:
    text = f"| survey |\n| | type | name | label |\n| | {kind} | {more or 'a'} | A |\n"
    with pytest.raises(FormInvalid, match=r"list\.") as refused:
        small(f"{text}| | text | b | B |\n")
    assert [problem.severity for problem in refused.value.problems] == ["error"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", "name\nĐường\n".encode("utf-16"), "UTF-8"),
        ("list.csv", b"name\n\0\n", "NUL"),
        ("list.csv", b"name\n" + b"a" * 200_000, "field"),
        ("list.xml", b"<root><item>", "XML"),
        ("list.xml", b"<!DOCTYPE root [<!ENTITY a 'b'>]><root/>", "document type"),
        ("list.geojson", b"[]", "FeatureCollection"),
        ("list.geojson", b"[" * 100_000, "list cannot be read"),
        ("list.geojson", b'{"type": "FeatureCollection", "features": [7]}', r"features\[1\]"),
        ("list.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Feature",'
         b' "geometry": {"type": "Point", "coordinates": [1]}}]}', r"features\[1\]"),
    ],
)  # fmt: skip
def test_a_broken_list_is_told_by_its_file(name: str, content: bytes, said: str) -> None:
    text = f"| survey |\n| | type | name | label |\n| | select_one_from_file {name} | a | A |\n"
    with pytest.raises(FormInvalid, match=said) as refused:
        small(text, {name: content})
    assert refused.value.problems[0].sheet == name
