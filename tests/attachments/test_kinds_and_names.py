"""What a file is, its first bytes say; what it may be called."""

import pytest

from survey_server.domain.attachments import (
    ENDINGS,
    legible,
    media_type_of,
    name_is_fit,
    name_to_save,
)

KINDS = {
    b"\xff\xd8\xff\xe1\x00\x10Exif\x00": "image/jpeg",
    b"\x89PNG\r\n\x1a\n\x00\x00": "image/png",
    b"RIFF\x24\x00\x00\x00WEBPVP8 ": "image/webp",
    b"\x00\x00\x00\x18ftypmp42\x00\x00": "video/mp4",
    b"\x00\x00\x00\x18ftypisom\x00\x00": "video/mp4",
    b"\x00\x00\x00\x18ftyp3gp4\x00\x00": "video/3gpp",
    b"\x00\x00\x00\x18ftypM4A \x00\x00": "audio/mp4",
    b"#!AMR\n\x3c": "audio/amr",
    b"#!AMR-WB\n": "audio/amr",
    b"OggS\x00\x02": "audio/ogg",
    b"RIFF\x24\x00\x00\x00WAVEfmt ": "audio/wav",
    b"ID3\x03\x00": "audio/mpeg",
    b"\xff\xfb\x90\x64": "audio/mpeg",
    b"%PDF-1.7\n": "application/pdf",
    b"event,node,start,end\nform start,,1,\n": "text/csv",
    "\ufefftên,tuổi\r\nĐào,30\r\n".encode(): "text/csv",
    # A picture that is a page as well is a picture, and nothing but a download.
    b"\xff\xd8\xff\xfe<html><script>alert(1)</script>": "image/jpeg",
}
NONE = [
    b"",
    b"<html><body>,</body></html>",
    b"  \n<!DOCTYPE html>,",
    b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'>,</svg>",
    b"<?xml version='1.0'?>,",
    b"GIF89a\x01\x00",
    b"PK\x03\x04\x14\x00",
    b"\x7fELF\x02\x01",
    b"MZ\x90\x00",
    b"RIFF\x24\x00\x00\x00AVI LIST",
    b"\x00\x00\x00\x18ftypheic",
    b"\x00\x00\x00\x18ftyp",
    b"\xff\xff\xff\xff",
    b"\xff\xe0\x00\x00",
    b"event,node\x00,start\n",
    b"a,b\xff\n",
    b"no commas here",
]


@pytest.mark.parametrize("content", KINDS)
def test_a_kind_is_told_by_the_first_bytes(content: bytes) -> None:
    assert media_type_of(content) == KINDS[content]
    assert KINDS[content] in ENDINGS


@pytest.mark.parametrize("content", NONE)
def test_what_is_none_of_the_kinds_has_none(content: bytes) -> None:
    assert media_type_of(content) is None


@pytest.mark.parametrize(
    "name",
    ["1712345678901.jpg", "audit.csv", "Ảnh nhà ông Nguyễn.JPG", "a.b.c.png", "a" * 196 + ".png"],
)
def test_names_that_tablets_give_are_fit(name: str) -> None:
    assert name_is_fit(name)
    assert legible(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "", "../../x", "/etc/passwd", "C:\\x", "a/b.jpg", "x\x00.jpg", "a" * 201, "a\r\nb.jpg",
        "x.html", "x.SVG", "x.xhtml", "x.js", "x.html ", "photo.xml", "x.exe", "..", " . ",
        "gpj.\u202egnp.exe\u202c.jpg", "a\u200bb.jpg", "a\u2028b.jpg", "\ud800.jpg",
    ],
)  # fmt: skip
def test_other_names_are_not(name: str) -> None:
    assert not name_is_fit(name)


def test_a_name_that_is_shown_hides_nothing() -> None:
    assert legible("gpj.\u202egnp.jpg\x00\r\n") == "gpj.�gnp.jpg���"
    assert len(legible("a" * 500)) == 200
    assert legible("") == "�"


@pytest.mark.parametrize(
    ("name", "kind", "saved"),
    [
        ("a.jpg", "image/jpeg", "a.jpg"),
        ("a.JPEG", "image/jpeg", "a.JPEG"),
        ("a.html", "image/jpeg", "a.html.jpg"),
        ("a.png", "image/jpeg", "a.png.jpg"),
        (".jpg", "image/jpeg", ".jpg.jpg"),
        ("a", "text/csv", "a.csv"),
        ("a" * 200, "audio/amr", "a" * 190 + ".amr"),
    ],
)
def test_a_saved_file_ends_as_what_it_is(name: str, kind: str, saved: str) -> None:
    assert name_to_save(name, kind) == saved
