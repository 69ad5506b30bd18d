"""Files of interviews: named by submissions, kept once in a survey, seen in the viewer's areas."""

from survey_server.store.attachments.keeping import (
    Kept,
    add,
    after,
    forget,
    forget_names,
    kept,
    known_among,
    let_go_of_unnamed,
    replace,
)
from survey_server.store.attachments.naming import (
    Named,
    note_names,
    survey_of,
    surveys_moved_to,
)
from survey_server.store.attachments.reading import (
    FilesOfInterview,
    NamedFile,
    file_of,
    files_of,
    missing_by_device,
    missing_by_interview,
)
from survey_server.store.attachments.tables import Attachment, SubmissionAttachment

__all__ = [
    "Attachment",
    "FilesOfInterview",
    "Kept",
    "Named",
    "NamedFile",
    "SubmissionAttachment",
    "add",
    "after",
    "file_of",
    "files_of",
    "forget",
    "forget_names",
    "kept",
    "known_among",
    "let_go_of_unnamed",
    "missing_by_device",
    "missing_by_interview",
    "note_names",
    "replace",
    "survey_of",
    "surveys_moved_to",
]
