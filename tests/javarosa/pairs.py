"""Every operator and most functions between every two values of a list: what random expressions
reach only by chance. The values are those at which engines differ: blanks, numbers in texts, dates
with and without a time of day, infinity, nodes of every type, and none.
"""

from collections.abc import Iterator
from itertools import product

NUMBERS = (
    "0", "1", "2", "-1", "0.5", "1.5", "-1.5", "2.5", "100", "1000000", "2147483648", "0.001",
    "0.00001", "1 div 0", "-1 div 0", "0 div 0",
)  # fmt: skip
TEXTS = (
    "''", "' '", "'0'", "'1'", "'1.0'", "' 1 '", "'-1'", "'.5'", "'5.'", "'1e3'", "'1,5'", "'a'",
    "'A'", "'abc'", "'a b'", "' a  b '", "'NaN'", "'Infinity'", "'true'", "'false'", "'Việt Nam'",
)  # fmt: skip
MOMENTS = (
    "'2024-04-01'", "'2012-07-23'", "'2012-02-30'", "'2012-7-3'", "'10:15:30'",
    "'2012-07-23T10:15:30.000+07:00'", "'2012-07-23T23:59:59.999Z'", "date('2012-07-23')",
    "date('1969-12-31')", "date-time('2012-07-23T10:15:30.500+07:00')",
)  # fmt: skip
NODES = (
    "/data/i", "/data/c", "/data/d", "/data/e", "/data/t", "/data/z", "/data/b", "/data/m",
    "/data/none", "/data/hidden", "/data/person/age", "/data/person",
)  # fmt: skip
VALUES = (*NUMBERS, *TEXTS, *MOMENTS, "true()", "false()", *NODES)

OPERATORS = "= != < <= > >= + - * div mod and or".split()
OF_ONE = (
    "number string boolean boolean-from-string not int round abs sqrt exp exp10 log log10 sin cos "
    "tan asin acos atan string-length normalize-space date date-time decimal-date-time "
    "decimal-time count-selected count sum max min concat join position once"
).split()
OF_TWO = (
    "concat contains starts-with ends-with substring-before substring-after substr selected "
    "selected-at round pow atan2 coalesce join regex format-date format-date-time max min"
).split()
OTHERS = (
    "-{0}", "--{0}", "if({0}, 'y', 'n')", "if({0}, {1}, 'no')", "translate({0}, {1}, 'xy')",
    "checklist({0}, {1}, true(), 1)", "substr({0}, 1, {1})",
    "format-date({0}, '%Y-%m-%d %H:%M:%S.%3')", "format-date-time({0}, '%e %n %y %h %b %a')",
)  # fmt: skip


def pairs() -> Iterator[str]:
    shapes = [f"{{0}} {operator} {{1}}" for operator in OPERATORS]
    shapes += [f"{name}({{0}})" for name in OF_ONE] + [f"{name}({{0}}, {{1}})" for name in OF_TWO]
    for shape in (*shapes, *OTHERS):
        for one, other in product(VALUES, VALUES if "{1}" in shape else ("",)):
            yield shape.format(one, other)
