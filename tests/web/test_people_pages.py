"""The people of one's areas, on pages: listed, made, given roles, disabled; and nobody else's."""

import re
import uuid
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from tests.web.conftest import World, form_token, sign_in


def words(page: str) -> str:
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ")


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def send(browser: FlaskClient, path: str, /, **fields: object) -> TestResponse:
    return browser.post(path, data={"form_token": form_token(browser), **fields})


@pytest.fixture
def person(database: Engine, world: World, supervisor: FlaskClient) -> str:
    """The path of the page of an enumerator of the test's own."""
    username = f"p.{uuid.uuid4().hex[:10]}"
    made = send(
        supervisor,
        world.at("people/new"),
        name="Lò Thị Ún",
        username=username,
        role="enumerator",
        area="00001",
    )
    assert made.status_code == 200, words(made.text)
    with database.connect() as connection:
        found = connection.execute(
            text("SELECT id FROM people WHERE username = :name"), {"name": username}
        )
        return world.at(f"people/{found.scalar_one()}")


def test_a_supervisor_sees_the_people_of_the_district_in_vietnamese_order(
    supervisor: FlaskClient, world: World
) -> None:
    found = names(supervisor.get(world.at("people?sort=name")).text)
    assert {"Bùi Thị Nga", "Hoàng Thị Mai", "Lê Thị Hạnh", "Vũ Thị Mới"} <= set(found)
    order = [name for name in found if name in ("Bùi Thị Nga", "Hoàng Thị Mai", "Vũ Thị Mới")]
    assert order == ["Bùi Thị Nga", "Hoàng Thị Mai", "Vũ Thị Mới"]
    assert not {"Trần Văn Lạ", "Phạm Văn An", "Đỗ Thị Kiểm"} & set(found)


def test_people_are_filtered_by_role_and_area(supervisor: FlaskClient, world: World) -> None:
    supervisors = names(supervisor.get(world.at("people?role=supervisor")).text)
    assert "Vũ Thị Mới" in supervisors
    assert "Bùi Thị Nga" not in supervisors
    there = names(supervisor.get(world.at("people?area=00002")).text)
    assert "Bùi Thị Nga" in there
    assert "Hoàng Thị Mai" not in there
    assert supervisor.get(world.at("people?area=002")).status_code == 404


def test_names_are_looked_for_by_post_and_never_stand_in_an_address(
    supervisor: FlaskClient, world: World
) -> None:
    found = send(supervisor, world.at("people/search"), words="bui thi")
    assert names(found.text) == ["Bùi Thị Nga"]
    assert not re.search(r'href="[^"]*bui', found.text)
    nobody = send(supervisor, world.at("people/search"), words="<script>alert(1)</script>")
    assert "Không có ai phù hợp" in nobody.text
    assert "<script>" not in nobody.text


def test_a_page_of_somebody_elsewhere_is_the_page_of_nobody(
    supervisor: FlaskClient, world: World, database: Engine
) -> None:
    with database.connect() as connection:
        elsewhere = connection.execute(
            text("SELECT id FROM people WHERE username = :name"), {"name": world.stranger}
        ).scalar_one()
    for path in ("", "/disable", "/reset", "/tablet", "/replace"):
        there = supervisor.get(world.at(f"people/{elsewhere}{path}"))
        nowhere = supervisor.get(world.at(f"people/2147483647{path}"))
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert request_id_out(there.text) == request_id_out(nowhere.text).replace(
            "2147483647", str(elsewhere)
        )


def request_id_out(page: str) -> str:
    return re.sub(r"[0-9a-f]{32}", "", page)


def test_a_role_is_given_and_ended_after_a_question(
    supervisor: FlaskClient, world: World, person: str
) -> None:
    given = send(supervisor, f"{person}/roles", role="team_leader", area="00002")
    assert given.location == f"{person}?done=role_given"
    page = supervisor.get(given.location).text
    assert "Đã giao vai trò" in page
    ways = re.findall(rf'href="({person}/roles/\d+/end)"', page)
    assert len(ways) == 2
    asked = supervisor.get(ways[1])
    assert "Phường 10" in asked.text
    assert "Bãi bỏ vai trò?" in asked.text
    assert send(supervisor, ways[1]).location == f"{person}?done=role_ended"
    assert supervisor.get(ways[1]).status_code == 404


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"role": "enumerator", "area": "00001"}, 409, "đã có vai trò đó"),
        ({"role": "administrator", "area": "00001"}, 403, "không được giao vai trò này"),
        ({"role": "enumerator", "area": "00004"}, 404, "không có mã này"),
        ({"role": "enumerator", "area": "nowhere"}, 404, "không có mã này"),
        ({"role": "king", "area": "00001"}, 422, "Hãy chọn vai trò"),
        (
            {
                "role": "team_leader",
                "area": "00001",
                "valid_from": "2026-02-02",
                "valid_to": "2026-02-01",
            },
            422,
            "ngày cuối không được trước ngày đầu",
        ),
    ],
)
def test_what_cannot_be_given_is_said_beside_the_form(
    supervisor: FlaskClient, person: str, fields: dict[str, str], status: int, sentence: str
) -> None:
    refused = send(supervisor, f"{person}/roles", **fields)
    assert refused.status_code == status
    assert sentence in words(refused.text)


def test_an_account_is_disabled_after_a_question_and_enabled_again(
    supervisor: FlaskClient, person: str
) -> None:
    assert "Khóa tài khoản này?" in supervisor.get(f"{person}/disable").text
    done = send(supervisor, f"{person}/disable")
    assert "đã khóa" in words(supervisor.get(done.location).text)
    again = send(supervisor, f"{person}/enable")
    assert "đăng nhập lại được" in words(supervisor.get(again.location).text)


def test_a_link_to_a_new_password_is_shown_once(supervisor: FlaskClient, person: str) -> None:
    asked = supervisor.get(f"{person}/reset")
    assert "/reset/" not in asked.text.replace(f"{person}/reset", "")
    shown = send(supervisor, f"{person}/reset")
    found = re.search(r"http://[^<]*(/reset/[\w-]{40,})", shown.text)
    assert found is not None
    assert supervisor.get(found[1]).status_code == 200


def test_a_taken_user_name_leaves_the_form_filled_in(supervisor: FlaskClient, world: World) -> None:
    refused = send(
        supervisor,
        world.at("people/new"),
        name="Lò Thị Hai",
        username=world.enumerator,
        role="enumerator",
        area="00001",
    )
    assert refused.status_code == 409
    assert "đã có người dùng" in refused.text
    assert 'value="Lò Thị Hai"' in refused.text


def upload(client: FlaskClient, world: World, *rows: str) -> TestResponse:
    content = "\n".join(("username,name,role,area", *rows)).encode()
    return send(client, world.at("people/import"), file=(BytesIO(content), "people.csv"))


def test_a_file_with_mistakes_makes_nobody_and_says_where_they_are(
    supervisor: FlaskClient, world: World
) -> None:
    refused = upload(
        supervisor,
        world,
        "aa.one,Lan,enumerator,00001",
        "aa.two,,enumerator,00001",
        "aa.three,Mai,administrator,00001",
        "aa.four,Tùng,enumerator,00004",
        f"{world.stranger},Trần Văn Lạ,enumerator,00001",
    )
    assert refused.status_code == 422
    seen = words(refused.text)
    for told in (
        "3 name Ô này không được để trống",
        "4 role Bạn không được giao vai trò này",
        "5 area Cuộc điều tra không có đơn vị này",
        "6 username Tên đăng nhập này đã có người dùng",
    ):
        assert told in seen
    assert names(send(supervisor, world.at("people/search"), words="aa.one").text) == []


def test_a_file_makes_accounts_with_a_link_each_and_may_come_twice(
    supervisor: FlaskClient, world: World, database: Engine
) -> None:
    mark = uuid.uuid4().hex[:8]
    rows = [f"{mark}.a,Lan,enumerator,00001", f"{mark}.b,Mai,team_leader,001"]
    made = upload(supervisor, world, *rows)
    assert made.status_code == 200, words(made.text)
    assert len(set(re.findall(r"/reset/[\w-]{40,}", made.text))) == 2
    with database.connect() as connection:
        told = connection.execute(
            text(
                "SELECT data FROM audit_entries WHERE survey = :survey"
                " AND action = 'accounts_imported' ORDER BY id DESC LIMIT 1"
            ),
            {"survey": world.survey},
        ).scalar_one()
        roles = connection.execute(
            text(
                "SELECT count(*) FROM audit_entries e JOIN people p ON e.object = 'person:' || p.id"
                " WHERE e.action = 'account_made' AND p.username LIKE :mark AND e.data ? 'role'"
            ),
            {"mark": f"{mark}.%"},
        ).scalar_one()
    assert (told["rows"], told["made"], len(told["sha256"]), roles) == (2, 2, 64, 2)
    again = upload(supervisor, world, *rows)
    assert "2 dòng đã có từ trước" in words(again.text)


def test_an_auditor_sees_people_and_changes_nobody(client: FlaskClient, world: World) -> None:
    sign_in(client, world.auditor)
    page = client.get(world.at("people"))
    assert page.status_code == 200
    assert "Tạo tài khoản" not in page.text
    assert client.get(world.at("people/new")).status_code == 403
    assert client.get(world.at("devices")).status_code == 403


def test_the_trail_is_told_in_words_to_whoever_has_the_whole_survey(
    client: FlaskClient, world: World
) -> None:
    sign_in(client, world.auditor)
    client.get(world.at("people"))
    today = datetime.now(UTC).date()
    seen = words(client.get(world.at(f"audit?since={today}&action=accounts_listed")).text)
    assert "Đã xem danh sách tài khoản." in seen
    assert world.auditor in seen
    english = client.get(world.at("audit?lang=en"), follow_redirects=True)
    assert "Looked at a list of accounts." in english.text
    client.delete_cookie("survey_language")


def test_the_trail_is_not_for_supervisors(supervisor: FlaskClient, world: World) -> None:
    assert supervisor.get(world.at("audit")).status_code == 403


def test_the_language_can_be_changed_where_a_form_was_answered(
    supervisor: FlaskClient, world: World
) -> None:
    found = send(supervisor, world.at("people/search"), words="bui thi")
    way = re.search(r'href="([^"]+lang=en)"', found.text)
    assert way is not None
    assert supervisor.get(way[1]).location == world.at("people")
    supervisor.delete_cookie("survey_language")
