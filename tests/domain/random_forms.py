"""Forms and interviews of any shape, for the properties that must hold for all of them."""

from typing import Any
from xml.sax.saxutils import quoteattr

from hypothesis import strategies as st

from survey_server.domain.forms import FormDescription, Group, Question, description_of
from survey_server.domain.forms.parts import LIST_TYPES

CODES = ("1", "2", "98", "có", "a-b")
TYPES = (
    "string", "int", "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "boolean",
    "binary", "select1", "select",
)  # fmt: skip
_ASKED = {"select1": "select1", "select": "select"}

names = st.sampled_from([f"{letter}{n}" for letter in "abcđ" for n in range(5)])
metas = st.sampled_from(
    [
        "",
        "<meta/>",
        "<meta><instanceID/></meta>",
        '<meta><entity dataset="people" id=""/><instanceID/></meta>',
        '<meta><entity dataset="people" create="1" id=""><label/></entity><instanceID/></meta>',
    ]
)


@st.composite
def forms(draw: st.DrawFn) -> FormDescription:
    """Groups and repeats in one another, questions of all types, some required, some with roles."""
    binds: list[str] = []
    body: list[str] = []
    nodes = draw(_nodes("/data", 0, binds, body))
    return description_of(
        f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa" xmlns:survey="urn:survey-server:form"><h:head>
        <model><instance><data id="random" version="1">{nodes}{draw(metas)}</data></instance>
        {"".join(binds)}</model></h:head><h:body>{"".join(body)}</h:body></h:html>""".encode()
    )


@st.composite
def _nodes(draw: st.DrawFn, place: str, depth: int, binds: list[str], body: list[str]) -> str:
    found = draw(st.lists(names, unique=True, min_size=1, max_size=4))
    return "".join(draw(_node(f"{place}/{name}", name, depth, binds, body)) for name in found)


@st.composite
def _node(
    draw: st.DrawFn, place: str, name: str, depth: int, binds: list[str], body: list[str]
) -> str:
    kind = draw(
        st.sampled_from(["group", "repeat", *TYPES]) if depth < 3 else st.sampled_from(TYPES)
    )
    relevant = draw(st.sampled_from(["", "", ' relevant="1 = 1"']))
    if kind in TYPES:
        body.append(_control(place, kind))
        required = draw(st.sampled_from(["", "", ' required="true()"']))
        meaning = draw(st.sampled_from(["", "", "", _RESULT])) if kind == "select1" else ""
        special = draw(st.sampled_from(["", ' survey:missing="99"']))
        rules = f"{required}{relevant}{meaning}{special}"
        binds.append(f'<bind nodeset={quoteattr(place)} type="{kind}"{rules}/>')
        return f"<{name}/>"
    binds.append(f"<bind nodeset={quoteattr(place)}{relevant}/>")
    repeat = f"<repeat nodeset={quoteattr(place)}/>" if kind == "repeat" else ""
    body.append(f"<group ref={quoteattr(place)}>{repeat}</group>")
    return f"<{name}>{draw(_nodes(place, depth + 1, binds, body))}</{name}>"


_RESULT = ' survey:role="visit.result" survey:codes="interviewed=1 absent=2"'


def _control(place: str, kind: str) -> str:
    control = _ASKED.get(kind, "input")
    items = "".join(f"<item><label>{c}</label><value>{c}</value></item>" for c in CODES)
    return f"<{control} ref={quoteattr(place)}>{items if kind in _ASKED else ''}</{control}>"


# Any text at all: quotes, other planes, spaces in front, what XML cannot carry, halves of pairs.
texts = st.text(max_size=12) | st.sampled_from(
    [" a", "b \n", "\ufeff\U0001f600", "\"'<&>]]>", "\x00", "a\r\nb\tc", "\x1f", "\u00a0", "1 2"]
) | st.text(st.characters(), max_size=4)  # fmt: skip
codes = st.sampled_from([*CODES, "99", "7", "tv"])
spelled_values = st.sampled_from(
    [
        "1", "0012", "-5", "4.5", "1e3", "2024-02-29", "2023-02-29", "10:30", "25:00", "21.0 105.8",
        "21.0 105.8 3 4.5", "91 0", "21 105;22 106; ", "2024-04-01T10:30:00.123+07:00", "true",
        "1\n",
    ]
)  # fmt: skip
scalars = texts | codes | spelled_values
# Values that are right; text that is none of the type, or not in the list, is among the codes.
right = {
    "string": st.text('aâ \U0001f600"', min_size=1, max_size=5).filter(
        lambda text: not text.isspace()
    ),
    "int": st.from_regex("-?[0-9]{1,18}", fullmatch=True),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    "date": st.dates().map(str),
    "time": st.times().map(str),
    "dateTime": st.datetimes().map(lambda moment: moment.isoformat()),
    "geopoint": st.just("21.0285 105.8542 12.0 4.5"),
    "geotrace": st.just("21.0 105.8;21.1 105.9"),
    "boolean": st.sampled_from(["true", "false"]),
}
numbers = st.integers() | st.floats() | st.booleans() | st.none()
xml_names = st.sampled_from(["x", "audit", "đ.1", "entity", "confirmed", "rule"])
carried_names = xml_names | st.sampled_from(["@id", "@đ", "#text"]) | st.text(max_size=3)
carried_values = st.recursive(
    scalars | numbers,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(carried_names, below, max_size=3),
    max_leaves=6,
)
confirmed = st.lists(
    st.fixed_dictionaries({}, optional={"rule": texts, "path": texts, "reason": texts, "x": texts}),
    max_size=3,
)


def trees(group: Group, like: FormDescription | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Nearly right ones, `like` those of that form; or hostile ones, with anything and more."""
    parts = {child.name: _values(child, like) for child in group.children}
    if not group.path:
        parts.setdefault("meta", _metas(None, like))
    if like:
        needed = {name: parts.pop(name) for name in [c.name for c in group.children if needs(c)]}
        return st.fixed_dictionaries(needed, optional=parts)
    known = st.fixed_dictionaries({}, optional=parts)
    more = st.dictionaries(carried_names.filter(lambda name: name not in parts), carried_values,
                           max_size=1)  # fmt: skip
    return st.builds(lambda one, other: {**other, **one}, known, more)


def needs(part: Question | Group) -> bool:
    """What nobody fills in by chance, so that many trees are whole."""
    if isinstance(part, Question):
        return part.required
    return part.kind == "group" and any(needs(child) for child in part.children)


def _values(part: Question | Group, like: FormDescription | None) -> st.SearchStrategy[Any]:
    if part.path == ("meta",):
        return _metas(part if isinstance(part, Group) else None, like)
    if part.name == "entity":
        return st.dictionaries(st.sampled_from(["@id", "@create", "label"]), texts)
    if isinstance(part, Group):
        below = trees(part, like)
        return st.lists(below, max_size=3) if part.kind == "repeat" else below
    if like is None:
        return scalars | st.lists(codes | texts, max_size=3) | carried_values
    return _plausible(part, like)


def _plausible(question: Question, form: FormDescription) -> st.SearchStrategy[Any]:
    """Nearly always right, so that whole trees are."""
    choices = form.choices_of(question) or ()
    listed = st.sampled_from([choice.value for choice in choices] or ["1"])
    good = listed if choices else right.get(question.type, listed)
    one = st.integers(0, 60).flatmap(lambda dice: codes | spelled_values if dice == 7 else good)
    if question.type in LIST_TYPES:
        return st.lists(one.filter(lambda code: " " not in code), min_size=1, max_size=3)
    return one


def _metas(meta: Group | None, like: FormDescription | None) -> st.SearchStrategy[dict[str, Any]]:
    known = {child.name: _values(child, like) for child in meta.children} if meta else {}
    known["confirmed"] = confirmed if like else confirmed | carried_values
    return st.fixed_dictionaries({}, optional={**known, "audit": texts})
