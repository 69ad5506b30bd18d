"""A believable household, whole: its people, where they live, and who of them died lately."""

from random import Random

from survey_server.simulator.draws import Weighted, between, happens, pick
from survey_server.simulator.families import Profile, family
from survey_server.simulator.names import family_of, personal_name
from survey_server.simulator.people import (
    REFERENCE_YEAR,
    UNKNOWN_MONTH,
    UNKNOWN_YEAR,
    Deceased,
    Household,
    Person,
)

STREETS = (
    "Trần Phú",
    "Lê Lợi",
    "Nguyễn Trãi",
    "Hùng Vương",
    "Quang Trung",
    "Hai Bà Trưng",
    "Lý Thường Kiệt",
    "Phan Chu Trinh",
    "Nguyễn Huệ",
    "Điện Biên Phủ",
)
PLACES = ("Thôn", "Xóm", "Ấp", "Bản", "Đội")
PHONE_STARTS = ("032", "035", "070", "083", "086", "090", "091", "097", "098", "096")
DEATH_AGES = Weighted({(0, 0): 3, (1, 14): 2, (15, 49): 14, (50, 69): 26, (70, 95): 55})


def household(rng: Random, profile: Profile) -> Household:
    persons = family(rng, profile)
    comfort = min(1.0, max(0.0, rng.gauss(0.62 if profile.urban else 0.42, 0.2)))
    return Household(
        persons=persons,
        deaths=(_deceased(rng, persons[0], profile.month),) if happens(rng, 0.018) else (),
        urban=profile.urban,
        address=_address(rng, profile.urban),
        phone=_phone(rng) if happens(rng, 0.85) else "",
        comfort=comfort,
        seed=rng.getrandbits(48),
        month=profile.month,
    )


def _address(rng: Random, urban: bool) -> str:
    if not urban:
        return f"{pick(rng, PLACES)} {between(rng, 1, 15)}"
    number, street = between(rng, 1, 320), pick(rng, STREETS)
    if happens(rng, 0.4):
        return f"Số {between(rng, 1, 60)}, ngõ {number}, đường {street}"
    return f"Số {number}, đường {street}"


def _phone(rng: Random) -> str:
    return f"{pick(rng, PHONE_STARTS)}{between(rng, 0, 9_999_999):07d}"


def _deceased(rng: Random, head: Person, month: int) -> Deceased:
    """Somebody of the household who died in the 12 months before the reference time."""
    low, high = DEATH_AGES.draw(rng)
    age, female = between(rng, low, high), happens(rng, 0.42)
    months_after = between(rng, 0, 11)
    death_month = (month - 1 + months_after) % 12 + 1
    death_year = REFERENCE_YEAR - (1 if death_month >= month else 0)
    birth_month = between(rng, 1, 12)
    birth_year = death_year - age - (1 if death_month < birth_month else 0)
    if age >= 60 and happens(rng, 0.05):
        birth_month, birth_year = UNKNOWN_MONTH, UNKNOWN_YEAR
    family_part = family_of(head.ethnicity, head.name)
    return Deceased(
        name=personal_name(rng, head.ethnicity, female, family_part),
        female=female,
        birth_month=birth_month,
        birth_year=birth_year,
        death_month=death_month,
        death_year=death_year,
        age=age,
    )
