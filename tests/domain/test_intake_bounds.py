import contextlib
import json

import pytest
from hypothesis import given, settings, strategies as st

from survey_server import problems
from survey_server.domain.intake.bounds import Bounds, check_encoding, parsed

SMALL = Bounds(submission_bytes=2000, depth=4, keys=5, string_bytes=20)


def nested(levels: int, kind: str) -> bytes:
    start, end = {"lists": ("[", "]"), "objects": ('{"a":', "}")}[kind]
    middle = "" if kind == "lists" else "1"
    return (start * levels + middle + end * levels).encode()


@pytest.mark.parametrize("kind", ["lists", "objects"])
def test_depth_is_counted_in_containers(kind: str) -> None:
    parsed(nested(4, kind), SMALL)
    for levels in (5, 6, 300):
        with pytest.raises(problems.TooDeep) as refused:
            parsed(nested(levels, kind), Bounds(depth=4))
        assert refused.value.data == {"limit": 4}


def test_depth_beyond_the_stack_is_too_deep_as_well() -> None:
    with pytest.raises(problems.TooDeep):
        parsed(nested(200_000, "lists"), Bounds())


@pytest.mark.parametrize("allowed", [b'{"a":1,"b":2,"c":3,"d":4,"e":5}', b'[{"a":1},{"a":1}]'])
def test_keys_are_counted_over_all_objects(allowed: bytes) -> None:
    assert parsed(allowed, SMALL) == json.loads(allowed)
    with pytest.raises(problems.TooManyKeys):
        parsed(b'[{"a":1,"b":1,"c":1},{"a":1,"b":1,"c":1}]', SMALL)


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b'[{"x":{"b":1,"b":1}}]']
)
def test_a_key_twice_is_refused_however_it_is_spelled(text: bytes) -> None:
    with pytest.raises(problems.JsonInvalid):
        parsed(text, SMALL)


@pytest.mark.parametrize("text", ["x" * 20, "ế" * 6 + "xx", "😀" * 5])
def test_strings_are_measured_in_bytes(text: str) -> None:
    for escaped in (True, False):
        padding = " " * 30
        inside = json.dumps(text, ensure_ascii=escaped) + padding
        assert parsed(inside.encode(), SMALL) == text
        outside = json.dumps(text + "đ", ensure_ascii=escaped) + padding
        with pytest.raises(problems.StringTooLong):
            parsed(outside.encode(), SMALL)
        with pytest.raises(problems.StringTooLong):
            parsed(f"[{{{outside}: 1}}]".encode(), SMALL)


@pytest.mark.parametrize(
    ("digits", "fits"),
    [
        (str(2**53), True),
        (str(-(2**53)), True),
        (str(2**53 + 1), False),
        (str(-(2**53) - 1), False),
        ("9" * 18, False),
        ("-" + "9" * 5000, False),
        ("0", True),
        ("-0", True),
        ("1e308", True),
        ("1e309", False),
        ("-1e999", False),
        ("1e-999", True),
        ("0." + "1" * 500, True),
    ],
)
def test_numbers_are_those_a_double_can_hold(digits: str, fits: bool) -> None:
    if fits:
        assert parsed(digits.encode(), SMALL) == float(digits)
    else:
        with pytest.raises(problems.NumberOutOfRange):
            parsed(digits.encode(), Bounds())


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "nan", "01", "+1", ".5", "1."])
def test_words_that_are_no_json_numbers_are_refused(word: str) -> None:
    with pytest.raises(problems.JsonInvalid):
        parsed(word.encode(), SMALL)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b'"\\u0000"', problems.NulNotAllowed),
        (b'["a", {"b": "\\u0000"}]', problems.NulNotAllowed),
        (b'{"\\u0000": 1}', problems.NulNotAllowed),
        (b'"\\ud83d"', problems.Utf8Invalid),
        (b'"\\ude00\\ud83d"', problems.Utf8Invalid),
        (b'{"\\udfff": 1}', problems.Utf8Invalid),
    ],
)
def test_what_postgresql_cannot_hold_is_refused(
    text: bytes, problem: type[problems.Problem]
) -> None:
    with pytest.raises(problem):
        parsed(text, SMALL)


@pytest.mark.parametrize("text", [b'"\\ud83d\\ude00"', b'"\\\\u0000"', '"\u202e\ufeff"'.encode()])
def test_what_only_looks_like_it_is_kept(text: bytes) -> None:
    assert parsed(text, SMALL) == json.loads(text)


def test_one_submission_has_a_size_of_its_own() -> None:
    assert parsed(b"[" + b" " * 1998 + b"]", SMALL) == []
    with pytest.raises(problems.UnpackedTooLarge) as refused:
        parsed(b"[" + b" " * 1999 + b"]", SMALL)
    assert refused.value.data == {"limit": 2000}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}",
     b"\0\0\0{", b"\xff\xfe\0\0{\0\0\0"],
)  # fmt: skip
def test_other_encodings_and_their_marks_are_no_json(body: bytes) -> None:
    with pytest.raises(problems.JsonInvalid):
        check_encoding(body)


@pytest.mark.parametrize("body", [b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xf5\x80"'])
def test_broken_utf8_is_told_as_such(body: bytes) -> None:
    with pytest.raises(problems.Utf8Invalid):
        check_encoding(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(JSON, st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_as_it_is_or_refused_with_a_problem(value: object, escaped: bool) -> None:
    text = json.dumps(value, ensure_ascii=escaped).encode(errors="surrogatepass")
    with contextlib.suppress(problems.Problem):
        check_encoding(text)
        read = parsed(text, SMALL)
        assert read == json.loads(text)
        json.dumps(read, ensure_ascii=False, allow_nan=False).encode()


@given(st.binary(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_with_a_problem(text: bytes) -> None:
    with contextlib.suppress(problems.Problem):
        check_encoding(text)
        assert parsed(text, SMALL) == json.loads(text)
