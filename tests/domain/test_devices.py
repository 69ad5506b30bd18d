"""The code that is typed, and what the QR pictures hold."""

import base64
import json
import math
import secrets
import time
import zlib

import pytest
from hypothesis import given, strategies

from survey_server.domain.devices import (
    ALPHABET,
    LETTERS,
    CollectProject,
    Server,
    as_shown,
    as_typed,
    collect_settings,
    digest_of,
    fingerprint_of,
    invitation,
    new_code,
)

LOOK_ALIKE = ["0O", "1IL", "2Z", "5S", "8B", "UV"]
CODES = strategies.text(ALPHABET, min_size=LETTERS, max_size=LETTERS)


def test_a_code_is_long_enough_and_has_no_look_alikes() -> None:
    assert LETTERS * math.log2(len(ALPHABET)) > 45
    assert len(set(ALPHABET)) == len(ALPHABET)
    for letters in LOOK_ALIKE:
        assert len(set(letters) & set(ALPHABET)) <= 1


def test_codes_are_drawn_anew() -> None:
    drawn = {new_code(secrets.choice) for _ in range(200)}
    assert len(drawn) == 200
    assert set("".join(drawn)) == set(ALPHABET)


@given(CODES, strategies.data())
def test_a_code_is_read_however_it_is_typed(code: str, data: strategies.DataObject) -> None:
    blanks = strategies.text(" -\t\u00a0", max_size=2)
    typed = "".join(data.draw(blanks) + letter for letter in code)
    assert as_typed(typed) == as_typed(typed.lower()) == as_typed(as_shown(code)) == code


@pytest.mark.parametrize(
    "text", ["", "ABC", "34679ACDE0", "34679ACDEFG", "3467 ACDE", "ẠẠẠẠẠẠẠẠẠẠ"]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert as_typed(text) is None


@given(strategies.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    code = as_typed(text)
    assert code is None or set(code) <= set(ALPHABET)


def test_guessing_at_home_is_slow() -> None:
    """A plain SHA-256 takes less than a microsecond."""
    started = time.perf_counter()
    assert digest_of("34679ACDEF") != digest_of("34679ACDEG")
    assert (time.perf_counter() - started) / 2 > 0.003


def test_an_invitation_says_where_how_and_whom_to_trust() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    told = json.loads(invitation(Server("https://census.example", key), "34679-ACDEF"))
    assert told == {
        "survey_server": 1,
        "server": "https://census.example",
        "code": "34679-ACDEF",
        "receipt_key_sha256": fingerprint_of(key),
    }


def test_the_settings_of_collect_are_what_it_reads() -> None:
    project = CollectProject("https://census.example/openrosa", "collect-1", "secret", "Điều tra")
    told = json.loads(zlib.decompress(base64.b64decode(collect_settings(project))))
    assert told["general"] == {
        "server_url": "https://census.example/openrosa",
        "username": "collect-1",
        "password": "secret",
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "app_language": "vi",
    }
    assert told["admin"] == {}
    assert told["project"]["name"] == "Điều tra"
    assert set(told["project"]) == {"name", "icon", "color"}
