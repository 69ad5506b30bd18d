"""A household form such as any office might have, and interviews in it as ODK Collect writes them.

24 questions about each person; with four persons, an interview is 5 kB of XML. The form knows
nothing of this server: no roles, no codes of units.
"""

import uuid
from random import Random

from survey_server.domain.forms import CompiledForm, compile_file
from survey_server.simulator.names import KINH, family_name, personal_name

FORM = "bench_household"
VERSION = "2024040101"
PERSONS = 4

_LISTS = {
    "yes_no": "yes no",
    "relationship": "head spouse child parent other_relative not_related",
    "sex": "female male",
    "residence": "usual_resident_present usual_resident_absent visitor",
    "marital": "never_married married widowed divorced",
    "language": " ".join(f"language_{number:02}" for number in range(1, 31)),
    "education": "none primary lower_secondary upper_secondary tertiary",
    "employment": "employee own_account employer unpaid_family not_working",
    "difficulty": "no_difficulty some_difficulty a_lot_of_difficulty cannot_do_at_all",
    "wall": "concrete burnt_brick wood mud",
    "water": "piped_into_dwelling public_tap borehole river",
    "toilet": "flush pit_latrine none",
    "assets": "radio television mobile_phone bicycle motorcycle car",
}
# Type and name; a constraint or a condition where there is one.
_HOUSEHOLD = """
    start start
    end end
    deviceid deviceid
    begin_group identification
    text province_code
    text district_code
    text enumeration_area | regex(., '^[0-9]{9}$')
    integer structure_number
    integer household_number | . > 0
    text address
    geopoint location
    end_group identification
    begin_group dwelling
    select_one wall wall_material
    integer rooms | . >= 0 and . <= 50
    select_one water water_source
    select_one toilet toilet
    select_one yes_no electricity
    select_multiple assets assets
    image dwelling_photo
    end_group dwelling
    begin_repeat person
"""
_PERSON = """
    integer line_number
    text full_name
    select_one relationship relationship
    select_one sex sex
    date date_of_birth
    integer age | . >= 0 and . <= 120
    select_one residence residence_status
    select_one marital marital_status ? 12
    text place_of_birth
    integer years_lived_here
    text previous_residence
    text citizenship
    select_one language mother_tongue
    select_one yes_no can_read_write ? 5
    select_one yes_no attends_school ? 3
    select_one education education_level ? 5
    select_one employment employment_status ? 15
    text occupation ? 15
    text industry ? 15
    select_one difficulty difficulty_seeing
    select_one difficulty difficulty_hearing
    select_one difficulty difficulty_walking
    select_one yes_no has_birth_certificate
    select_one yes_no owns_mobile_phone ? 10
"""
_REST = """
    end_repeat person
    calculate household_size
    text remarks
"""
_WORK = "trồng lúa|giáo viên tiểu học|bán hàng ở chợ|thợ xây|lái xe|thợ may|đánh bắt cá".split("|")
_PLACES = "xã Tân Lập|thị trấn Mộc Châu|phường Quang Trung|xã Nà Hỳ|xã Ea Kao".split("|")


def form() -> CompiledForm:
    return compile_file("household.md", sheets().encode())


def sheets() -> str:
    """The form as an XLSForm in Markdown."""
    lines = (_HOUSEHOLD + _PERSON + _REST).strip().splitlines()
    rows = ["| survey |", "| | type | name | label | constraint | relevant | calculation |"]
    rows += [_row(line.strip()) for line in lines]
    rows += ["| choices |", "| | list_name | name | label |"]
    rows += [
        f"| | {name} | {value} | {value} |"
        for name, values in _LISTS.items()
        for value in values.split()
    ]
    rows += ["| settings |", "| | form_title | form_id | version |"]
    rows += [f"| | Household | {FORM} | {VERSION} |"]
    return "\n".join(rows)


def _row(line: str) -> str:
    line, _, constraint = line.partition(" | ")
    line, _, youngest = line.partition(" ? ")
    kind, _, name = line.rpartition(" ")
    label = "" if kind.startswith("end") or kind in ("start", "calculate") else name
    relevant = f"${{age}} >= {youngest}" if youngest else ""
    calculation = "count(${person})" if kind == "calculate" else ""
    shown = name if not kind.startswith("end_") else ""
    return f"| | {kind} | {shown} | {label} | {constraint} | {relevant} | {calculation} |"


def interview(rng: Random, version: str, variant: str = "") -> bytes:
    """One household's, under an id of its own."""
    made = uuid.UUID(bytes=rng.randbytes(16), version=4)
    ea, remark = rng.randrange(10**8, 10**9), variant or "không"
    persons = "".join(_person(rng, line) for line in range(1, PERSONS + 1))
    return (
        f'<?xml version="1.0"?><data xmlns:orx="http://openrosa.org/xforms" id="{FORM}"'
        f' version="{version}"><start>2024-04-03T08:00:00.000+07:00</start>'
        "<end>2024-04-03T08:24:10.000+07:00</end><deviceid>collect:bench</deviceid>"
        f"<identification><province_code>{ea // 10**7}</province_code>"
        f"<district_code>{ea // 10**5}</district_code><enumeration_area>{ea}</enumeration_area>"
        f"<structure_number>{rng.randrange(1, 400)}</structure_number>"
        f"<household_number>{rng.randrange(1, 300)}</household_number>"
        f"<address>Số {rng.randrange(1, 900)}, {rng.choice(_PLACES)}</address>"
        f"<location>{rng.uniform(8, 23):.7f} {rng.uniform(102, 109):.7f} 12.0 4.50</location>"
        f"</identification><dwelling><wall_material>{_one(rng, 'wall')}</wall_material>"
        f"<rooms>{rng.randrange(1, 9)}</rooms><water_source>{_one(rng, 'water')}</water_source>"
        f"<toilet>{_one(rng, 'toilet')}</toilet><electricity>{_one(rng, 'yes_no')}</electricity>"
        f"<assets>radio mobile_phone {_one(rng, 'assets')}</assets><dwelling_photo/></dwelling>"
        f"{persons}<household_size>{PERSONS}</household_size><remarks>{remark}</remarks>"
        f"<orx:meta><orx:instanceID>uuid:{made}</orx:instanceID></orx:meta></data>"
    ).encode()


def _one(rng: Random, choices: str) -> str:
    return rng.choice(_LISTS[choices].split())


def _person(rng: Random, line: int) -> str:
    age = rng.randrange(18, 80) if line < 3 else rng.randrange(0, 60)
    told = {"line_number": str(line), "age": str(age), "citizenship": "Việt Nam"}
    told["years_lived_here"] = str(rng.randrange(0, age + 1))
    told["full_name"] = personal_name(rng, KINH, line % 2 == 0, family_name(rng, KINH))
    told["date_of_birth"] = f"{2024 - age}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    answers = []
    for row in _PERSON.strip().splitlines():
        question, _, youngest = row.strip().partition(" ? ")
        kind, _, name = question.partition(" | ")[0].rpartition(" ")
        if youngest and age < int(youngest):
            value = ""
        elif kind.startswith("select_one "):
            value = _one(rng, kind.removeprefix("select_one "))
        else:
            value = told.get(name) or rng.choice(_WORK if "pation" in name else _PLACES)
        answers.append(f"<{name}>{value}</{name}>")
    return f"<person>{''.join(answers)}</person>"
