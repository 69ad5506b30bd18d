"""Random expressions over a random interview, for comparing two engines by chance.

Expressions are mostly sensible (a number where a number is wanted) and sometimes not, because
forms are not either. What depends on the clock or on chance is left out.
"""

import random
from collections.abc import Callable

# A form with a node of every type, nested repeats, a list, and an answer that is not relevant.
FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>world</h:title><model>
<instance><data id="world" version="1"><i/><j/><c/><f/><d/><e/><t/><u/><s/><m/><z/><b/><tm/><g/>
<line/><hidden/><group><x/><y/></group>
<person jr:template=""><age/><name/><born/><codes/><child jr:template=""><w/><k/></child></person>
<person><age/><name/><born/><codes/><child><w/><k/></child></person></data></instance>
<instance id="list"><root>
<item><name>1</name><label>One</label><num>10</num><area>a</area></item>
<item><name>2</name><label>Two</label><num>20.5</num><area>a</area></item>
<item><name>03</name><label>Ba</label><num/><area>b</area></item>
<item><name>x y</name><label>Bốn</label><num>-4</num><area>b</area></item></root></instance>
{binds}</model></h:head><h:body>{body}</h:body></h:html>"""
TYPES = {
    "i": "int", "j": "int", "c": "decimal", "f": "decimal", "d": "date", "e": "dateTime",
    "t": "string", "u": "string", "s": "string", "m": "string", "z": "string", "b": "boolean",
    "tm": "time", "g": "geopoint", "line": "geotrace", "hidden": "int",
    "group/x": "int", "group/y": "string", "person/age": "int", "person/name": "string",
    "person/born": "date", "person/codes": "string", "person/child/w": "decimal",
    "person/child/k": "string",
}  # fmt: skip
# JavaRosa forgets codes that a question does not offer.
CODES = ("1", "2", "03", "a", "b")
SELECTS = frozenset({"m", "person/codes"})

NUMBERS = "0 1 2 3 5 7 10 12 -1 -2 0.5 1.5 2.5 -1.5 0.1 0.3 99 100 2024 1e3".split()
TEXTS = (
    "", " ", "a", "b", "1", "2", "03", "1.0", "-1", "1 2", "a b c", "x y", "hello", "Hello",
    "Nguyễn", "Hà Nội", " a  b ", "12abc", "true", "false", "NaN", "2024-04-01", "1983-09-30",
    "2024-02-29", "2023-02-29", "1e3", "1,5", ".5", "5.", "+5",
)  # fmt: skip
DATES = "2024-04-01 1983-09-30 1970-01-01 1969-12-31 2000-02-29 2012-07-23 1904-01-01".split()
PATTERNS = ("[0-9]+", "a.*", ".*", "[^0-9_@]*", "(a|b)+", "\\d{1,3}", "[A-Z][a-z]+", "")
FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%n %e %y", "%b %a", "%H:%M:%S", "%h.%3", "plain")
POINTS = ("10.5 106.7 0 0", "21.03 105.85 10 5", "0 0", "-33.9 18.4 0 0", "x", "")

VALUES: dict[str, tuple[object, ...]] = {
    "int": (0, 1, 2, 3, 17, 34, -5, 98, 2024, 99999),
    "decimal": (0.0, 0.1, 2.5, -1.25, 3.14159, 1000000.5, 12345.75),
    "date": tuple(DATES),
    "dateTime": ("2024-04-01T00:00:00.000+07:00", "2012-07-23T12:30:15.250+07:00"),
    "boolean": (1, 0),
    "time": ("00:00:00.000+07:00", "13:05:00.000+07:00"),
    "geopoint": ("21.03 105.85 10.0 5.0",),
    "geotrace": ("21.0 105.0 0.0 0.0; 21.1 105.0 0.0 0.0; 21.1 105.2 0.0 0.0; 21.0 105.0 0.0 0.0",),
    "string": TEXTS,
}

Maker = Callable[["Expressions", int], str]


class Interviews:
    """Random interviews of FORM."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def xml(self) -> str:
        leaves = "".join(self._leaf(name) for name in TYPES if "/" not in name)
        group = f"<group>{self._leaf('group/x')}{self._leaf('group/y')}</group>"
        people = "".join(self._person() for _ in range(self._rng.randint(1, 4)))
        return f'<data id="world" version="1">{leaves}{group}{people}</data>'

    def _person(self) -> str:
        leaves = "".join(self._leaf(f"person/{name}") for name in "age name born codes".split())
        children = "".join(
            f"<child>{self._leaf('person/child/w')}{self._leaf('person/child/k')}</child>"
            for _ in range(self._rng.randint(1, 3))
        )
        return f"<person>{leaves}{children}</person>"

    def _leaf(self, path: str) -> str:
        name = path.rpartition("/")[2]
        blank = path == "z" or self._rng.random() < 0.2
        return f"<{name}>{'' if blank else self._value(path)}</{name}>"

    def _value(self, path: str) -> str:
        if path in SELECTS:
            return " ".join(self._rng.sample(CODES, self._rng.randint(1, 3)))
        return str(self._rng.choice(VALUES[TYPES[path]])).strip()


class Expressions:
    """Random expressions; `depth` is how many calls and operators may stand inside each other."""

    def __init__(self, rng: random.Random, crooked: float = 0.12) -> None:
        self.rng = rng
        self._crooked = crooked

    def any(self, depth: int) -> str:
        return self.rng.choice([self.number, self.text, self.truth, self.date])(depth)

    def one_of(self, *makers: Callable[[int], str]) -> Callable[[int], str]:
        return self.rng.choice(makers)

    def quoted(self, *choices: str) -> str:
        text = self.rng.choice(choices)
        return f'"{text}"' if self.rng.random() < 0.3 else f"'{text}'"

    def number(self, depth: int) -> str:
        if self._turns():
            return self.any(depth - 1)
        if depth <= 0:
            return self.one_of(self._literal, self._number_node)(depth)
        return self._from(NUMERIC, depth)

    def text(self, depth: int) -> str:
        if self._turns():
            return self.any(depth - 1)
        if depth <= 0:
            return self.one_of(lambda _: self.quoted(*TEXTS), self._text_node)(depth)
        return self._from(TEXTUAL, depth)

    def truth(self, depth: int) -> str:
        if self._turns():
            return self.any(depth - 1)
        if depth <= 0:
            return self.rng.choice(["true()", "false()", "/data/b"])
        return self._from(TRUTHS, depth)

    def date(self, depth: int) -> str:
        if self._turns():
            return self.any(depth - 1)
        if depth <= 0:
            return self.rng.choice(["/data/d", "/data/e", f"date('{self.rng.choice(DATES)}')"])
        return self._from(MOMENTS, depth)

    def nodes(self, depth: int) -> str:
        rng = self.rng
        if rng.random() < 0.1:
            return rng.choice(["/data/*", "/data/person/*", "../*", "/data/none", "/data/hidden"])
        if depth <= 0 or rng.random() < 0.5:
            return rng.choice(SETS)
        return self._filtered(depth)

    def _filtered(self, depth: int) -> str:
        rng = self.rng
        base, columns = rng.choice(FILTERED)
        column = rng.choice(columns)
        operator = rng.choice(["=", "=", "!=", "<", ">="])
        wanted = self.one_of(self.number, self.text, self._current)(depth - 2)
        predicate = f"{column} {operator} {wanted}"
        if rng.random() < 0.2:
            predicate = f"position() = {rng.choice(['1', '2', 'position(current()/..)'])}"
        if rng.random() < 0.2:
            predicate += f" and {self.truth(depth - 2)}"
        tail = rng.choice(["", f"/{rng.choice(columns)}"])
        return f"{base}[{predicate}]{tail}"

    def _current(self, depth: int) -> str:
        return self.rng.choice(["current()/../name", "current()/../age", "current()/."])

    def _turns(self) -> bool:
        return self.rng.random() < self._crooked

    def _literal(self, depth: int) -> str:
        return self.rng.choice([n for n in NUMBERS if "e" not in n])

    def _number_node(self, depth: int) -> str:
        return self.rng.choice(NUMBER_NODES)

    def _text_node(self, depth: int) -> str:
        return self.rng.choice(TEXT_NODES)

    def _from(self, makers: tuple[Maker, ...], depth: int) -> str:
        return self.rng.choice(makers)(self, depth - 1)


SETS = (
    "/data/person", "/data/person/age", "/data/person/born", "/data/person/name",
    "/data/person/child/w", "../child/w", "../../person/age", "/data/person/codes",
    "/data/i | /data/j", "instance('list')/root/item/num", "instance('list')/root/item/name",
    "/data/group/x", ".", "..", "/data/line",
)  # fmt: skip
FILTERED = (
    ("/data/person", ("age", "name", "born", "codes")),
    ("../../person", ("age", "name")),
    ("/data/person/child", ("w", "k")),
    ("instance('list')/root/item", ("name", "label", "num", "area")),
)
NUMBER_NODES = (
    "/data/i", "/data/j", "/data/c", "/data/f", "/data/group/x", "/data/person/age", "../age",
    ".", "/data/z", "/data/hidden", "/data/none",
)  # fmt: skip
TEXT_NODES = (
    "/data/t", "/data/u", "/data/s", "/data/m", "/data/z", "/data/group/y", "/data/person/name",
    "../name", "../codes", "/data/i", ".", "/data/g", "/data/hidden",
)  # fmt: skip


def _call(name: str, *kinds: str) -> Maker:
    """`kinds` are makers of Expressions by name; one with a ? may be left out at the end."""

    def make(expressions: Expressions, depth: int) -> str:
        given = [kind for kind in kinds if not kind.endswith("?") or expressions.rng.random() < 0.5]
        arguments = [getattr(expressions, kind.rstrip("?"))(depth) for kind in given]
        return f"{name}({', '.join(arguments)})"

    return make


def _between(kind: str, *operators: str) -> Maker:
    def make(expressions: Expressions, depth: int) -> str:
        maker = getattr(expressions, kind)
        operator = expressions.rng.choice(operators)
        left, right = maker(depth), maker(depth)
        return f"({left} {operator} {right})" if depth > 0 else f"{left} {operator} {right}"

    return make


def _fixed(name: str, kind: str, choices: tuple[str, ...]) -> Maker:
    """A function of a value and of a text out of a few."""

    def make(expressions: Expressions, depth: int) -> str:
        value = getattr(expressions, kind)(depth)
        return f"{name}({value}, {expressions.quoted(*choices)})"

    return make


def _points(name: str) -> Maker:
    def make(expressions: Expressions, depth: int) -> str:
        points = [expressions.quoted(*POINTS) for _ in range(expressions.rng.randint(1, 4))]
        given = expressions.rng.choice(["/data/line", "/data/g", ", ".join(points)])
        return f"round({name}({given}), -2)"

    return make


def _if(kind: str) -> Maker:
    return _call("if", "truth", kind, kind)


NUMERIC: tuple[Maker, ...] = (
    *[_between("number", "+", "-", "*", "div", "mod")] * 6,
    *[_call("count", "nodes"), _call("sum", "nodes"), _call("max", "nodes"), _call("min", "nodes")],
    *[_call("max", "number", "number", "number?"), _call("min", "number", "number")],
    *[_call(name, "number") for name in "number int abs sqrt exp log log10 sin cos tan".split()],
    *[_call(name, "number") for name in "asin acos atan exp10 round".split()],
    _call("round", "number", "number"), _call("pow", "number", "number"),
    _call("atan2", "number", "number"), _call("number", "text"), _call("int", "text"),
    _call("number", "date"), _call("decimal-date-time", "date"), _call("decimal-time", "date"),
    lambda e, depth: "round(decimal-time(/data/tm), 6)",
    _call("string-length", "text"), _call("count-selected", "text"),
    _call("count-non-empty", "nodes"),
    _call("position", "nodes"), _call("coalesce", "number", "number"), _if("number"), _if("number"),
    _points("area"), _points("distance"), _points("enclosed-area"),
    lambda e, depth: f"-{e.number(depth)}",
    lambda e, depth: f"indexed-repeat(/data/person/age, /data/person, {e.number(depth)})",
)  # fmt: skip
TEXTUAL: tuple[Maker, ...] = (
    _call("string", "any"), _call("concat", "text", "any", "text?"), _call("join", "text", "nodes"),
    _call("join", "text", "text", "number"), _call("substr", "text", "number", "number?"),
    _call("substring-before", "text", "text"), _call("substring-after", "text", "text"),
    _call("translate", "text", "text", "text"), _call("normalize-space", "text"),
    _call("coalesce", "text", "text"), _if("text"), _if("any"),
    _call("selected-at", "text", "number"),
    _fixed("format-date", "date", FORMATS), _fixed("format-date-time", "date", FORMATS),
    _call("once", "text"), _call("depend", "text", "any"),
    lambda e, depth: "base64-decode('SMOgIE7hu5lp')",
    lambda e, depth: "format-date-time(/data/tm, '%H:%M')",
    _fixed("digest", "text", ("MD5", "SHA-1", "SHA-256")),
    lambda e, depth: f"indexed-repeat(/data/person/name, /data/person, {e.number(depth)})",
    lambda e, depth: f"{e._filtered(depth)}",
)  # fmt: skip
TRUTHS: tuple[Maker, ...] = (
    *[_between("number", "=", "!=", "<", "<=", ">", ">=")] * 4,
    *[_between("text", "=", "!=")] * 3,
    *[_between("date", "=", "!=", "<", "<=", ">", ">=")] * 2,
    *[_between("truth", "and", "or")] * 4,
    *[_between("any", "=", "!=", "<", ">")] * 2,
    _call("not", "truth"), _call("not", "any"), _call("boolean", "any"), _if("truth"),
    _call("boolean-from-string", "any"), _call("selected", "text", "text"),
    _call("is-selected", "text", "text"), _call("contains", "text", "text"),
    _call("starts-with", "text", "text"), _call("ends-with", "text", "text"),
    _fixed("regex", "text", PATTERNS),
    _call("checklist", "number", "number", "truth", "any", "truth?"),
    _call("weighted-checklist", "number", "number", "truth", "number", "any", "number"),
    _fixed("geofence", "text", ("0 0; 0 10; 10 10; 10 0; 0 0", "0.5 2 0 0")),
)  # fmt: skip
MOMENTS: tuple[Maker, ...] = (
    _call("date", "date"), _call("date", "text"),
    # Java's calendar before 1583 is another, and ours ends with the year 9999.
    lambda e, depth: f"date({e.number(depth)} mod 40000)",
    _call("date-time", "date"), _call("date-time", "text"), _if("date"),
    _call("coalesce", "date", "date"), _between("date", "+", "-"), _between("any", "+", "-"),
)  # fmt: skip
