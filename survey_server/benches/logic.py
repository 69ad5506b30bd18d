"""What it costs to run every rule of a form again on an interview, on one core.

No server is needed: interviews of the simulator are judged in this process, as a worker does it.
"""

import cProfile
import pstats
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from survey_server.benches.bars import Bar
from survey_server.benches.installation import BenchFailed
from survey_server.domain.answers import Reading, read_answers
from survey_server.domain.forms import CompiledForm, FormInvalid, compile_folder
from survey_server.domain.rules import Rules, rules_of
from survey_server.simulator.families import Profile
from survey_server.simulator.households import household
from survey_server.simulator.interviews import interview
from survey_server.simulator.people import Household

WHEN = datetime(2024, 4, 3, 2, tzinfo=UTC)
UNIT = "01-001-00001-001-001"
LEAST_RATE = 300.0
LONGEST_COMPILE = 1.0
PROFILED = 12


@dataclass(frozen=True, slots=True)
class Wishes:
    folder: Path
    persons: int
    households: int
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Report:
    """Rates are by processor second of one core. `read` is JSON to answers to all findings."""

    form_id: str
    questions: int
    rules: int
    checks: int
    compile_seconds: float
    rules_seconds: float
    persons: int
    findings: int
    evaluations_per_household: float
    judged_per_second: float
    read_per_second: float
    evaluations_per_second: float
    profile: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def carry_out(wishes: Wishes, say: Callable[[str], None]) -> Report:
    say(f"Compiling {wishes.folder.name}")
    form, compile_seconds = _compiled(wishes.folder)
    begun = time.process_time()
    rules = rules_of(form.description)
    rules_seconds = time.process_time() - begun
    say(f"Making up {wishes.households} households of {wishes.persons}")
    bodies = [msgspec.json.encode(one) for one in _interviews(wishes)]
    readings = [read_answers(form.description, msgspec.json.decode(body)) for body in bodies]
    judgements = [rules.judgement(reading, WHEN) for reading in readings]
    findings = sum(len(one.findings) for one in judgements)
    asked = sum(one.evaluations for one in judgements) / len(judgements)
    say("Judging")
    judged = _rate(lambda place: rules.judge(readings[place], WHEN), len(readings), wishes.seconds)
    read = _rate(lambda place: _read(form, rules, bodies[place]), len(bodies), wishes.seconds)
    return Report(
        form_id=form.form_id,
        questions=sum(1 for _ in form.description.questions()),
        rules=sum(1 for site in rules.logic.sites.all for _ in site.rules()),
        checks=len(rules.checks),
        compile_seconds=round(compile_seconds, 3),
        rules_seconds=round(rules_seconds, 3),
        persons=wishes.persons,
        findings=findings,
        evaluations_per_household=round(asked, 1),
        judged_per_second=round(judged),
        read_per_second=round(read),
        evaluations_per_second=round(judged * asked),
        profile=_profile(rules, readings),
    )


def _compiled(folder: Path) -> tuple[CompiledForm, float]:
    """The second time: the first one also loads the compiler, once in a process's life."""
    try:
        compile_folder(folder)
        begun = time.process_time()
        return compile_folder(folder), time.process_time() - begun
    except (FormInvalid, OSError) as invalid:
        raise BenchFailed(str(invalid)) from None


def _interviews(wishes: Wishes) -> list[dict[str, object]]:
    rng = Random(wishes.seed)
    profiles = (Profile(urban=True), Profile())
    told: list[Household] = []
    while len(told) < wishes.households:
        one = household(rng, profiles[len(told) % 2])
        if len(one.persons) == wishes.persons:
            told.append(one)
    return [interview(rng, wishes.folder.name, one, UNIT, WHEN) for one in told]


def _read(form: CompiledForm, rules: Rules, body: bytes) -> object:
    return rules.judge(read_answers(form.description, msgspec.json.decode(body)), WHEN)


def _rate(work: Callable[[int], object], many: int, seconds: float) -> float:
    """Pieces of work per processor second."""
    done, begun = 0, time.process_time()
    while (spent := time.process_time() - begun) < seconds:
        for place in range(many):
            work(place)
        done += many
    return done / spent if spent else 0.0


def _profile(rules: Rules, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Where the time goes: the functions by their own time, in per cent."""
    profiler = cProfile.Profile()
    profiler.enable()
    for reading in readings:
        rules.judge(reading, WHEN)
    profiler.disable()
    # By file, line and name: calls, calls without recursion, own time, time with what was called.
    found: dict[tuple[str, int, str], tuple[int, int, float, float, Any]]
    found = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # of long standing, untyped
    total = sum(one[2] for one in found.values()) or 1.0
    own = sorted(found.items(), key=lambda one: -one[1][2])[:PROFILED]
    return tuple(
        f"{100 * told[2] / total:5.1f} %  {told[1]:>9} calls  {name}  {Path(file).name}:{line}"
        for (file, line, name), told in own
    )


def bars(report: Report) -> Iterator[Bar]:
    rate, compiled = report.judged_per_second, report.compile_seconds
    yield Bar("households judged a second", LEAST_RATE, rate, rate >= LEAST_RATE)
    yield Bar("seconds to compile", LONGEST_COMPILE, compiled, compiled <= LONGEST_COMPILE)
