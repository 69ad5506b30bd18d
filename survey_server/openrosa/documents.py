"""The documents of the protocol, spelled as ODK Collect and Enketo read them.

https://docs.getodk.org/openrosa-form-list/ · https://docs.getodk.org/openrosa-form-submission/
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from uuid import UUID

from survey_server.segments import segment
from survey_server.store.forms import Offer

XML = "text/xml; charset=utf-8"
CSV = "text/csv; charset=utf-8"
# By the end of the name. Enketo reads a list as what it is said to be, and browsers show no drawing
# that is not called one.
_KINDS = {
    ".csv": CSV,
    ".xml": XML,
    ".geojson": "application/geo+json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".3gp": "video/3gpp",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# What Collect shows of a version that is only to be tried out.
TRIAL = " (bản nháp)"


@dataclass(frozen=True, slots=True)
class File:
    """`integrity`: of a list of entities, where to ask whether some are still on it."""

    name: str
    md5: str
    url: str
    integrity: str | None = None


def version_path(form_id: str, version: str) -> str:
    return f"/forms/{segment(form_id)}/versions/{segment(version)}"


def kind_of(file: str) -> str:
    """The content type of a form's file."""
    return _KINDS.get(PurePosixPath(file).suffix.lower(), "application/octet-stream")


def form_list(offers: Iterable[Offer], base: str) -> bytes:
    forms = "".join(_xform(one, base) for one in offers)
    return _document(f'<xforms xmlns="http://openrosa.org/xforms/xformsList">\n{forms}</xforms>\n')


def _xform(one: Offer, base: str) -> str:
    title = (one.title.get("vi") or next(iter(one.title.values()), one.form_id)) + (
        TRIAL if one.draft else ""
    )
    place = base + version_path(one.form_id, one.version)
    manifest = _element("manifestUrl", f"{place}/manifest") if one.files else ""
    return (
        f"<xform>{_element('formID', one.form_id)}{_element('name', title)}"
        f"{_element('version', one.version)}{_element('hash', f'md5:{one.md5}')}"
        f"{_element('downloadUrl', f'{place}/form.xml')}{manifest}</xform>\n"
    )


def manifest(files: Iterable[File]) -> bytes:
    listed = "".join(_media_file(one) for one in files)
    return _document(
        f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">\n{listed}</manifest>\n'
    )


def _media_file(one: File) -> str:
    kind = "" if one.integrity is None else ' type="entityList"'
    integrity = "" if one.integrity is None else _element("integrityUrl", one.integrity)
    return (
        f"<mediaFile{kind}>{_element('filename', one.name)}{_element('hash', f'md5:{one.md5}')}"
        f"{_element('downloadUrl', one.url)}{integrity}</mediaFile>\n"
    )


def integrity(deleted: Iterable[tuple[UUID, bool]]) -> bytes:
    """Of each entity whether it has left the list. Nothing stands between the elements: Collect has
    read it by places."""
    told = "".join(
        f'<entity id="{one}">{_element("deleted", str(gone).lower())}</entity>'
        for one, gone in deleted
    )
    return _document(f"<data><entities>{told}</entities></data>\n")


def message(sentence: str) -> bytes:
    return _document(
        '<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
        f"{_element('message', sentence)}</OpenRosaResponse>\n"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _document(text: str) -> bytes:
    return (_HEAD + text).encode()
