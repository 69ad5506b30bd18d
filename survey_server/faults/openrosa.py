"""What ODK Collect says, spelled by hand: an interview as XML, and the upload that it goes in.

Beside what the enumerator wrote, it says only what such a client knows: nothing of interviews and
revisions, and of an edit no more than what it replaces.
"""

import base64
import http.client
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from survey_server.domain.safe_xml import parse_bounded
from survey_server.faults.account import Claims
from survey_server.faults.albums import Photo
from survey_server.tablet.records import Record

BOUNDARY = "faults-7d1f0c6b"
ADDRESS = "/openrosa/submission?deviceID=collect%3Afaults"


def spelled(record: Record) -> bytes:
    root = etree.Element("data", id=record.form_id, version=record.form_version)
    _fill(root, msgspec.json.decode(record.answers))
    meta = etree.SubElement(root, "meta")
    etree.SubElement(meta, "instanceID").text = f"uuid:{record.instance_id}"
    if record.replaces:
        etree.SubElement(meta, "deprecatedID").text = f"uuid:{record.replaces}"
    return b"<?xml version='1.0' ?>" + etree.tostring(root, encoding="utf-8")


def _fill(element: etree._Element, tree: Mapping[str, Any]) -> None:
    for name, told in tree.items():
        for one in told if isinstance(told, list) else [told]:
            child = etree.SubElement(element, name)
            if isinstance(one, Mapping):
                _fill(child, one)
            else:
                child.text = str(one)


def told_by(xml: bytes) -> tuple[str, Claims]:
    """The id of an interview, and what it says: of an edit, that it is part of what it replaces."""
    root = parse_bounded(xml)
    instance_id = _id(root, "instanceID") or ""
    replaces = _id(root, "deprecatedID")
    return instance_id, Claims(
        sha256=sha256(xml).hexdigest(),
        interview_id=replaces or instance_id,
        revision=1,
        replaces=replaces,
        unit=root.findtext("identification/unit_code", ""),
        version=root.get("version", ""),
    )


def _id(root: etree._Element, name: str) -> str | None:
    found = root.findtext(f"meta/{name}")
    return found.removeprefix("uuid:") if found else None


def upload(xml: bytes, photos: tuple[Photo, ...], more: bool) -> bytes:
    """`more`: other photos come in another upload."""
    return b"".join(_parts(xml, photos, more)) + f"--{BOUNDARY}--\r\n".encode()


def _parts(xml: bytes, photos: tuple[Photo, ...], more: bool) -> Iterator[bytes]:
    yield _part('name="xml_submission_file"; filename="interview.xml"', xml, "text/xml")
    for photo in photos:
        named = f'name="{photo.name}"; filename="{photo.name}"'
        yield _part(named, photo.content, "image/jpeg")
    if more:
        yield _part('name="*isIncomplete*"', b"yes", "text/plain")


def _part(named: str, content: bytes, kind: str) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {named}\r\nContent-Type: {kind}"
    return f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content + b"\r\n"


class Line:
    """A connection that is kept until something goes wrong with it."""

    def __init__(self, url: str, who: str, secret: str, patience: float) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=patience)
        shown = base64.b64encode(f"{who}:{secret}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {shown}",
            "Connection": "Keep-Alive",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "X-OpenRosa-Version": "1.0",
        }

    def post(self, body: bytes) -> int | None:
        """The status; None where there was no whole answer."""
        try:
            self._connection.request("POST", ADDRESS, body, self._headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        return answer.status

    def close(self) -> None:
        self._connection.close()
