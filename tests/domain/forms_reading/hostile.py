"""Workbooks that no form designer would send: bombs, damaged archives, files with a wrong name."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import openpyxl

from tests.domain.forms_reading.written import SETTINGS, saved, spreadsheet

HONEST = {"survey": [("type", "name", "label"), ("text", "a", "A")], "settings": SETTINGS}
SHEET = "xl/worksheets/sheet1.xml"
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
GIGABYTE = 1024 * 1024 * 1024


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Not packed: what repeats itself would be refused for packing too well."""
    parts = parts_of(spreadsheet(HONEST))
    return packed({**parts, name: change(parts.get(name, b""))}, zipfile.ZIP_STORED)


def bomb(size: int = GIGABYTE, part: str = SHEET) -> bytes:
    """A part of blanks that inflates to `size`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts_of(spreadsheet(HONEST)).items():
            if name != part:
                archive.writestr(name, data)
        with archive.open(part, "w", force_zip64=True) as stream:
            stream.write(b"<worksheet>")
            for _ in range(size // (1 << 20)):
                stream.write(b" " * (1 << 20))
    return file.getvalue()


def lying_bomb(size: int = 256 * 1024 * 1024, claimed: int = 1000) -> bytes:
    """The directory claims a kilobyte."""
    content = bytearray(bomb(size))
    for signature, name_at, name_length, size_at in (
        (b"PK\x01\x02", 46, 28, 24),
        (b"PK\x03\x04", 30, 26, 22),
    ):
        at = content.find(signature)
        while at >= 0:
            (length,) = struct.unpack_from("<H", content, at + name_length)
            if content[at + name_at : at + name_at + length] == SHEET.encode():
                struct.pack_into("<I", content, at + size_at, claimed)
            at = content.find(signature, at + 4)
    return bytes(content)


def encrypted() -> bytes:
    """The bit of every entry that says it needs a password."""
    content = bytearray(spreadsheet(HONEST))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def many_entries(count: int = 100_000) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(f"x{number}"), b"")
    return file.getvalue()


def macros() -> bytes:
    return packed({**parts_of(spreadsheet(HONEST)), "xl/vbaProject.bin": b"\0"})


def macro_content_type() -> bytes:
    plain = b"spreadsheetml.sheet.main+xml"
    return with_part(
        "[Content_Types].xml",
        lambda data: data.replace(
            b"openxmlformats-officedocument." + plain, b"ms-excel.sheet.macroEnabled.main+xml"
        ),
    )


def with_entities(part: str) -> bytes:
    """A billion laughs, and a file of the server, before the root of a part."""
    entities = b'<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">'
    return with_part(part, lambda data: b"<!DOCTYPE x [" + entities + b"]>" + data)


def rows(count: int, cells: bytes = b'<c t="inlineStr"><is><t>text</t></is></c>') -> bytes:
    line = b"<row>" + cells * 3 + b"</row>"
    texts = (b"type", b"name", b"label")
    named = b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % text for text in texts)
    head = b"<row>" + named + b"</row>"
    body = (
        b"<worksheet " + SPACE + b"><sheetData>" + head + line * count + b"</sheetData></worksheet>"
    )
    return with_part(SHEET, lambda _: body)


def with_strings(strings: bytes, sheet: bytes = b"") -> bytes:
    """As Excel writes it: texts in a part of their own, cells with their numbers."""
    parts = parts_of(spreadsheet(HONEST))
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>',
    )
    parts["xl/sharedStrings.xml"] = b"<sst " + SPACE + b">" + strings + b"</sst>"
    if sheet:
        body = b"><sheetData>" + sheet + b"</sheetData></worksheet>"
        parts[SHEET] = b"<worksheet " + SPACE + body
    return packed(parts, zipfile.ZIP_STORED)


def many_strings(count: int) -> bytes:
    return with_strings(b"<si><t/></si>" * count)


def many_styles(count: int) -> bytes:
    style = b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    return with_part(
        "xl/styles.xml",
        lambda data: data.replace(b"</cellXfs>", style * count + b"</cellXfs>"),
    )


def far_cell() -> bytes:
    """One cell in the last corner of a sheet, whose dimension says so."""
    book = openpyxl.load_workbook(io.BytesIO(spreadsheet(HONEST)))
    book["survey"]["XFD1048576"] = "x"
    return saved(book)
