"""Names of persons, compared as Vietnamese readers compare them.

One name is written in many ways: composed or decomposed, in capitals, with the tone on either vowel
(hoà, hòa), with a Đ borrowed from Icelandic, with any of a dozen apostrophes. `name_key` brings all
of these to one spelling and keeps what makes a different name: Hoa, Hòa and Hóa stay three names,
Mỹ and Mĩ two. `name_fold` is the second, weaker level for names typed without diacritics.

A name is never split into surname and given name: many of the country's peoples have no surname,
or put the clan last. What is stored and shown is always the name as it was written.
"""

import re
from functools import lru_cache
from unicodedata import category, normalize

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
# In the order of dictionaries; no tone comes before all of them.
_TONES = (_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT)
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_QUALITIES = frozenset({_CIRCUMFLEX, _BREVE, _HORN})
_VOWELS = frozenset("aeiouy")

_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u02bb\u02b9\u02c8\u2032\u00b4\u0060\uff07"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_SAME = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_HYPHENS, " "),
        # Eth and the African D, taken for Đ by keyboards and old conversions.
        **dict.fromkeys("\u00d0\u00f0\u0189\u0256\u0110", "\u0111"),
    }
)
# Control and formatting characters, which nobody sees and keyboards leave behind.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_AROUND_APOSTROPHE = re.compile(r"\s*'\s*")

# A letter and its combining marks.
_Letter = tuple[str, str]

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# One ASCII character per letter, above the space and the digits, in the alphabet's order.
_PLACES = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}


def name_key(text: str) -> str:
    folded = normalize("NFC", normalize("NFD", text).casefold()).translate(_SAME)
    spelled = _AROUND_APOSTROPHE.sub("'", _INVISIBLE.sub("", folded))
    return " ".join(map(_syllable_key, spelled.split()))


def name_fold(text: str) -> str:
    return " ".join(map(_syllable_fold, name_key(text).split()))


def sort_key_vi(text: str) -> str:
    """Sorts in byte order as a Vietnamese dictionary does: letters first, then tones.

    The letters, a tab, then the tone of every letter; a tab is below everything that a letter
    becomes, so that a name stands before the longer ones that begin with it.
    """
    letters: list[str] = []
    tones: list[str] = []
    for letter, marks in _letters(name_key(text)):
        place = _place(letter, marks)
        if place:
            letters.append(place)
            tones.append(_tone_place(marks))
    return "".join(letters) + "\t" + "".join(tones).rstrip("0")


@lru_cache(maxsize=1 << 16)
def _syllable_key(syllable: str) -> str:
    return normalize("NFC", _tone_in_place(normalize("NFD", syllable)))


@lru_cache(maxsize=1 << 16)
def _syllable_fold(key: str) -> str:
    bare = "".join(char for char in normalize("NFD", key) if category(char) != "Mn")
    return bare.replace("\u0111", "d")


def _tone_in_place(syllable: str) -> str:
    """The tone moves to the vowel that carries it in the new style (hoà, thuý).

    qu- and gi- are left alone: whether their second letter is a vowel is a question of the word.
    So is everything that is no single Vietnamese syllable.
    """
    letters = _letters(syllable)
    vowels = [place for place, (letter, _) in enumerate(letters) if letter in _VOWELS]
    toned = [place for place in vowels if any(tone in letters[place][1] for tone in _TONES)]
    if len(vowels) < 2 or len(toned) != 1 or syllable.startswith(("qu", "gi")):
        return syllable
    if vowels[-1] - vowels[0] + 1 != len(vowels):
        return syllable
    tones = [mark for mark in letters[toned[0]][1] if mark in _TONES]
    if len(tones) != 1:
        return syllable
    target = _carrier(letters, vowels)
    return "".join(
        letter + marks.replace(tones[0], "") + (tones[0] if place == target else "")
        for place, (letter, marks) in enumerate(letters)
    )


def _carrier(letters: list[_Letter], vowels: list[int]) -> int:
    qualified = [place for place in vowels if _QUALITIES & set(letters[place][1])]
    if qualified:
        return qualified[-1]
    if len(vowels) > 2:
        return vowels[1]
    closed = vowels[-1] + 1 < len(letters)
    pair = "".join(letters[place][0] for place in vowels)
    return vowels[1] if closed or pair in ("oa", "oe", "uy") else vowels[0]


def _letters(text: str) -> list[_Letter]:
    letters: list[_Letter] = []
    for char in normalize("NFD", text):
        if letters and category(char) == "Mn":
            letter, marks = letters[-1]
            letters[-1] = (letter, marks + char)
        else:
            letters.append((char, ""))
    return letters


def _place(letter: str, marks: str) -> str:
    """Blank for punctuation, which dictionaries pass over."""
    for quality in _QUALITIES & set(marks):
        place = _PLACES.get(normalize("NFC", letter + quality))
        if place:
            return place
    if letter in _PLACES or letter == " ":
        return _PLACES.get(letter, letter)
    return letter if letter.isalnum() else ""


def _tone_place(marks: str) -> str:
    for place, tone in enumerate(_TONES, 1):
        if tone in marks:
            return str(place)
    return "0"
