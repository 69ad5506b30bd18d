"""Cells that a spreadsheet must not run."""

from decimal import Decimal

import pytest

from survey_server.domain.csv_cells import csv_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+84912",
        "-x",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "\nx",
        '"=1',
        "'=1",
        " =1",
        "＝1",
        "“=1",
        "－1",
    ],
)
def test_a_text_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-5, "-5"),
        (Decimal("-2.50"), "-2.50"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("2024-04-01", "2024-04-01"),
        ("01", "01"),
        ("a=b", "a=b"),
        ("H'Hen", "H'Hen"),
        ("", ""),
    ],
)
def test_everything_else_stays_as_it_is(value: str | int | Decimal | None, cell: str) -> None:
    assert csv_cell(value) == cell
