"""The places of a form, with their rules compiled: made once per form version.

A site is a question, a group or a repeat. Of its expressions it is known what they read, so that
rules can be run in an order in which nothing is read before it is settled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_server.domain.forms.parts import FormDescription, Group, Itemset, Path, Question
from survey_server.domain.logic import Expression, Node, XPathSyntaxError, compile_expression
from survey_server.domain.logic.references import Reference, instances_of, references_of
from survey_server.domain.logic.syntax import Call, everything_in

# What depends on the language the tablet ran in, which nobody told us.
_IN_SOME_LANGUAGE = frozenset({"jr:choice-name", "jr:itext"})


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression where it stands. `blind`: it reads a list that is not at hand."""

    expression: Expression
    reads: tuple[Reference, ...]
    blind: bool

    @property
    def can_be_repeated(self) -> bool:
        """The tablet's value can be had again: it depends on answers alone."""
        parts = everything_in(self.expression.syntax)
        spoken = any(isinstance(one, Call) and one.name in _IN_SOME_LANGUAGE for one in parts)
        return not (self.blind or spoken or self.expression.is_volatile)


class Site:
    """Compared by identity. `number` counts the sites of a form from 0, in its order."""

    __slots__ = (
        "calculate",
        "children",
        "constraint",
        "count",
        "is_asked",
        "is_repeat",
        "is_shown",
        "name",
        "number",
        "offered",
        "parent",
        "part",
        "relevant",
        "required",
        "type",
    )

    def __init__(self, part: Question | Group, parent: "Site | None", number: int) -> None:
        self.part = part
        self.parent = parent
        self.number = number
        self.name = part.name
        self.is_repeat = isinstance(part, Group) and part.kind == "repeat"
        self.children: list[Site] = []
        self.type = part.type if isinstance(part, Question) else ""
        self.is_shown = isinstance(part, Question) and part.control is not None
        self.is_asked = self.is_shown and not (isinstance(part, Question) and part.readonly)
        self.relevant: Rule | None = None
        self.required: Rule | bool = False
        self.constraint: Rule | None = None
        self.calculate: Rule | None = None
        self.offered: Rule | None = None
        self.count: Rule | None = None

    @property
    def path(self) -> Path:
        return self.part.path

    def rules(self) -> Iterator[Rule]:
        for rule in (
            self.relevant, self.required, self.constraint, self.calculate, self.offered, self.count,
        ):  # fmt: skip
            if isinstance(rule, Rule):
                yield rule


@dataclass(frozen=True, eq=False)
class Sites:
    """All sites of a form, parents first; the root is the first."""

    all: tuple[Site, ...]
    by_path: Mapping[Path, Site]
    root_name: str
    unknown_lists: frozenset[str]

    @property
    def root(self) -> Site:
        return self.all[0]

    def of(self, node: Node) -> Site:
        return self.by_path[tuple(each.name for each in node.lineage[1:])]

    def rule(self, text: str, at: Path) -> Rule:
        """Raises XPathSyntaxError."""
        expression = compile_expression(text)
        return Rule(
            expression,
            references_of(expression.syntax, at, self.root_name),
            bool(instances_of(expression.syntax) & self.unknown_lists),
        )


def sites_of(description: FormDescription) -> Sites:
    found: list[Site] = []
    _collect(description.root, None, found)
    unknown = frozenset(name for name, one in description.instances.items() if one.rows is None)
    sites = Sites(
        all=tuple(found),
        by_path={site.path: site for site in found},
        root_name=description.root.name,
        unknown_lists=unknown,
    )
    for site in found:
        _compile(site, sites)
    return sites


def _collect(part: Question | Group, parent: Site | None, found: list[Site]) -> None:
    site = Site(part, parent, len(found))
    found.append(site)
    if parent is not None:
        parent.children.append(site)
    if isinstance(part, Group):
        for child in part.children:
            _collect(child, site, found)


def _compile(site: Site, sites: Sites) -> None:
    part = site.part
    site.relevant = _rule(part.relevant, site.path, sites)
    if isinstance(part, Group):
        # The count is read by the group around the repeat: entries may be there or not.
        site.count = _rule(part.count, site.path, sites)
        return
    required = _rule(part.required_expr, site.path, sites)
    site.required = part.required if required is None else required
    site.constraint = _rule(part.constraint, site.path, sites)
    calculate = _rule(part.calculate, site.path, sites)
    # What an enumerator may overwrite cannot be held against the calculation.
    if calculate is not None and not site.is_asked and calculate.can_be_repeated:
        site.calculate = calculate
    if part.itemset is not None and _chooses(part.itemset):
        site.offered = _rule(part.itemset.nodeset, site.path, sites)


def _chooses(itemset: Itemset) -> bool:
    """Whether the list depends on answers: a whole list is known before any are given."""
    return "[" in itemset.nodeset or "instance(" not in itemset.nodeset


def _rule(text: str | None, at: Path, sites: Sites) -> Rule | None:
    """An expression that is none was refused when the form was published; an older form that has
    one all the same goes without that rule."""
    if text is None:
        return None
    try:
        return sites.rule(text, at)
    except XPathSyntaxError:
        return None
