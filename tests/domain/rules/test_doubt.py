"""One error, one finding: what follows from an answer known to be wrong is not judged."""

import pytest

from tests.domain.rules.forms import judged

FORM = """
    type                | name     | relevant      | required | calculation   | constraint | choice_filter
    begin_repeat        | person   |               |          |               |            |
    integer             | born     |               | yes      |               | . > 1900   |
    calculate           | age      |               |          | 2024 - ${born} |           |
    text                | job      | ${age} > 14   | yes      |               |            |
    begin_group         | school   | ${age} < 15   |          |               |            |
    integer             | class    |               | yes      |               | . <= ${age} |
    end_group           |          |               |          |               |            |
    select_one province | province |               | yes      |               |            |
    select_one district | district |               | yes      |               |            | region = ${province}
    end_repeat          |          |               |          |               |            |
    calculate           | grown    |               |          | count(${person}[age > 17]) |  |
"""  # noqa: E501
CHECKS = """
    id    | severity | scope  | question | condition
    OLD   | warning  | person | born     | ${age} > 99
    FIRST | error    | person | born     | position(..) > 0 and ${born} < indexed-repeat(${born}, ${person}, 1)
    ADULT | error    |        |          | ${grown} = 0
"""  # noqa: E501


def people() -> list[dict[str, object]]:
    grown = {"born": "1980", "age": "44", "job": "x", "province": "01", "district": "011"}
    young = {"born": "2015", "age": "9", "school": {"class": "3"}} | {
        "province": "02", "district": "021"
    }  # fmt: skip
    return [grown, young]


def found(first: dict[str, object | None], second: dict[str, object | None]) -> list[object]:
    """What is told where answers of the two persons are changed; None takes one away."""
    persons = []
    for person, changes in zip(people(), (first, second), strict=True):
        told = {**person, **changes}
        persons.append({name: value for name, value in told.items() if value is not None})
    return list(judged(FORM, {"person": persons, "grown": "1"}, CHECKS))


def test_careful_answers_leave_nothing_to_doubt() -> None:
    assert found({}, {}) == []


@pytest.mark.parametrize(
    ("changes", "rule", "question"),
    [
        # The tablet could not compute an age from it either, and nobody knows what to ask.
        ({"born": "long ago", "age": None, "school": None}, "type", "born"),
        ({"born": "long ago", "age": None, "job": "x"}, "type", "born"),
        ({"born": "long ago"}, "type", "born"),
        ({"born": None, "age": None, "school": None}, "required_missing", "born"),
        ({"born": None}, "required_missing", "born"),
        ({"province": "77"}, "not_in_list", "province"),
        ({"province": None}, "required_missing", "province"),
        ({"district": "777"}, "not_in_list", "district"),
        ({"district": "011"}, "not_offered", "district"),
        ({"district": None}, "required_missing", "district"),
        ({"school": {"class": "x"}}, "type", "school/class"),
        ({"school": {}}, "required_missing", "school/class"),
        ({"school": {"class": "10"}}, "constraint", "school/class"),
        ({"job": "x"}, "not_relevant", "job"),
    ],
)
def test_an_error_of_one_person_is_one_finding_and_hides_nothing_of_another(
    changes: dict[str, object | None], rule: str, question: str
) -> None:
    one = (rule, f"person[2]/{question}")
    assert found({}, changes) == [one]
    other = ("required_missing", "person[1]/job")
    assert set(found({"job": None}, changes)) == {one, other}
    wrong = ("calculate_differs", "person[1]/age")
    assert set(found({"age": "43"}, changes)) == {one, wrong}


def test_two_errors_of_one_person_are_two_findings() -> None:
    changes: dict[str, object | None] = {"born": "long ago", "district": "011"}
    assert found({}, changes) == [("type", "person[2]/born"), ("not_offered", "person[2]/district")]
