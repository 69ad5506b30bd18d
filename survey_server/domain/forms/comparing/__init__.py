"""What a new version of a form changes for the data.

Publishing a version is easy, and years of data stand behind it. So what breaks comes first: answers
that stand where the new version has no question, or that are no value of its type or not in its
list, and meanings (roles, tables, special values) that are no longer what they were. Then what the
new version can tell in addition, then the rules that answers are judged by, and the wording last.
"""

from survey_server.domain.forms.comparing.difference import WEIGHTS, Difference, summary_of
from survey_server.domain.forms.comparing.versions import differences

__all__ = ["WEIGHTS", "Difference", "differences", "summary_of"]
