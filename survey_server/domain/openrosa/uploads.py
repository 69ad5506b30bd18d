"""A form upload (RFC 7578) with one submission and the files that belong to it.

The XML stands in the part `xml_submission_file`, each file in a part named like the file. What is
too much is noticed while it is read, and no more than allowed is ever in memory. A client splits
what is too much for one upload; every upload repeats the XML, and all but the last say so.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from survey_server import problems

XML_PART = "xml_submission_file"
INCOMPLETE_PART = "*isIncomplete*"
PIECE = 64 * 1024
LONGEST_HEADER = 2048
MOST_HEADERS = 8
LONGEST_BOUNDARY = 200
# Beside the files: the XML, what says that more comes, and what Enketo's own pages add.
FIELDS = 4


@dataclass(frozen=True, slots=True)
class Allowed:
    """Bytes of the whole upload and of the XML, and how many files.

    Collect, which is said to stop at a hundred files, looks after the hundred and first. Enketo
    counts bytes alone: small photos may be many.
    """

    body: int = 10 * 1024 * 1024
    xml: int = 1024 * 1024
    files: int = 300


@dataclass(frozen=True, slots=True)
class SentFile:
    """`name` is that of its part, `filename` what the part says beside it, if anything."""

    name: str
    content: bytes
    filename: str | None = None

    def called(self, expected: Container[str]) -> str:
        """The protocol makes both the same. Of a client that numbers its parts, the interview
        knows the file by the other."""
        if self.filename and self.name not in expected and self.filename in expected:
            return self.filename
        return self.name


@dataclass(frozen=True, slots=True)
class SentForm:
    """`incomplete`: more files of this submission come in other uploads."""

    xml: bytes
    files: tuple[SentFile, ...]
    incomplete: bool


def read_upload(read: Callable[[int], bytes], content_type: str, allowed: Allowed) -> SentForm:
    """`read` gives at most so many bytes, and none at the end.

    Raises FormDataRequired, FormDataInvalid, XmlPartMissing, SubmissionTooLarge or TooManyFiles.
    """
    parser = _parser(content_type, allowed)
    xml: bytes | None = None
    incomplete = False
    files: list[SentFile] = []
    try:
        for part, content in _parts(parser, read, allowed):
            if part.name == XML_PART:
                # Of two, one would be thanked for and forgotten.
                if xml not in (None, content):
                    raise problems.FormDataInvalid()
                xml = content
            elif part.name == INCOMPLETE_PART:
                incomplete = content.strip() == b"yes"
            elif _is_file(part):
                if len(files) == allowed.files:
                    raise problems.TooManyFiles(limit=allowed.files)
                name = part.name or part.filename or ""
                files.append(SentFile(name, content, part.filename))
    except ParserLimitReached:
        raise _limit_reached(parser, allowed) from None
    except (MultipartError, UnicodeError):
        raise problems.FormDataInvalid() from None
    if xml is None:
        raise problems.XmlPartMissing()
    return SentForm(xml, tuple(files), incomplete)


def _parser(content_type: str, allowed: Allowed) -> PushMultipartParser:
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data":
        raise problems.FormDataRequired()
    boundary = options.get("boundary", "")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY or "\n" in boundary or not boundary.isascii():
        raise problems.FormDataInvalid()
    return PushMultipartParser(
        boundary,
        max_header_size=LONGEST_HEADER,
        max_header_count=MOST_HEADERS,
        max_segment_count=allowed.files + FIELDS,
        max_segment_size=allowed.body,
    )


def _limit_reached(parser: PushMultipartParser, allowed: Allowed) -> problems.Problem:
    if "header" in str(parser.error):
        return problems.FormDataInvalid()
    return problems.TooManyFiles(limit=allowed.files)


def _is_file(part: MultipartSegment) -> bool:
    """A field is no file: Enketo's pages send one against forged requests along (`__csrf`)."""
    return part.filename is not None or part.content_type not in (None, "", "text/plain")


def _parts(
    parser: PushMultipartParser, read: Callable[[int], bytes], allowed: Allowed
) -> Iterator[tuple[MultipartSegment, bytes]]:
    """Each part with its whole content."""
    part: MultipartSegment | None = None
    pieces: list[bytes] = []
    with parser:
        for event in _events(parser, read, allowed.body):
            if isinstance(event, MultipartSegment):
                part, pieces = event, []
            elif event is not None:
                pieces.append(bytes(event))
                if part and part.name == XML_PART and part.bytes_received > allowed.xml:
                    raise problems.SubmissionTooLarge(limit=allowed.xml)
            elif part is not None:
                yield part, pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _events(
    parser: PushMultipartParser, read: Callable[[int], bytes], most: int
) -> Iterator[MultipartSegment | bytes | bytearray | None]:
    """To the end of the body, also where the form has ended before it."""
    left = most
    while piece := read(PIECE):
        left -= len(piece)
        if left < 0:
            raise problems.SubmissionTooLarge(limit=most)
        if not parser.closed:
            yield from parser.parse(piece)
