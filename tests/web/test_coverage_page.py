"""GET /surveys/<survey>/coverage and its CSV."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import COUNTED, World


def words(page: str) -> str:
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ")


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def test_the_headline_says_counted_of_expected_as_vietnamese_writes_numbers(
    supervisor: FlaskClient, world: World
) -> None:
    seen = words(supervisor.get(world.coverage()).text)
    assert "1.290 / 1.500" in seen
    assert "86,0 %" in seen
    assert "Tiến độ · Ba Đình" in seen


def test_english_is_one_switch_away_and_stays(supervisor: FlaskClient, world: World) -> None:
    switched = supervisor.get(world.coverage(sort="name", lang="en"))
    assert switched.status_code == 303
    assert switched.location == world.coverage(sort="name")
    seen = words(supervisor.get(world.coverage()).text)
    assert "1,290 / 1,500" in seen
    assert "86.0%" in seen
    assert "Trial survey" in seen
    supervisor.delete_cookie("survey_language")


def test_a_click_goes_one_level_down_and_the_path_leads_back_up(
    supervisor: FlaskClient, world: World
) -> None:
    page = supervisor.get(world.coverage()).text
    assert f'href="/surveys/{world.survey}/coverage?area=00001"' in page
    below = supervisor.get(world.coverage(area="00001")).text
    assert f'href="/surveys/{world.survey}/coverage?area=001">Ba Đình</a>' in below
    assert "Việt Nam" not in below


def test_only_an_enumeration_area_names_the_heads_of_its_households(
    supervisor: FlaskClient, world: World
) -> None:
    assert "Vàng A Sình" not in supervisor.get(world.coverage(area="00001")).text
    assert "Vàng A Sình" in supervisor.get(world.coverage(area="00001-1")).text


def test_a_head_cannot_be_looked_for_in_an_address(supervisor: FlaskClient, world: World) -> None:
    assert "00001-1-001" not in supervisor.get(world.coverage(area="00001-1", q="sình")).text
    assert "00001-1-001" in supervisor.get(world.coverage(area="00001-1", q="nghia dung")).text


@pytest.mark.parametrize("area", ["002", "00004-1", "VN", "nowhere", "%00", "a'b", "x" * 500])
def test_an_area_of_somebody_else_is_a_page_that_says_not_found(
    supervisor: FlaskClient, world: World, area: str
) -> None:
    for address in (world.coverage(area=area), world.coverage(area=area).replace("?", ".csv?")):
        refused = supervisor.get(address)
        assert refused.status_code == 404
        assert refused.mimetype == "text/html"
        assert "nằm ngoài khu vực của bạn" in refused.text


def test_another_survey_is_not_found(supervisor: FlaskClient) -> None:
    assert supervisor.get("/surveys/not_there/coverage").status_code == 404


def test_a_stranger_sees_the_own_district_and_nothing_of_this_one(
    stranger: FlaskClient, world: World
) -> None:
    page = stranger.get(world.coverage()).text
    assert "Tây Hồ" in page
    assert "Ba Đình" not in page
    assert "1.290" not in page


def test_rows_without_a_household_expected_differ_from_rows_that_have_not_started(
    supervisor: FlaskClient, world: World
) -> None:
    seen = words(supervisor.get(world.coverage()).text)
    assert "Phường Đội Cấn không có hộ dự kiến" in seen
    assert "Phường 2 đang làm" in seen


def test_names_sort_in_vietnamese_order_and_numbers_as_numbers(
    supervisor: FlaskClient, world: World
) -> None:
    rising = names(supervisor.get(world.coverage(sort="name")).text)
    assert rising == ["Phường 2", "Phường 10", "Phường Đội Cấn"]
    assert names(supervisor.get(world.coverage(sort="-name")).text) == rising[::-1]
    assert names(supervisor.get(world.coverage(sort="-received")).text)[0] == "Phường 2"


def test_what_is_not_known_stays_below_whichever_way_the_table_is_turned(
    supervisor: FlaskClient, world: World
) -> None:
    for sort in ("share", "-share"):
        assert names(supervisor.get(world.coverage(sort=sort)).text)[0] == "Phường 2"


def test_the_filter_needs_no_tones_and_says_how_much_it_hides(
    supervisor: FlaskClient, world: World
) -> None:
    page = supervisor.get(world.coverage(q="doi can")).text
    assert names(page) == ["Phường Đội Cấn"]
    assert "1 trong 3 hàng có “doi can”" in words(page)
    nothing = supervisor.get(world.coverage(q="<script>")).text
    assert "Không có hàng nào chứa những từ này" in nothing
    assert "<script" not in nothing


def test_the_csv_holds_the_rows_and_columns_of_the_page(
    supervisor: FlaskClient, world: World
) -> None:
    answer = supervisor.get(world.coverage(sort="-received").replace("?", ".csv?"))
    assert answer.mimetype == "text/csv"
    assert answer.text.startswith("\ufeff")
    first, *_ = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert first["Xã, phường"] == "Phường 2"
    assert first["Đã nhận"] == str(COUNTED["received"])
    assert first["Đã đếm"] == "0.86"


def test_sums_on_the_page_close(supervisor: FlaskClient, world: World) -> None:
    answer = supervisor.get(world.coverage().replace("?", ".csv?"))
    for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))):
        parts = ("Xong", "Dở dang", "Vắng", "Từ chối", "Chuyển đi", "Không phải nhà ở")
        ends = sum(int(row[part]) for part in (*parts, "Cả hộ đã chết", "Trùng"))
        assert ends == int(row["Đã nhận"])


@pytest.mark.parametrize("by", ["enumerator", "day", "ea", "commune"])
def test_every_way_to_cut_an_area_has_a_page_and_a_csv(
    supervisor: FlaskClient, world: World, by: str
) -> None:
    assert supervisor.get(world.coverage(by=by)).status_code == 200
    assert supervisor.get(world.coverage(by=by).replace("?", ".csv?")).status_code == 200


@pytest.mark.parametrize("more", ["page=0", "page=x", "page=99999", "sort=nothing", "q=%00"])
def test_a_mistyped_address_still_shows_the_table(
    supervisor: FlaskClient, world: World, more: str
) -> None:
    assert supervisor.get(f"{world.coverage()}{more}").status_code == 200


def test_pages_run_without_script_or_inline_style_and_are_never_kept(
    supervisor: FlaskClient, world: World
) -> None:
    answer = supervisor.get(world.coverage())
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
