"""What Enketo would stumble over in a form that ODK Collect takes."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

FORMS = Path(__file__).parents[2] / "forms"


def searched_in_repeats(sheet: Path) -> Iterator[dict[str, str]]:
    repeats = 0
    with sheet.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            kind = row["type"].replace(" ", "_")
            repeats += (kind == "begin_repeat") - (kind == "end_repeat")
            if repeats and "autocomplete" in row["appearance"]:
                yield row


@pytest.mark.parametrize(
    "form_id",
    ["census_2024_long", "census_2024_short", "ethnic_2024_commune", "ethnic_2024_household"],
)
def test_a_list_that_is_searched_in_a_repeat_has_a_filter(form_id: str) -> None:
    """enketo-core takes one without a filter out of the repeat, to share it, and looks for the
    question that it is of. A repeat with a count begins without any, and the form does not open."""
    found = list(searched_in_repeats(FORMS / form_id / "survey.csv"))
    assert found
    assert [row["name"] for row in found if not row["choice_filter"]] == []
