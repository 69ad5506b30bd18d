"""Names: what is one name, what is two, and in which order they stand."""

from unicodedata import normalize

import pytest
from hypothesis import given, strategies as st

from survey_server.domain.names import name_fold, name_key, sort_key_vi

vietnamese = st.text(
    st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọúùủũụýỳỷỹỵ '-’ĂĐÐɖñŭ"
    )
    | st.characters(exclude_categories=["Cs"])
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("THUÝ", "thúy"),
        ("Uỷ", "Ủy"),
        ("Khoẻ", "Khỏe"),
        ("Ngoài", "Ngòai"),
        ("Toàn", "Tòan"),
        ("Thuở", "Thủơ"),
        ("Tuấn", "Túân"),
        ("Huỳnh", "Hùynh"),
        ("ĐỖ Mười", "\u00d0ỗ mười"),
        ("Đỗ", "\u0189ỗ"),
        ("Nguyễn Thị  Ánh", " nguyễn\u00a0thị ánh "),
        ("Nguyễn", normalize("NFD", "Nguyễn")),
        ("H'Hen Niê", "H\u2019Hen Niê"),
        ("H'Hen Niê", "H\u02bc Hen Niê"),
        ("Rơ-ông", "Rơ Ông"),
        ("Rơ\u2013ông", "Rơ ông"),
        ("Thào A\u200b", "Thào A"),
    ],
)
def test_these_are_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoa", "Hoà"),
        ("Hoà", "Hoá"),
        ("Mỹ", "Mĩ"),
        ("Lý", "Lí"),
        ("Quý", "Quí"),
        ("Gía", "Giá"),
        ("Mía", "Mia"),
        ("Đào", "Dào"),
        ("Dương", "Đường"),
        ("Vũ", "Võ"),
        ("Kpă", "Kpa"),
    ],
)
def test_these_are_two_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    "name", ["quý", "quỳ", "qúy", "giá", "gìa", "gì", "giàng", "ñuôl", "êñuôl"]
)
def test_the_tone_never_moves_here(name: str) -> None:
    assert name_key(name) == name


@pytest.mark.parametrize(
    ("name", "fold"),
    [
        ("Đỗ Thị Thuý", "do thi thuy"),
        ("Nguyễn Thị Ánh", "nguyen thi anh"),
        ("Y Moan Ênuôl", "y moan enuol"),
        ("H'Đơk", "h'dok"),
        ("Pờ Lỳ Xừ", "po ly xu"),
    ],
)
def test_the_weaker_level_has_no_diacritics(name: str, fold: str) -> None:
    assert name_fold(name) == fold


@given(vietnamese)
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
    assert name_fold(name_fold(text)) == name_fold(text)
    assert name_fold(name_key(text)) == name_fold(text)


@given(vietnamese)
def test_how_a_text_is_composed_makes_no_difference(text: str) -> None:
    assert name_key(normalize("NFD", text)) == name_key(normalize("NFC", text))


@given(vietnamese)
def test_a_sort_key_can_be_stored(text: str) -> None:
    key = sort_key_vi(text)
    assert "\x00" not in key
    assert key.encode()


@pytest.mark.parametrize(
    "ordered",
    [
        "a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y",
        "ma mà mả mã má mạ mă",
        "An Ân Bảo Cường Dung Đạt Em Êm Giang",
        "Hoa Hoà Hoạ Hoài Hoàng",
    ],
)
def test_words_stand_in_the_order_of_a_dictionary(ordered: str) -> None:
    words = ordered.split()
    assert sorted(set(words), key=lambda word: sort_key_vi(word).encode()) == words


def test_a_name_stands_before_the_longer_ones_that_begin_with_it() -> None:
    names = ["Lê An", "Lê Văn", "Lê Văn An", "Lê Vân", "Lều An"]
    assert sorted(set(names), key=lambda name: sort_key_vi(name).encode()) == names
