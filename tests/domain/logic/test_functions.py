"""The table of functions as a whole."""

from pathlib import Path

import pytest

from survey_server.domain.logic import FUNCTIONS, VOLATILE

# All that the ODK XForms specification lists.
SPECIFIED = """
string concat join substr substring-before substring-after translate string-length normalize-space
contains starts-with ends-with uuid digest pulldata if coalesce once true false boolean
boolean-from-string not regex checklist weighted-checklist number random int sum max min round pow
log log10 abs sin cos tan asin acos atan atan2 sqrt exp exp10 pi count count-non-empty position
instance current randomize today now format-date format-date-time date decimal-date-time
decimal-time selected selected-at count-selected jr:choice-name jr:itext indexed-repeat area
distance geofence base64-decode extract-signed date-time is-selected version property depend
enclosed-area
""".split()


def test_every_function_of_the_specification_is_there() -> None:
    assert sorted(FUNCTIONS) == sorted(SPECIFIED)
    assert set(FUNCTIONS) >= VOLATILE


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_in_a_truth_table(name: str) -> None:
    here = Path(__file__).parent
    tables = "".join(path.read_text("utf-8") for path in here.glob("test_*.py"))
    assert f"{name}(" in tables
