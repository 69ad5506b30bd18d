"""Regular expressions: what Java's dialect means, and that nothing takes long."""

import pytest

from survey_server.domain.logic.patterns import BadPattern, matches

TABLE = [
    (r"[0-9]+", "12345", True),
    (r"[0-9]+", "12345a", False),
    (r"^\d{3}$", "123", True),
    (r"\d", "٣", False),
    (r"\w+", "é", False),
    (r"\p{L}[\p{L}\s'-]*", "Đặng Thị O'Neil", True),
    (r"\P{L}+", "12", True),
    (r"[\p{L}&&[^a]]+", "bc", True),
    (r"[a-z&&[^aeiou]]+", "xyz", True),
    (r"[a-z&&[^aeiou]]+", "xya", False),
    (r"[^0-9]+", "abc", True),
    (r"[]a]+", "]a", True),
    (r"[\d\-]+", "12-34", True),
    (r"(a|b)*c?", "abbac", True),
    (r"(?i)yes|no", "YES", True),
    (r"(?i)é", "É", False),
    (r"(?:ab){2}", "abab", True),
    (r"a{2,3}", "aaaa", False),
    (r"x{0}", "", True),
    (r"a.b", "a\nb", False),
    (r"(?s)a.b", "a\nb", True),
    (r"\bfoo\b.*", "foo bar", True),
    (r"\bfoo\b.*", "foobar", False),
    (r"(?=.*\d)(?=.*[a-z]).{4,}", "pass1", True),
    (r"(?=.*\d)(?=.*[a-z]).{4,}", "passw", False),
    (r"(?!00)\d\d", "00", False),
    (r"\Qa.b\E+", "a.bb", True),
    (r"\x41\u0042", "AB", True),
    (r"a+?b*+", "aab", True),
    (r"", "", True),
]


@pytest.mark.parametrize(("pattern", "text", "fits"), TABLE)
def test_the_whole_text_fits_or_not(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    "pattern",
    ["[a", "(a", "a)", "*a", "a{2", "a{3,2}", "[z-a]", r"\y", r"(a)\1", r"\p{Klingon}", "(?<=a)b"],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        matches(pattern, "a")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+", "a" * 5000 + "!"),
        ("(a|aa)+", "a" * 5000 + "!"),
        ("(.*)*x", "y" * 5000),
        ("(x+x+)+y", "x" * 5000),
        ("(a?){500}a{500}", "a" * 400),
    ],
)
def test_patterns_that_keep_other_engines_busy_for_years_just_do_not_fit(
    pattern: str, text: str
) -> None:
    assert matches(pattern, text) is False


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("((a{1,100}){1,100}){1,100}", "a"),
        ("(" * 100 + ")" * 100, "a"),
        ("(a{1,50}){1,90}b", "a" * 9000),
        ("a", "a" * 10_001),
    ],
)
def test_what_would_take_long_is_refused(pattern: str, text: str) -> None:
    with pytest.raises(BadPattern):
        matches(pattern, text)
