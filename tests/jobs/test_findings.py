"""What the worker finds, by the rules of the form, of the survey and of the office."""

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey_server.services.rules import Progress, revalidate_some
from tests.http import drain, signed_in
from tests.jobs.derived import rebuild_all
from tests.jobs.told import figures, interviews, large, send as send_as_it_is
from tests.world import EAS, LONG, World


def send(client: FlaskClient, world: World, told: dict[str, Any], by: str = "lan") -> None:
    """As a tablet with a good clock tells it."""
    told["answers"]["finished_at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    send_as_it_is(client, world, told, by=by)


def found(world: World) -> list[tuple[str, str, str, str | None]]:
    rows = world.sql(
        "SELECT f.* FROM findings f JOIN interviews i USING (interview_id, ea_id)"
        " WHERE i.survey_id = :survey ORDER BY f.rule, f.path"
    )
    return [(row.rule, row.path, row.severity, row.confirmed) for row in rows]


def change(client: FlaskClient, world: World, **asked: Any) -> int:
    answer = client.post(
        f"/api/v1/surveys/{world.code}/rules",
        json={"reason": "Cảnh báo sai", **asked},
        headers=signed_in(client, world, "an"),
    )
    return answer.status_code


def many_bedrooms(world: World, number: int) -> dict[str, Any]:
    """HOU01 warns of ten bedrooms and more, and nothing else is wrong with them."""
    unit = world.unit(EAS[0], number)
    while True:
        answers = world.answers(unit, large(world))
        building = answers["dwelling"].get("building")
        if building and building["dwelling_type"] != "1":
            building["bedrooms"], building["floor_area"] = "12", "200"
            return world.submission(unit, answers=answers)


def test_a_warning_of_a_check_is_found_with_what_it_has_read(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    send(client, world, many_bedrooms(world, 1))
    drain(workers)
    assert found(world) == [("HOU01", "dwelling/building/bedrooms", "warning", None)]
    row = world.sql(
        "SELECT f.value, f.reads, i.errors, i.warnings, i.complete FROM findings f"
        " JOIN interviews i USING (interview_id, ea_id) WHERE i.survey_id = :survey"
    )[0]
    assert (row.value, row.reads["dwelling/building/bedrooms"]) == ("12", "12")
    assert (row.errors, row.warnings, row.complete) == (0, 1, True)
    assert figures(world, EAS[0]).with_findings == 1


def test_a_warning_that_the_enumerator_explained_is_kept_as_confirmed(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    submission = many_bedrooms(world, 1)
    place = "dwelling/building/bedrooms"
    reason = {"rule": "HOU01", "path": place, "reason": "Nhà nghỉ cũ, đã đếm lại"}
    submission["answers"]["meta"] = {"confirmed": [reason]}
    send(client, world, submission)
    drain(workers)
    assert found(world) == [("HOU01", place, "warning", "Nhà nghỉ cũ, đã đếm lại")]
    assert [(row.errors, row.warnings) for row in interviews(world)] == [(0, 0)]
    assert figures(world, EAS[0]).with_findings == 0


def test_a_required_answer_behind_a_condition_makes_an_interview_incomplete(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    submission = world.submission(world.unit(EAS[0], 1))
    del submission["answers"]["residence"]["head_confirmed"]
    send(client, world, submission)
    drain(workers)
    assert found(world) == [("required_missing", "residence/head_confirmed", "error", None)]
    assert [row.complete for row in interviews(world)] == [False]
    assert figures(world, EAS[0]).partial == 1


def test_a_rule_switched_off_is_not_found_from_then_on_and_everywhere_after_revalidation(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    send(client, world, many_bedrooms(world, 1))
    drain(workers)
    assert change(client, world, rule="HOU01", action="off") == 201
    send(client, world, many_bedrooms(world, 2))
    drain(workers)
    assert len(found(world)) == 1
    # What came in before keeps what was found, also when it is derived again.
    assert rebuild_all(world) == []
    assert len(found(world)) == 1

    revalidate(world)
    assert found(world) == []
    assert figures(world, EAS[0]).with_findings == 0
    assert rebuild_all(world) == []

    assert change(client, world, rule="HOU01", action="as_written") == 201
    revalidate(world)
    assert len(found(world)) == 2


def test_a_revalidation_that_was_cut_off_goes_on_where_it_was(
    client: FlaskClient, workers: Engine, world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr("survey_server.services.rules.INTERVIEWS_AT_ONCE", 1)
    send(client, world, many_bedrooms(world, 1))
    other = world.submission(world.unit(EAS[2], 1))
    send(client, world, other, by="mai")
    drain(workers)
    assert change(client, world, rule="HOU01", action="error") == 201
    assert (step(world).done, step(world).done) == (1, 2)
    assert found(world) == [("HOU01", "dwelling/building/bedrooms", "error", None)]
    assert step(world).finished
    runs = world.sql("SELECT done, total, finished_at FROM revalidations WHERE survey_id = :survey")
    assert [(run.done, run.total, run.finished_at is None) for run in runs] == [(2, 2, False)]


def test_a_check_can_be_written_anew_for_one_form(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    check = {
        "severity": "error",
        "question": "bedrooms",
        "condition": "${bedrooms} > 11",
        "message": {"vi": "Quá nhiều phòng ngủ", "en": "Too many bedrooms"},
    }
    asked = {"form_id": LONG, "rule": "HOU01", "action": "as_written", "check": check}
    assert change(client, world, **asked) == 201
    send(client, world, many_bedrooms(world, 1))
    drain(workers)
    assert found(world) == [("HOU01", "dwelling/building/bedrooms", "error", None)]
    told = client.get(
        f"/api/v1/findings?survey={world.code}", headers=signed_in(client, world, "hoa")
    ).get_json()["findings"]
    assert [one["message"] for one in told] == [check["message"]]


def sharing(world: World, number: int, with_number: str) -> dict[str, Any]:
    """A household that shares a dwelling, for which another one answers."""
    unit = world.unit(EAS[0], number)
    answers = world.answers(unit)
    answers["dwelling"] = {
        "has_dwelling": "1",
        "shares_dwelling": "1",
        "represents_dwelling": "2",
        "representative_name": "Nguyễn Văn An",
        "representative_number": with_number,
    } | {name: answers["dwelling"][name] for name in ("living_conditions", "assets")}
    return world.submission(unit, answers=answers)


def test_the_household_that_answers_for_a_dwelling_has_to_be_there_and_to_describe_it(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    # Number 2 is listed and was not visited yet; number 99 is no household of the area.
    send(client, world, sharing(world, 1, "002"))
    drain(workers)
    assert found(world) == []
    send(client, world, sharing(world, 3, "099"))
    drain(workers)
    place = "dwelling/representative_number"
    assert found(world) == [("HHS02", place, "error", None)]
    # Number 2 says that it is the other one that answers: now nobody has described it.
    send(client, world, sharing(world, 2, "001"))
    drain(workers)
    assert [rule for rule, *_ in found(world)] == ["HHS02"] * 3
    assert figures(world, EAS[0]).with_findings == 3
    assert rebuild_all(world) == []
    assert change(client, world, rule="HHS02", action="off") == 201
    revalidate(world)
    assert (found(world), figures(world, EAS[0]).with_findings) == ([], 0)


def test_a_shared_dwelling_that_its_household_has_described_is_no_finding(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    described = many_bedrooms(world, 2)
    described["answers"]["dwelling"]["building"].update(bedrooms="2", floor_area="80")
    send(client, world, sharing(world, 1, "002"))
    send(client, world, described)
    drain(workers)
    assert found(world) == []


def test_a_supervisor_reads_the_findings_of_the_own_area_only(
    client: FlaskClient, workers: Engine, world: World
) -> None:
    send(client, world, many_bedrooms(world, 1))
    drain(workers)

    def told(name: str, query: str = "") -> tuple[int, list[str]]:
        answer = client.get(
            f"/api/v1/findings?survey={world.code}{query}",
            headers=signed_in(client, world, name),
        )
        rows = answer.get_json().get("findings", [])
        return answer.status_code, [one["rule"] for one in rows]

    assert told("hoa") == (200, ["HOU01"])
    assert told("hoa", "&area=00001&severity=warning&confirmed=false") == (200, ["HOU01"])
    assert told("hoa", "&severity=error") == (200, [])
    assert told("duc") == (200, [])
    assert told("hoa", "&area=002")[0] == 404
    assert told("hoa", "&area=nowhere")[0] == 404
    counts = client.get(
        f"/api/v1/findings/summary?survey={world.code}", headers=signed_in(client, world, "an")
    ).get_json()["rules"]
    assert [(one["rule"], one["interviews"]) for one in counts] == [("HOU01", 1)]


def test_findings_are_paged(client: FlaskClient, workers: Engine, world: World) -> None:
    for number in (1, 2, 3):
        send(client, world, many_bedrooms(world, number))
    drain(workers)
    headers = signed_in(client, world, "hoa")
    units, cursor = [], ""
    for _ in range(4):
        page = client.get(
            f"/api/v1/findings?survey={world.code}&limit=2{cursor}", headers=headers
        ).get_json()
        units += [one["unit"] for one in page["findings"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(units) == [world.unit(EAS[0], number) for number in (1, 2, 3)]


def test_only_who_is_over_the_whole_survey_changes_its_rules(
    client: FlaskClient, world: World
) -> None:
    for name in ("hoa", "binh"):
        answer = client.post(
            f"/api/v1/surveys/{world.code}/rules",
            json={"rule": "HOU01", "action": "off", "reason": "?"},
            headers=signed_in(client, world, name),
        )
        assert answer.status_code == 403
    assert change(client, world, rule="NONE", action="off") == 422
    assert change(client, world, rule="HOU01", action="off", path="no/where") == 422
    assert change(client, world, rule="HOU01", action="off", form_id="other") == 422
    check = {"severity": "error", "condition": "${nobody} = 1", "message": {"vi": "?"}}
    told = {"rule": "HOU01", "action": "error", "form_id": LONG, "check": check}
    assert change(client, world, **told) == 422
    check["condition"] = "1 +"
    assert change(client, world, **told) == 422


def test_the_rules_of_a_survey_can_be_read(client: FlaskClient, world: World) -> None:
    assert change(client, world, rule="HOU01", action="off") == 201
    told = client.get(
        f"/api/v1/surveys/{world.code}/rules", headers=signed_in(client, world, "hoa")
    ).get_json()
    by_id = {one["rule"]: one for one in told["rules"]}
    assert (by_id["HOU01"]["severity"], by_id["HOU01"]["changed"]) == (None, True)
    assert by_id["PEO03"]["severity"] == "error"
    assert [(one["rule"], one["action"]) for one in told["changes"]] == [("HOU01", "off")]


def step(world: World) -> Progress:
    with Session(world.engine) as session, session.begin():
        return revalidate_some(session, world.id, datetime.now(UTC))


def revalidate(world: World) -> None:
    while not step(world).finished:
        pass
