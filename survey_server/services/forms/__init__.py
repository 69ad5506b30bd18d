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
from survey_server.services.forms.trials import Trial, count_trials, trials

__all__ = [
    "PutUp",
    "Trial",
    "close",
    "count_trials",
    "discard_draft",
    "discard_drafts",
    "draft",
    "publish",
    "reopen",
    "trials",
]
