"""Made-up frames: of the asked size, the same for the same seed, and fit for the imports."""

from datetime import date

import pytest

from survey_server.simulator.frame import Commune, area_rows, draw_eas, unit_rows
from survey_server.simulator.staff import assignment_rows, hire

COMMUNES = [
    Commune(f"{p:02d}", f"{p}{d:02d}", f"{p}{d:02d}{c:02d}", "Phường 1" if c < 3 else "Xã Đất Mũi")
    for p in (1, 66)
    for d in range(1, 5)
    for c in range(10)
]
START, END = date(2024, 4, 1), date(2024, 4, 30)


@pytest.mark.parametrize("count", [1, 7, 80, 1000])
def test_a_frame_has_exactly_as_many_eas_as_asked(count: int) -> None:
    eas = draw_eas(COMMUNES, count, seed=5)
    assert len({ea.code for ea in eas}) == count
    assert [ea.code for ea in eas] == sorted(ea.code for ea in eas)


def test_the_same_seed_makes_the_same_frame() -> None:
    def frame(seed: int) -> list[object]:
        eas = draw_eas(COMMUNES, 40, seed)
        staff = hire(eas, seed)
        return [
            *area_rows(eas),
            *unit_rows(eas, seed),
            *staff.person_rows(),
            *assignment_rows(staff, START, END, seed),
        ]

    assert frame(1) == frame(1)
    assert frame(1) != frame(2)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_of_long_forms_is_kept(share: float) -> None:
    eas = draw_eas(COMMUNES, 400, seed=2, long_share=share)
    long = sum(ea.form_id == "census_2024_long" for ea in eas)
    assert abs(long - 400 * share) <= 1


def test_thirty_households_are_drawn_from_the_listing_of_each_ea() -> None:
    eas = draw_eas(COMMUNES, 20, seed=3)
    rows = list(unit_rows(eas, seed=3))
    assert len({row.code for row in rows}) == 20 * 30
    listed = {ea.code: ea.listed for ea in eas}
    assert all(int(row.code.rsplit("-", 1)[1]) <= listed[row.ea] for row in rows)
    assert all(row.head_name and row.address and row.listed_persons for row in rows)


def test_every_ea_has_one_enumerator_a_team_leader_and_a_due_date_in_time() -> None:
    eas = draw_eas(COMMUNES, 60, seed=4)
    staff = hire(eas, seed=4)
    codes = sorted(ea.code for ea in eas)
    assert sorted(ea for who in staff.enumerators for ea in who.eas) == codes
    led = [row.area for row in staff.others if row.role == "team_leader"]
    assert sorted(led) == codes
    rows = list(assignment_rows(staff, START, END, seed=4))
    assert sorted(row.ea for row in rows) == codes
    assert all(row.due and START <= row.due <= END for row in rows)


def test_too_many_eas_for_the_communes_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        draw_eas(COMMUNES[:1], 500, seed=1)
    with pytest.raises(ValueError, match="no commune"):
        draw_eas([], 5, seed=1)
