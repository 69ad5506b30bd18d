"""Large forms, large households and hostile answers are judged in bounded time."""

import time
from dataclasses import replace

import pytest

from survey_server.domain.answers.reading import MOST_FINDINGS
from survey_server.domain.forms.parts import FormDescription, Group, Question
from survey_server.domain.rules import rules_of
from tests.domain.rules.forms import findings, form, judged, rules, told

CHAIN = 1500
# A form has 64 levels at most, and some are taken by what is around its groups.
LEVELS = 57
HEAD = "type | name | calculation | relevant | constraint | required\n"


def test_a_chain_of_a_thousand_calculations_is_followed_to_its_end() -> None:
    steps = "".join(f"calculate | c{n} | ${{c{n - 1}}} + 1\n" for n in range(1, CHAIN))
    made = rules(f"{HEAD}integer | c0\n{steps}text | last | | ${{c{CHAIN - 1}}} > {CHAIN - 1}\n")
    sent = {f"c{n}": str(n) for n in range(CHAIN)}
    assert findings(made, sent) == ()
    assert told(findings(made, sent | {"last": "x"})) == [("not_relevant", "last")]
    # The first slip in it makes all that follows wrong, one by one.
    assert len(findings(made, sent | {"c0": "1", "last": "x"})) == MOST_FINDINGS
    started = time.process_time()
    findings(made, sent)
    assert time.process_time() - started < 0.5


def test_calculations_that_stand_before_what_they_read_are_done_after_it() -> None:
    steps = "".join(f"calculate | c{n} | ${{c{n + 1}}} + 1\n" for n in range(200))
    made = rules(f"{HEAD}{steps}integer | c200\n")
    sent = {f"c{n}": str(200 - n) for n in range(200)} | {"c200": "0"}
    assert findings(made, sent) == ()


def test_groups_within_groups_are_followed_as_deep_as_forms_may_be() -> None:
    down = "".join(f"begin_group | g{n} | | ${{top}} >= {n}\n" for n in range(LEVELS))
    up = "end_group |\n" * LEVELS
    made = rules(f"{HEAD}integer | top\n{down}text | deep | | | | yes\n{up}")
    path = "/".join(f"g{n}" for n in range(LEVELS)) + "/deep"

    def nested(value: str) -> dict[str, object]:
        below: dict[str, object] = {"deep": value}
        for n in reversed(range(LEVELS)):
            below = {f"g{n}": below}
        return below

    assert findings(made, {"top": "99", **nested("here")}) == ()
    assert told(findings(made, {"top": "99"})) == [("required_missing", path)]
    assert told(findings(made, {"top": str(LEVELS - 2), **nested("here")})) == [
        ("not_relevant", path)
    ]


ROSTER = (
    HEAD
    + "begin_repeat | person\n"
    + "".join(f"integer | q{n} | | ${{q0}} > 1 | . < {n} + 100 | yes\n" for n in range(1, 160))
    + "integer | q0\nend_repeat |\n"
)
CHECKS = """
    id  | severity | scope  | question | condition
    SUM | error    | person | q0       | count(${person}[q2 = current()/q2]) > 99
"""


def test_sixty_persons_of_a_hundred_and_sixty_questions_are_judged_in_time() -> None:
    made = rules(ROSTER, CHECKS)
    people = [{f"q{n}": "7" for n in range(160)} for _ in range(60)]
    assert findings(made, {"person": people}) == ()
    started = time.process_time()
    findings(made, {"person": people})
    assert time.process_time() - started < 1
    people[41]["q3"] = "103"
    assert told(findings(made, {"person": people})) == [("constraint", "person[42]/q3")]


@pytest.mark.parametrize("person", [{"q0": "7"}, {f"q{n}": "999" for n in range(160)},
                                    {f"q{n}": "x" for n in range(160)}])  # fmt: skip
def test_an_interview_that_is_wrong_all_through_has_so_many_findings_and_no_more(
    person: dict[str, str],
) -> None:
    made = rules(ROSTER, CHECKS)
    started = time.process_time()
    assert len(findings(made, {"person": [person] * 60})) == MOST_FINDINGS
    assert time.process_time() - started < 5


def test_nobody_at_all_is_nothing_to_find() -> None:
    assert judged(ROSTER, {"person": []}) == judged(ROSTER, {}) == []


def test_hundreds_of_entries_within_hundreds_are_counted_in_time() -> None:
    survey = """
        type         | name  | repeat_count
        begin_repeat | outer |
        integer      | size  |
        begin_repeat | inner | ${size}
        text         | word  |
        end_repeat   |       |
        end_repeat   |       |
    """
    outer = [{"size": "10", "inner": [{"word": "x"}] * 10} for _ in range(1000)]
    outer[700]["size"] = "11"
    started = time.process_time()
    assert judged(survey, {"outer": outer}) == [("repeat_count", "outer[701]/inner")]
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "answer", ["x" * 1_000_000, "9" * 1_000_000, "٣" * 1000, "\x00", "\ud800", "-", "1e999", "²"]
)
def test_answers_of_any_size_and_kind_are_judged(answer: str) -> None:
    survey = """
        type    | name | calculation           | constraint
        text    | a    |                       | regex(., '([0-9]+)+') or string-length(.) > 5
        integer | n    |                       | . < 10
        decimal | d    |                       |
        calculate | c  | concat(${a}, ${n}) + 1  |
    """
    started = time.process_time()
    found = judged(survey, {"a": answer, "n": answer, "d": answer, "c": answer})
    assert all(
        rule in {"type", "constraint", "calculate_differs", "rule_failed"} for rule, _ in found
    )
    assert time.process_time() - started < 5


def test_old_forms_whose_questions_depend_on_each_other_are_still_judged() -> None:
    """Such forms are refused today; those of before have their interviews."""
    known = _with_cycles(30)
    made = rules_of(known)
    assert made.logic.cycles
    findings(made, {f"c{n}": "1" for n in range(30)})


def test_a_form_in_which_everything_depends_on_everything_takes_no_time() -> None:
    started = time.process_time()
    rules_of(_with_cycles(150))
    assert time.process_time() - started < 10


def _with_cycles(number: int) -> FormDescription:
    """Each calculation reads all others."""
    known = form(HEAD + "".join(f"calculate | c{n} | 1\n" for n in range(number)) + "text | a")
    children: list[Question | Group] = []
    for child in known.root.children:
        if isinstance(child, Question) and child.calculate:
            others = [f"/data/c{n}" for n in range(number) if f"c{n}" != child.name]
            children.append(replace(child, calculate=" + ".join(others)))
        else:
            children.append(child)
    return replace(known, root=replace(known.root, children=tuple(children)))
