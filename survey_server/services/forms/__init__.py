"""The life of a form: drafts, published versions, closing; and the trials of its drafts."""

from survey_server.services.forms.publishing import (
    PutUp,
    close,
    discard_draft,
    discard_drafts,
    draft,
    publish,
    reopen,
)
from survey_server.services.forms.trials import Trial, trials

__all__ = [
    "PutUp",
    "Trial",
    "close",
    "discard_draft",
    "discard_drafts",
    "draft",
    "publish",
    "reopen",
    "trials",
]
