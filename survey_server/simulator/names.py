"""Names as people in Viet Nam bear them.

A name is not always "family name, given name". Kinh families put the surname first and often
Văn or Thị in the middle; Xơ Đăng have no surname but A for men and Y for women; Ê Đê put the clan
last and hand it down from the mother; nearly every Bru family is called Hồ. Matching has to live
with all of that, so the simulator makes it. The shares of Kinh surnames and the naming patterns
are in `data/`; a pattern is named by its `style`:

    kinh            Nguyễn Văn Hùng       surname, middle name, given name
    surname_middle  Giàng A Páo           surname, marker of the sex, given name
    surname_given   Thạch Sa Rinh         surname, given name
    surname_marker  Rơ Mah H'Hen          surname, marker of the sex joined to the given name
    marker_clan     Y Djoang Niê          marker of the sex, given name, clan
    marker          A Chin                marker of the sex, given name
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

from survey_server.simulator.draws import Weighted, happens, pick

KINH = "01"
HMONG = "08"
# People whom an ethnic code without a naming pattern stands for: foreigners, not determined.
UNPATTERNED = "01"


@dataclass(frozen=True, slots=True)
class NamingPattern:
    style: str
    line: str  # father, mother or none: from whom a child has the family name
    surnames: tuple[str, ...]
    male_markers: tuple[str, ...]
    female_markers: tuple[str, ...]
    given_male: tuple[str, ...]
    given_female: tuple[str, ...]


def rows_of(name: str) -> list[dict[str, str]]:
    text = (files("survey_server.simulator") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


@cache
def patterns() -> dict[str, NamingPattern]:
    return {
        row["code"]: NamingPattern(
            row["style"],
            row["line"],
            _listed(row["surnames"]),
            _listed(row["male_markers"]),
            _listed(row["female_markers"]),
            _listed(row["given_male"]),
            _listed(row["given_female"]),
        )
        for row in rows_of("ethnic_names.csv")
    }


@cache
def kinh_surnames() -> Weighted[str]:
    return Weighted([(row["surname"], float(row["weight"])) for row in rows_of("surnames.csv")])


@cache
def kinh_names(kind: str) -> Weighted[str]:
    rows = rows_of("given_names.csv")
    return Weighted([(row["name"], float(row["weight"])) for row in rows if row["kind"] == kind])


def pattern_of(ethnicity: str) -> NamingPattern:
    return patterns().get(ethnicity) or patterns()[UNPATTERNED]


def family_name(rng: Random, ethnicity: str) -> str:
    """The surname or clan; empty where the group has none."""
    pattern = pattern_of(ethnicity)
    if pattern.surnames:
        return pick(rng, pattern.surnames)
    return kinh_surnames().draw(rng) if pattern.style == "kinh" else ""


def family_of(ethnicity: str, name: str) -> str:
    """The surname or clan in a name; empty where the group has none or the name leaves it out."""
    pattern = pattern_of(ethnicity)
    for family in sorted(pattern.surnames, key=len, reverse=True):
        if name.startswith(f"{family} ") or name.endswith(f" {family}"):
            return family
    return name.split(" ", 1)[0] if pattern.style == "kinh" and " " in name else ""


def inherited(ethnicity: str, father: str, mother: str) -> str:
    """The family name of a child of these two families."""
    return mother if pattern_of(ethnicity).line == "mother" else father


def personal_name(rng: Random, ethnicity: str, female: bool, family: str) -> str:
    pattern = pattern_of(ethnicity)
    if pattern.style == "kinh":
        return _kinh_name(rng, female, family)
    given = pick(rng, pattern.given_female if female else pattern.given_male)
    markers = pattern.female_markers if female else pattern.male_markers
    marker = pick(rng, markers) if markers else ""
    if pattern.style in ("surname_middle", "surname_given"):
        return " ".join(part for part in (family, marker, given) if part)
    if pattern.style == "surname_marker":
        return f"{family} {marker}{given}"
    joined = f"{marker}{given}" if marker.endswith("'") else f"{marker} {given}"
    return f"{joined} {family}".strip()


def _kinh_name(rng: Random, female: bool, family: str) -> str:
    sex = "female" if female else "male"
    given = kinh_names(f"given_{sex}").draw(rng)
    if happens(rng, 0.04):
        return f"{family} {given}"
    middle = kinh_names(f"middle_{sex}").draw(rng)
    if middle == given:
        return f"{family} {given}"
    return f"{family} {middle} {given}"


def adult_name(rng: Random, name: str) -> str:
    """The second name that a Mông man takes after his first child: Giàng A Páo, Giàng Chứ Páo."""
    family, _, given = name.split(" ", 2)
    return f"{family} {pick(rng, ('Chứ', 'Nhìa', 'Bla', 'Vả', 'Sống', 'Khua'))} {given}"
