"""Names follow the customs of the group, and are written with the letters of Viet Nam."""

import re
import unicodedata
from collections import Counter
from random import Random

from survey_server.simulator.names import adult_name, family_name, patterns, personal_name


def named(ethnicity: str, female: bool, number: int = 300) -> list[str]:
    rng = Random(21)
    return [
        personal_name(rng, ethnicity, female, family_name(rng, ethnicity)) for _ in range(number)
    ]


def test_every_one_of_the_54_groups_has_a_pattern_and_names_for_both_sexes() -> None:
    assert sorted(patterns()) == [f"{code:02d}" for code in range(1, 55)]
    for code in patterns():
        for female in (True, False):
            assert len(set(named(code, female))) > 5, code


def test_a_name_has_only_letters_spaces_apostrophes_and_is_nfc() -> None:
    for code in patterns():
        for name in named(code, True, 50) + named(code, False, 50):
            assert re.fullmatch(r"[^\W\d_]+(?:[ '-]{1,2}[^\W\d_]+)*", name), (code, name)
            assert unicodedata.is_normalized("NFC", name)
            assert "\u00d0" not in name


def test_about_two_in_five_kinh_are_called_nguyen() -> None:
    surnames = Counter(name.split()[0] for name in named("01", False, 3000))
    assert surnames.most_common(2)[0][0] == "Nguyễn"
    assert 0.33 < surnames["Nguyễn"] / 3000 < 0.46


def test_groups_without_surnames_have_a_marker_of_the_sex() -> None:
    assert all(name.startswith("A ") for name in named("16", False))
    assert all(name.startswith("Y ") for name in named("16", True))


def test_an_ede_name_ends_with_the_clan() -> None:
    clans = patterns()["11"].surnames
    assert all(name.endswith(clans) and name.startswith("H'") for name in named("11", True))


def test_a_hmong_man_takes_another_middle_name_after_his_first_child() -> None:
    name = adult_name(Random(1), "Giàng A Páo")
    assert re.fullmatch(r"Giàng (?!A )\w+ Páo", name)
