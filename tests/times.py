"""How often tests try what is drawn at random: SURVEY_TEST_TIMES=10 tries ten times as many.

The few of every run find what is broken, and draw the same in each; a long run looks for what
hardly ever happens, and draws anew. SURVEY_TEST_SEED=7 draws what was drawn with the seed 7.
"""

import os
import secrets
from random import Random

_TIMES = os.environ.get("SURVEY_TEST_TIMES")
_SEED = os.environ.get("SURVEY_TEST_SEED") or (str(secrets.randbelow(1_000_000)) if _TIMES else "1")


def times(few: int) -> int:
    return few * int(_TIMES or "1")


def drawn_anew() -> bool:
    return _TIMES is not None


def drawing(what: str) -> Random:
    """pytest shows the seed where a test fails."""
    print(f"SURVEY_TEST_SEED={_SEED}")
    return Random(f"{_SEED}/{what}")
