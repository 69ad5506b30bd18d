"""Simulated field work against a fake server: what was made arrives, the ledger tells it all."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from survey_server.commands.simulate import simulate
from survey_server.simulator.campaign import Campaign, Wishes
from survey_server.simulator.fleet import Device
from survey_server.simulator.network import BAD, CALM, Weather
from survey_server.simulator.planning import Place, Shares, plan
from survey_server.simulator.truth import Ledger, pairs_found, read_truth, violations
from survey_server.tablet.records import digest
from tests.tablet.fake_server import FakeServer

TABLETS, UNITS = 6, 40
PLENTY = Shares(errors=0.2, duplicates=0.1, doubles=0.05, edits=0.2, not_interviewed=0.1)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    for number in range(1, TABLETS + 1):
        ea = f"01-001-00001-{number:03}"
        server.units_of[f"secret-{number}"] = [f"{ea}-{unit:03}" for unit in range(1, UNITS + 1)]
    server.secrets = set(server.units_of)
    yield server
    server.close()


@pytest.fixture
def devices() -> list[Device]:
    return [Device(f"tablet-{number}", f"secret-{number}") for number in range(1, TABLETS + 1)]


def _campaign(
    url: str,
    devices: list[Device],
    truth: Path,
    weather: Weather = CALM,
    households: int = TABLETS * UNITS,
) -> dict[str, object]:
    wishes = Wishes(url, households, seed=5, shares=PLENTY, weather=weather, threads=4)
    with truth.open("w", encoding="utf-8") as file:
        campaign = Campaign(devices, wishes, Ledger(file), lambda _: None)
        summary = campaign.burst().as_json()
        campaign.close()
    return summary


@pytest.mark.parametrize("weather", [CALM, BAD], ids=["calm", "bad"])
def test_everything_made_arrives_once_in_any_weather(
    weather: Weather, server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    summary = _campaign(server.url, devices, tmp_path / "truth.jsonl", weather)
    truth = read_truth(tmp_path / "truth.jsonl")
    stored = [(one, digest(answers)) for one, answers in server.stored.items()]
    assert not violations(truth, stored)
    assert set(server.times_stored.values()) == {1}
    assert truth.acknowledged == truth.sha256.keys()
    assert summary["acknowledged"] == summary["records"] == len(truth.sha256)
    assert (summary["pending"], summary["set_aside"], summary["stopped"]) == (0, 0, {})


def test_what_is_planted_is_in_the_ledger(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    summary = _campaign(server.url, devices, tmp_path / "truth.jsonl")
    truth = read_truth(tmp_path / "truth.jsonl")
    planted = summary["planted"]
    assert isinstance(planted, dict)
    assert len(truth.duplicates) == planted["duplicates"] > 5
    assert len(truth.doubles) == planted["doubles"] > 2
    assert len(truth.mistakes) == planted["with_mistakes"] > 20


def test_the_ledger_notices_what_a_server_did_wrong(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    _campaign(server.url, devices, tmp_path / "truth.jsonl", households=20)
    truth = read_truth(tmp_path / "truth.jsonl")
    stored = [(one, digest(answers)) for one, answers in server.stored.items()]
    (lost, _), (twice, _), (changed, _), *rest = stored
    found = violations(
        truth, [*rest, stored[1], stored[1], (changed, "other"), ("nobody's", "digest")]
    )
    assert found.acknowledged_lost == (lost,)
    assert found.stored_twice == (twice,)
    assert found.content_differs == (changed,)
    assert found.phantom == ("nobody's",)


def test_precision_and_recall_count_pairs_of_interviews(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    _campaign(server.url, devices, tmp_path / "truth.jsonl")
    truth = read_truth(tmp_path / "truth.jsonl")
    first, *others = truth.duplicates
    found = pairs_found(truth, [*others, frozenset({"wrong", "pair"})])
    assert found.recall == pytest.approx(len(others) / (len(others) + 1))
    assert found.precision == pytest.approx(len(others) / (len(others) + 1))
    assert pairs_found(truth, truth.duplicates).recall == 1
    assert first not in others


def test_a_plan_follows_from_the_seed_and_not_from_the_order_of_the_places() -> None:
    places = [
        Place("t", f"01-001-00001-001-{unit:03}", "census_2024_long", True) for unit in range(50)
    ]
    assert plan(places, 30, 1, PLENTY) == plan(places[::-1], 30, 1, PLENTY)
    assert plan(places, 30, 1, PLENTY) != plan(places, 30, 2, PLENTY)


def test_a_household_is_told_again_in_its_own_district_only() -> None:
    places = [
        Place("t", f"01-00{district}-00001-001-{unit:03}", "census_2024_long", urban=True)
        for district in range(1, 4)
        for unit in range(33)
    ]
    visits = plan(places, 99, 1, Shares(0, 0.5, 0, 0, 0))
    assert sum(visit.duplicate for visit in visits) > 40
    assert all(visit.home.district == visit.place.district for visit in visits)


def test_nobody_tells_a_household_more_than_twice() -> None:
    places = [
        Place("t", f"01-001-00001-001-{unit:03}", "census_2024_long", True) for unit in range(99)
    ]
    visits = plan(places, 99, 1, Shares(0, 0.5, 0, 0, 0))
    homes = [visit.home.unit for visit in visits if visit.duplicate]
    assert len(homes) == len(set(homes)) == 49
    assert not set(homes) & {visit.place.unit for visit in visits if visit.duplicate}


def test_tablets_that_remember_their_work_do_not_visit_again(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    wishes = Wishes(server.url, 1000, seed=5, stores=tmp_path / "stores", threads=2)
    for households in (TABLETS * UNITS, 0):
        campaign = Campaign(devices, wishes, Ledger(None), lambda _: None)
        assert campaign.burst().units == households
        campaign.close()


def test_the_command_prints_a_summary_as_json(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    file = tmp_path / "devices.csv"
    with file.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(("device_id", "username", "secret"))
        out.writerows((one.device_id, "somebody", one.secret) for one in devices)
    options = ["--url", server.url, "--devices", str(file), "--households", "30", "--json"]
    ran = CliRunner().invoke(simulate, options)
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["acknowledged"] >= 30


def test_the_command_fails_where_a_tablet_was_stopped(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    file = tmp_path / "devices.csv"
    file.write_text("device_id,secret\ntablet-1,revoked\n", encoding="utf-8")
    ran = CliRunner().invoke(simulate, ["--url", server.url, "--devices", str(file), "--json"])
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["stopped"] == {"token_revoked": 1}


def test_live_tablets_go_on_with_corrections_once_everybody_was_visited(
    server: FakeServer, devices: list[Device], tmp_path: Path
) -> None:
    wishes = Wishes(server.url, 5, seed=5, shares=Shares(0, 0, 0, 0, 0))
    with (tmp_path / "truth.jsonl").open("w", encoding="utf-8") as file:
        campaign = Campaign(devices, wishes, Ledger(file), lambda _: None)
        campaign.live(per_minute=60_000, seconds=1.0)
        campaign.send()
        campaign.close()
    truth = read_truth(tmp_path / "truth.jsonl")
    assert len(truth.sha256) > 10
    assert truth.sha256 == {one: digest(answers) for one, answers in server.stored.items()}
