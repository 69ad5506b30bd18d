"""What a form calls its questions and choices, in the viewer's language where it speaks that."""

import re

from survey_server.web.languages import language

_FILLED_IN = re.compile(r"\$\{[^}]*\}")


def in_words(labels: dict[str, str]) -> str:
    """What is filled in on a tablet is left open."""
    found = labels.get(language()) or next(iter(labels.values()), "")
    return _FILLED_IN.sub("…", found)
