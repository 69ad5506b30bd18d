"""Who lives where, roughly: which ethnic groups, in what kind of settlement, at what address.

The shares of the groups by province are rounded from what is publicly known; provinces without a
row count as Kinh. A village is mostly of one group, which is why the group is drawn for the
enumeration area first and for the household second.
"""

from functools import cache
from random import Random

from survey_server.simulator.draws import Weighted, between, happens, pick
from survey_server.simulator.names import KINH, rows_of

SHARE_OF_MAIN_GROUP = 0.88
CENTRAL_HIGHLANDS = frozenset({"10", "11", "12", "15", "16", "20"})
# Ward names repeat all over the country, and so do these.
VILLAGES = (
    "Đồng Tâm", "Tân Lập", "Đoàn Kết", "Quyết Tiến", "Hòa Bình", "Tân Tiến", "Phú Thịnh", "Yên Sơn",
    "Nà Lốc", "Nậm Mu", "Pắc Ngà", "Tân Thành", "Trung Tâm", "An Phú", "Thanh Sơn", "Long Hải",
)  # fmt: skip
STREETS = (
    "Trần Hưng Đạo", "Lê Lợi", "Nguyễn Trãi", "Quang Trung", "Hai Bà Trưng", "Lý Thường Kiệt",
    "Phan Đình Phùng", "Hùng Vương", "Nguyễn Huệ", "Điện Biên Phủ", "Bà Triệu", "Ngô Quyền",
)  # fmt: skip


@cache
def groups_of(province: str) -> Weighted[str]:
    """Codes of ethnic groups by their share of the province's people."""
    listed = {row["province"]: row["groups"] for row in rows_of("province_groups.csv")}
    pairs = (pair.split(":") for pair in listed.get(province, f"{KINH}:1").split(";"))
    return Weighted([(code, float(share)) for code, share in pairs])


def main_group(rng: Random, province: str, urban: bool) -> str:
    """Towns of the mountains are more Kinh than their surroundings."""
    return KINH if urban and happens(rng, 0.6) else groups_of(province).draw(rng)


def household_group(rng: Random, province: str, main: str) -> str:
    return main if happens(rng, SHARE_OF_MAIN_GROUP) else groups_of(province).draw(rng)


def settlement(rng: Random, urban: bool, group: str) -> str:
    if urban:
        return f"Tổ dân phố {between(rng, 1, 24)}"
    if group == KINH:
        word = "Thôn"
    else:
        word = "Buôn" if group in CENTRAL_HIGHLANDS else "Bản"
    return f"{word} {pick(rng, VILLAGES) if happens(rng, 0.6) else between(rng, 1, 15)}"


def address(rng: Random, urban: bool, village: str) -> str:
    house = between(rng, 1, 199)
    if urban:
        lane = f", ngõ {between(rng, 1, 60)}" if happens(rng, 0.4) else ""
        return f"Số {house}{lane}, đường {pick(rng, STREETS)}, {village}"
    return f"Nhà {house}, {village}"
