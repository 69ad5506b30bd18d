"""A setting that cannot be understood stops the start with a sentence that names it."""

from pathlib import Path

import pytest

from survey_server.settings import BadSetting, from_env

LEAST = {
    "SURVEY_DATABASE_URL": "postgresql://web@localhost/survey",
    "SURVEY_REDIS_URL": "redis://localhost",
}


def test_two_addresses_are_enough() -> None:
    made = from_env(LEAST)
    assert made.database_url == "postgresql+psycopg://web@localhost/survey"
    assert made.worker_database_url == made.owner_database_url == made.database_url
    assert made.receipt_key_file == Path("var/keys/receipt.pem")


def test_a_blank_setting_is_one_that_is_not_set() -> None:
    blank = {"SURVEY_DATA": "", "SURVEY_RECEIPT_KEY_FILE": "", "SURVEY_LOG_LEVEL": ""}
    assert from_env(LEAST | blank) == from_env(LEAST)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SURVEY_DATABASE_URL", ""),
        ("SURVEY_DATABASE_URL", "sqlite:///survey.db"),
        ("SURVEY_WORKER_DATABASE_URL", "mysql://localhost"),
        ("SURVEY_REDIS_URL", "http://localhost"),
        ("SURVEY_PACKED_BYTES", "2 MB"),
        ("SURVEY_PACKED_BYTES", "-1"),
        ("SURVEY_POOL_SIZE", "0"),
        ("SURVEY_LEASE_SECONDS", "\u0663\u0660"),
        ("SURVEY_LOG_LEVEL", "loud"),
        ("SURVEY_KEY_COMMAND", "no-such-command-anywhere"),
        ("SURVEY_KEY_COMMAND", "sh 'unended"),
        ("SURVEY_SECOND_FACTOR", "off"),
        ("SURVEY_SECOND_FACTOR", "demonstration"),
        ("SURVEY_DEMONSTRATION", "yes"),
        ("SURVEY_TRUSTED_PROXIES", "all"),
    ],
)
def test_what_cannot_be_understood_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        from_env(LEAST | {name: value})


def test_only_a_demonstration_does_without_second_factors() -> None:
    assert from_env(LEAST).second_factor == "required"
    said = {"SURVEY_SECOND_FACTOR": "demonstration", "SURVEY_DEMONSTRATION": "1"}
    assert from_env(LEAST | said).second_factor == "demonstration"
