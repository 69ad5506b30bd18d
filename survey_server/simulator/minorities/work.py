"""What people of 15 and more work, and why those who do not work do not look for it.

Most work their own land; the schooled teach, nurse and keep offices; the young work in factories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from survey_server.simulator.draws import Weighted, happens, pick
from survey_server.simulator.people import Person
from survey_server.simulator.schooling import ATTENDING

YES, NO, IS_ABROAD = "1", "2", "3"
EMPLOYER, OWN_ACCOUNT, FAMILY_WORKER, COOPERATIVE, WAGES = "1", "2", "3", "4", "5"
TOO_OLD, STUDIES, ANOTHER_REASON = "1", "2", "10"
TRAINED_LEVELS = frozenset({"5", "6", "7", "8", "9", "10"})
WHY_NOT_LOOKING = Weighted(
    {"1": 18, "2": 30, "3": 12, "4": 8, "5": 4, "6": 5, "7": 9, "8": 3, "9": 8, "10": 3}
)
OTHER_REASONS = ("Chăm sóc người ốm", "Đang nuôi con nhỏ", "Vừa chuyển nhà")
TITLES = ("Tổ trưởng", "Phó phòng", "Trưởng nhóm")


@dataclass(frozen=True, slots=True)
class Job:
    occupation: str
    code: str
    workplace: str
    product: str
    industry: str


GROWS_RICE = Job("Trồng lúa nước", "6111", "Hộ gia đình", "Lúa", "0111")
FARMING: Weighted[Job] = Weighted(
    [
        (GROWS_RICE, 40),
        (Job("Trồng ngô trên nương", "6111", "Hộ gia đình", "Ngô", "0112"), 22),
        (Job("Trồng và chăm sóc cà phê", "6112", "Hộ gia đình", "Cà phê", "0126"), 12),
        (Job("Nuôi trâu, bò, lợn", "6121", "Hộ gia đình", "Gia súc", "0141"), 12),
        (Job("Trồng và bảo vệ rừng", "6210", "Hộ gia đình", "Gỗ keo", "0210"), 9),
        (Job("Dệt thổ cẩm", "7318", "Hộ gia đình", "Vải thổ cẩm", "1312"), 3),
    ]
)
WAGE_WORK: Weighted[Job] = Weighted(
    [
        (Job("Thợ xây", "7112", "Đội xây dựng tư nhân", "Nhà ở", "4100"), 35),
        (Job("Công nhân may", "8153", "Công ty may xuất khẩu", "Quần áo", "1410"), 35),
        (Job("Phụ hồ", "9313", "Đội xây dựng tư nhân", "Nhà ở", "4100"), 15),
        (Job("Bán hàng ở chợ", "5211", "Sạp hàng tại chợ", "Thực phẩm", "4781"), 15),
    ]
)
TRAINED_WORK: Weighted[Job] = Weighted(
    [
        (Job("Giáo viên tiểu học", "2341", "Trường tiểu học xã", "Dạy học", "8521"), 40),
        (Job("Y sĩ", "2240", "Trạm y tế xã", "Khám chữa bệnh", "8620"), 15),
        (Job("Công chức xã", "3354", "Ủy ban nhân dân xã", "Quản lý nhà nước", "8411"), 30),
        (Job("Sửa chữa xe máy", "7231", "Cửa hàng sửa xe", "Sửa chữa xe máy", "4542"), 15),
    ]
)

Answers = dict[str, object]


def employment(rng: Random, person: Person, education: Mapping[str, object]) -> Answers:
    studies = education["attendance"] == ATTENDING
    if happens(rng, _share_working(person.age, studies)):
        return {"worked_7_days": YES, **_employed(rng, person, education)}
    if 18 <= person.age <= 45 and not studies and happens(rng, 0.05):
        return {"worked_7_days": IS_ABROAD, "employed": "0"}
    answers: Answers = {"worked_7_days": NO, "paid_while_absent": NO}
    if happens(rng, 0.04):
        return answers | {"paid_while_absent": YES} | _employed(rng, person, education)
    if happens(rng, 0.05):
        return answers | {"job_to_return_to": YES} | _employed(rng, person, education)
    answers |= {"job_to_return_to": NO, "employed": "0"}
    return answers | {"job_search": _job_search(rng, person.age, studies)}


def _share_working(age: int, studies: bool) -> float:
    if studies:
        return 0.08
    return 0.9 if age < 60 else 0.55 if age < 70 else 0.15


def _employed(rng: Random, person: Person, education: Mapping[str, object]) -> Answers:
    return {"employed": "1", "main_job": _main_job(rng, person, education)}


def _main_job(rng: Random, person: Person, education: Mapping[str, object]) -> Answers:
    trained = education.get("level_completed") in TRAINED_LEVELS and happens(rng, 0.8)
    wages = trained or happens(rng, 0.3 if person.age < 40 else 0.12)
    job = (TRAINED_WORK if trained else WAGE_WORK if wages else FARMING).draw(rng)
    answers: Answers = {"occupation": job.occupation}
    if trained and happens(rng, 0.2):
        answers["job_title"] = pick(rng, TITLES)
    if happens(rng, 0.7):
        answers["occupation_code"] = job.code
    answers |= {"workplace": job.workplace, "product": job.product}
    if happens(rng, 0.7):
        answers["industry_code"] = job.industry
    answers["trained_for_job"] = YES if trained else NO
    if not trained:
        for question, share in _SKILLS:
            answers[question] = YES if happens(rng, share) else NO
    answers["employment_status"] = _status(rng, person.age, wages)
    return answers


_SKILLS = (("job_3_years", 0.75), ("job_with_machines", 0.3), ("job_transferable", 0.4))


def _status(rng: Random, age: int, wages: bool) -> str:
    if wages:
        return WAGES
    if age >= 18 and happens(rng, 0.03):
        return pick(rng, (EMPLOYER, COOPERATIVE))
    return OWN_ACCOUNT if happens(rng, 0.35 if age < 25 else 0.65) else FAMILY_WORKER


def _job_search(rng: Random, age: int, studies: bool) -> Answers:
    if not studies and age < 60 and happens(rng, 0.25):
        return {"looked_for_work": YES, "available_for_work": YES}
    reason = STUDIES if studies else TOO_OLD if age >= 60 else WHY_NOT_LOOKING.draw(rng)
    answers: Answers = {"looked_for_work": NO, "no_search_reason": reason}
    if reason == ANOTHER_REASON:
        answers["no_search_reason_other"] = pick(rng, OTHER_REASONS)
    can = not studies and age < 60 and happens(rng, 0.5)
    answers["available_for_work"] = YES if can else NO
    return answers
