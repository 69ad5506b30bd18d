"""What an expression reads is known before any interview is there."""

import pytest

from survey_server.domain.logic import compile_expression
from survey_server.domain.logic.references import Reference, instances_of, references_of

HERE = ("person", "births", "sons")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (". > 3", [("person/births/sons", 3, True)]),
        ("../daughters + 1", [("person/births/daughters", 2, True)]),
        ("../../sex = '2'", [("person/sex", 1, True)]),
        ("/data/person/sex", [("person/sex", 1, True)]),
        ("/data/dwelling/roof", [("dwelling/roof", 0, True)]),
        # Climbs out of the repeat and comes back: every person's.
        ("sum(../../../person/births/sons)", [("person/births/sons", 0, True)]),
        (
            "count(/data/person[relation = '2'])",
            [("person/relation", 0, True), ("person", 0, True)],
        ),
        ("/data/person[position() = 1]/sex", [("person/sex", 0, True)]),
        (
            "indexed-repeat(/data/person/sex, /data/person, 1)",
            [("person/sex", 0, True, ((1, 1),)), ("person", 1, True)],
        ),
        (
            "indexed-repeat(/data/person/sex, /data/person, ../sons)",
            [("person/sex", 0, True), ("person", 1, True), ("person/births/sons", 2, True)],
        ),
        (
            "indexed-repeat(/data/person/births/sons, /data/person, 2, /data/person/births, 0)",
            [
                ("person/births/sons", 0, True, ((1, 2), (2, 1))),
                ("person", 1, True),
                ("person/births", 2, True),
            ],
        ),
        (
            "indexed-repeat(/data/size, /data/person/births, 1)",
            [("size", 0, True), ("person/births", 2, True)],
        ),
        (
            "instance('d')/root/item[province = current()/../province]/label",
            [("person/births/province", 2, True)],
        ),
        ("position(..)", [("person/births", 2, True)]),
        ("jr:choice-name(/data/a, '/data/b')", [("a", 0, True)]),
        ("/data/person/*", [("person", 1, False)]),
        ("//sons", [("", 0, False)]),
        ("/elsewhere/sons", [("elsewhere/sons", 0, True)]),
        ("'a' = 1 + today()", []),
    ],
)
def test_paths_are_told_with_what_they_share_with_the_reader(
    text: str, read: list[tuple[str, int, bool, *tuple[tuple[tuple[int, int], ...], ...]]]
) -> None:
    found = references_of(compile_expression(text).syntax, HERE)
    expected = [Reference(tuple(path.split("/")) if path else (), *rest) for path, *rest in read]
    assert list(found) == expected


def test_secondary_instances_are_named() -> None:
    syntax = compile_expression("pulldata('a', 'b', 'c', 'd') + instance('e')/root/item").syntax
    assert instances_of(syntax) == {"a", "e"}
