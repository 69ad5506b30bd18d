"""Files of interviews: expected, kept sealed, found by their hash, shown to the entitled, swept."""

from survey_server.services.attachments.keeping import (
    content_of,
    expect,
    expect_all,
    find,
    keep,
    keep_content,
    keep_named,
    require_sum,
)
from survey_server.services.attachments.parts import Upload
from survey_server.services.attachments.place import Place, place, place_of, use

__all__ = [
    "Place",
    "Upload",
    "content_of",
    "expect",
    "expect_all",
    "find",
    "keep",
    "keep_content",
    "keep_named",
    "place",
    "place_of",
    "require_sum",
    "use",
]
