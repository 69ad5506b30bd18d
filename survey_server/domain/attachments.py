"""Files that belong to interviews: photos, sounds, films, documents, a tablet's own log.

What a file is, its first bytes say, never its name: names come from anybody, and a browser would
believe them. Only kinds that a tablet makes are taken, none of which a browser runs. A photo
holds the place where it was taken (EXIF), so that a file is an identity like a name.
"""

import re
import unicodedata
from collections.abc import Sequence

LONGEST_NAME = 200
SHA256 = re.compile(r"[0-9a-fA-F]{64}")

_JPEG, _PNG, _PDF = "image/jpeg", "image/png", "application/pdf"
_CSV = "text/csv"
# The first ending is the one that a file gets whose name has none of them.
ENDINGS = {
    _JPEG: ("jpg", "jpeg"),
    _PNG: ("png",),
    "image/webp": ("webp",),
    "video/mp4": ("mp4", "m4v"),
    "video/3gpp": ("3gp", "3gpp", "3g2"),
    "audio/mp4": ("m4a",),
    "audio/amr": ("amr",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/wav": ("wav",),
    "audio/mpeg": ("mp3",),
    _PDF: ("pdf",),
    _CSV: ("csv",),
}
_BEGINNINGS = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"%PDF-", _PDF),
    (b"#!AMR", "audio/amr"),
    (b"OggS\x00", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_IN_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
# ISO/IEC 14496-12: the major brand, or what it begins with, after "ftyp".
_BRANDS = {
    b"3g": "video/3gpp",
    b"M4A": "audio/mp4",
    b"M4B": "audio/mp4",
    b"M4V": "video/mp4",
    b"iso": "video/mp4",
    b"mp4": "video/mp4",
    b"avc1": "video/mp4",
    b"dash": "video/mp4",
    b"MSNV": "video/mp4",
}
# Beside a separator of folders: signs that end a line, hide, or turn the order of others round.
_UNFIT = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_ENDING_RUN = frozenset(
    "html htm xhtml shtml xht mht mhtml svg svgz xml xsl xslt js mjs css hta swf php jsp asp aspx"
    " exe bat cmd com msi ps1 sh vbs scr lnk jar apk".split()
)


def media_type_of(content: bytes) -> str | None:
    """By the first bytes; None for what is none of the kinds in ENDINGS. A picture that is a page
    as well is a picture."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF":
        return _IN_RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return next((kind for begun, kind in _BRANDS.items() if brand.startswith(begun)), None)
    if _is_frame_of_mp3(content[:4]):
        return "audio/mpeg"
    return _CSV if _is_table(content) else None


def _is_frame_of_mp3(header: bytes) -> bool:
    """MPEG 1, 2 or 2.5, layer III, with a bit rate and a sampling rate (ISO/IEC 11172-3)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return False
    version, bit_rate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    return version != 1 and bit_rate not in (0, 15) and rate != 3


def _is_table(content: bytes) -> bool:
    """Lines of text with commas, as Collect's audit.csv; never anything that begins like a page."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    first = text.lstrip()[:1]
    return (
        first not in ("", "<")
        and "," in text.lstrip().partition("\n")[0]
        and not any(ord(sign) < 32 and sign not in "\t\r\n" for sign in set(text))
    )


def name_is_fit(name: str) -> bool:
    """Whether a tablet may call a file so: no folders, no signs that cannot be seen, no ending
    that another program would run."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name.strip(" .") != ""
        and not any(sign in "/\\:" or unicodedata.category(sign) in _UNFIT for sign in name)
        and name.rpartition(".")[2].strip().lower() not in _ENDING_RUN
    )


def legible(name: str) -> str:
    """What an interview calls its file, fit to be shown: nothing is refused for its name alone."""
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_unfit(sign) else sign for sign in name)
    return shown[:LONGEST_NAME] or "\N{REPLACEMENT CHARACTER}"


def _is_unfit(sign: str) -> bool:
    return unicodedata.category(sign) in _UNFIT


def name_to_save(name: str, media_type: str) -> str:
    """With an ending that says what the file is, so that it is not run from where it is saved."""
    endings: Sequence[str] = ENDINGS.get(media_type, ("bin",))
    if name.rpartition(".")[2].lower() in endings and "." in name.strip("."):
        return name
    return f"{name[: LONGEST_NAME - 10]}.{endings[0]}"
