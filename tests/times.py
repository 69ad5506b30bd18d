"""How often tests try what is drawn at random: SURVEY_TEST_TIMES=10 tries ten times as many.

The few of every run find what is broken; a long run looks for what hardly ever happens.
"""

import os

_TIMES = int(os.environ.get("SURVEY_TEST_TIMES", "1"))


def times(few: int) -> int:
    return few * _TIMES
