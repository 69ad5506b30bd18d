"""How figures are written, for people who compare them."""

import pytest
from apiflask import APIFlask

from survey_server.web.languages import percent


@pytest.mark.parametrize(
    ("share", "vietnamese", "english"),
    [
        (None, "–", "–"),
        (0.0, "0,0\xa0%", "0.0%"),
        (17 / 30, "56,7\xa0%", "56.7%"),
        (0.0005, "0,1\xa0%", "0.1%"),
        (0.99999, "99,9\xa0%", "99.9%"),
        (1.0, "100,0\xa0%", "100.0%"),
        (1.0333, "103,3\xa0%", "103.3%"),
    ],
)
def test_shares_are_rounded_and_all_is_said_only_of_all(
    app: APIFlask, share: float | None, vietnamese: str, english: str
) -> None:
    with app.test_request_context("/?lang=vi"):
        assert percent(share) == vietnamese
    with app.test_request_context("/?lang=en"):
        assert percent(share) == english
