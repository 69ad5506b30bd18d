"""An .xlsx file is a zip archive of XML parts; here it is unpacked within bounds.

Nothing that a hostile archive claims is believed: what comes out is counted while it is inflated,
and a part that declares a document type is refused, so nothing can be fetched or expanded. The
parts that hold cells go into a new, plain archive, and only that one is given to openpyxl.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from survey_server.domain.forms.invalid import FormInvalid
from survey_server.domain.forms.problem_texts import refusal

MAX_WORKBOOK_BYTES = 16 * 1024 * 1024
MAX_PARTS = 2_000
MAX_PART_BYTES = 48 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
# Sheets of blank, formatted rows pack 50 to 1, bombs 200 to 1,000 to 1.
MAX_RATIO = 150
_SMALL = 1024 * 1024
# openpyxl makes objects of tags: styles cost 13 microseconds each, a cell with its text 4 to 25.
MAX_TAGS = 2_000_000
MAX_TAGS_IN = {"xl/worksheets/": MAX_TAGS, "xl/sharedStrings": 800_000, "": 100_000}

_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_CHUNK = 64 * 1024
_ENTRY = b"PK\x01\x02"
_IGNORED = re.compile(
    r"docProps/|customXml/|xl/(?:theme|drawings|charts|media|comments|threadedComments|persons"
    r"|pivotTables|pivotCache|externalLinks|printerSettings|tables|ctrlProps|embeddings"
    r"|worksheets/_rels|calcChain)"
)
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_PLAIN_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")


def plain_archive(content: bytes, file: str) -> bytes:
    """The parts that hold cells, unpacked and checked. Raises FormInvalid."""
    _check_kind(content, file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_directory(packed, file)
            return _repacked(packed, file)
    except FormInvalid:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise refusal("workbook_damaged", sheet=file) from None


def _check_kind(content: bytes, file: str) -> None:
    if content.startswith(_OLD_EXCEL):
        raise refusal("old_excel", sheet=file)
    if not content.startswith(b"PK"):
        raise refusal("not_a_workbook", sheet=file)
    if len(content) > MAX_WORKBOOK_BYTES:
        raise refusal("file_too_large", sheet=file, limit=MAX_WORKBOOK_BYTES)
    if content.count(_ENTRY) > MAX_PARTS:
        raise refusal("workbook_too_large", sheet=file)


def _check_directory(packed: zipfile.ZipFile, file: str) -> None:
    """What the directory says by itself; a directory that lies is found while inflating."""
    parts = packed.infolist()
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise refusal("macros", sheet=file)
    if "[Content_Types].xml" not in names:
        raise refusal("not_a_workbook", sheet=file)
    if any(part.flag_bits & 1 for part in parts):
        raise refusal("workbook_encrypted", sheet=file)
    # Excel deflates; of other methods zipfile inflates a chunk without a bound.
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise refusal("workbook_damaged", sheet=file)
    claimed = sum(part.file_size for part in parts if not _IGNORED.match(part.filename))
    if len(parts) > MAX_PARTS or claimed > MAX_UNPACKED_BYTES:
        raise refusal("workbook_too_large", sheet=file)


def _repacked(packed: zipfile.ZipFile, file: str) -> bytes:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for name, data in _parts(packed, file):
            archive.writestr(zipfile.ZipInfo(name), data)
    return plain.getvalue()


def _parts(packed: zipfile.ZipFile, file: str) -> Iterator[tuple[str, bytes]]:
    unpacked = tags = 0
    seen: set[str] = set()
    for part in packed.infolist():
        if not _is_needed(part.filename) or part.filename in seen:
            continue
        seen.add(part.filename)
        data = _inflated(packed, part, file)
        unpacked += len(data)
        tags += data.count(b"<")
        if unpacked > MAX_UNPACKED_BYTES or tags > MAX_TAGS:
            raise refusal("workbook_too_large", sheet=file)
        _check_part(part.filename, data, file)
        yield part.filename, data


def _is_needed(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not _IGNORED.match(name)


def _inflated(packed: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> bytes:
    data = bytearray()
    for chunk in _chunks(packed, part):
        data += chunk
        bomb = len(data) > _SMALL and len(data) > MAX_RATIO * max(part.compress_size, 1)
        if bomb or len(data) > MAX_PART_BYTES:
            raise refusal("workbook_too_large", sheet=file)
    return bytes(data)


def _chunks(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with packed.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _check_part(name: str, data: bytes, file: str) -> None:
    # Only in plain encodings can the document type be looked for in bytes.
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise refusal("workbook_damaged", sheet=file)
    encoding = _ENCODING.search(data[:200])
    if encoding and encoding[1].lower() not in _PLAIN_ENCODINGS:
        raise refusal("workbook_damaged", sheet=file)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise refusal("document_type", sheet=file)
    if name == "[Content_Types].xml" and b"macroEnabled" in data:
        raise refusal("macros", sheet=file)
    most = next(most for start, most in MAX_TAGS_IN.items() if name.startswith(start))
    if data.count(b"<") > most:
        raise refusal("workbook_too_large", sheet=file)
