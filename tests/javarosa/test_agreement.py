"""What our rules make of an interview is what ODK Collect's engine makes of it, node by node.

The questionnaires of this project, and small forms in forms/ that each stand for a corner of
JavaRosa.

Two faults of JavaRosa 5.1 are not followed, and no form here has them: a calculation that stands
word for word inside a repeat and outside of it, with absolute paths, is computed for both places
as if outside; and indexed-repeat() of a question in its own constraint gives the answer under
judgement instead of the other entry's.
"""

import random
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from survey_server.domain.answers import Answers, read_answers
from survey_server.domain.forms import CompiledForm, compile_file, compile_folder
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.rules import Rules, rules_of
from survey_server.simulator.answering import random_answers, valid_answers
from tests.javarosa.interviews import as_tablets_send_it, differences, instance_of, load
from tests.javarosa.oracle import ZONE, JavaRosa, JavaRosaFault
from tests.times import times

QUESTIONNAIRES = sorted(Path(__file__).parents[2].glob("forms/*/survey.csv"))
CORNERS = sorted((Path(__file__).parent / "forms").glob("*.md"))

pytestmark = pytest.mark.needs("java")


@pytest.mark.parametrize("sheet", QUESTIONNAIRES, ids=lambda sheet: sheet.parent.name)
def test_a_questionnaire_of_ours_is_judged_as_on_tablets(
    engine: JavaRosa, tmp_path: Path, sheet: Path
) -> None:
    assert _differing(engine, compile_folder(sheet.parent), tmp_path, times(12)) == []


@pytest.mark.parametrize("file", CORNERS, ids=lambda file: file.stem)
def test_a_corner_of_javarosa_is_judged_as_on_tablets(
    engine: JavaRosa, tmp_path: Path, file: Path
) -> None:
    assert _differing(engine, _corner(file), tmp_path, times(8)) == []


@pytest.mark.parametrize("file", [*QUESTIONNAIRES, *CORNERS], ids=lambda file: file.stem)
def test_what_a_tablet_computes_and_spells_is_found_right(
    engine: JavaRosa, tmp_path: Path, file: Path
) -> None:
    """An interview that obeys every rule, opened by JavaRosa and sent as JavaRosa spells it."""
    form = compile_folder(file.parent) if file in QUESTIONNAIRES else _corner(file)
    load(engine, form, tmp_path)
    rules = rules_of(form.description)
    now = datetime.now(ZoneInfo(ZONE))
    checks = {check.id for check in form.description.checks}
    found = []
    for seed in range(times(5)):
        obedient = valid_answers(form.description, random.Random(seed), rules, now)
        engine.fill(instance_of(form.description, obedient))
        sent = read_answers(form.description, as_tablets_send_it(engine, form.description))
        found += [(seed, one) for one in rules.judge(sent, now) if one.rule not in checks]
    assert found == []


def _differing(engine: JavaRosa, form: CompiledForm, folder: Path, count: int) -> list[str]:
    load(engine, form, folder)
    rules = rules_of(form.description)
    found = []
    opened = 0
    for seed in range(count):
        answers = _answers(form.description, rules, seed)
        try:
            told = list(differences(engine, form.description, rules, answers))
        except JavaRosaFault:
            # A calculation stopped with an error: there is no such interview on a tablet.
            continue
        opened += 1
        found += [f"seed {seed}: {one}" for one in told]
    assert opened > count / 2, "JavaRosa could not open most of the interviews"
    return found


def _answers(description: FormDescription, rules: Rules, seed: int) -> Answers:
    """Careless and correct interviews in turn: the ones go where no tablet would, the others far
    into the form."""
    rng = random.Random(seed)
    if seed % 2:
        return random_answers(description, rng)
    return valid_answers(description, rng, rules, datetime.now(ZoneInfo(ZONE)))


@cache
def _corner(file: Path) -> CompiledForm:
    media = {path.name: path.read_bytes() for path in file.parent.glob("*.csv")}
    return compile_file(file.name, file.read_bytes(), media)
