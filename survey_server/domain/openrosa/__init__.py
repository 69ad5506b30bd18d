"""Submissions as ODK Collect and Enketo send them: a form upload, and the XML in it."""

from survey_server.domain.openrosa.instances import Instance, item_of, named_at, read_instance
from survey_server.domain.openrosa.uploads import Allowed, SentFile, SentForm, read_upload

__all__ = [
    "Allowed",
    "Instance",
    "SentFile",
    "SentForm",
    "item_of",
    "named_at",
    "read_instance",
    "read_upload",
]
