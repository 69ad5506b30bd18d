"""What the rules of an XForm get wrong, whoever made it: syntax, functions, paths, circles."""

from collections.abc import Iterator, Mapping

from survey_server.domain.forms.checking.expressions import Rule, in_list, parsed
from survey_server.domain.forms.checking.judging import check_rules
from survey_server.domain.forms.checking.model import Model, Node
from survey_server.domain.forms.checking.report import Report, Where
from survey_server.domain.forms.checking.rules import MOST_CHARACTERS
from survey_server.domain.forms.checking.vocabulary import Kind, kind_of_bind
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.parts import FormDescription, Group, Path, Question
from survey_server.domain.logic.syntax import Call, Path as PathSyntax, Step, Text

_SELECTS: Mapping[str, Kind] = {"select1": "code", "select": "codes", "rank": "codes"}


def xform_problems(description: FormDescription) -> tuple[FormProblem, ...]:
    report = Report()
    model = _model(description)
    check_rules(list(_rules(description, report)), model, report)
    return tuple(report.problems)


def _model(description: FormDescription) -> Model:
    groups = {group.path: group.kind for group in description.groups()}
    repeats = [path for path, kind in groups.items() if kind == "repeat"]
    nodes = {
        question.path: Node(
            path=question.path,
            kind=_kind(question),
            codes=_codes(question, description),
            repeats=tuple(path for path in repeats if question.path[: len(path)] == path),
        )
        for question in description.questions()
    }
    lists = frozenset({*description.instances, *_files(description)})
    return Model(nodes, groups, description.root.name, lists)


def _files(description: FormDescription) -> Iterator[str]:
    for instance in description.instances.values():
        if instance.source:
            yield instance.source.rpartition("/")[2].rpartition(".")[0]


def _kind(question: Question) -> Kind:
    """A text may hold anything where nobody looks at how it was asked for."""
    if (question.control or "") in _SELECTS:
        return _SELECTS[question.control or ""]
    if question.is_note:
        return "note"
    return kind_of_bind(question.type) if question.control else "unknown"


def _codes(question: Question, description: FormDescription) -> frozenset[str] | None:
    choices = description.choices_of(question)
    return None if choices is None else frozenset(choice.value for choice in choices)


def _rules(description: FormDescription, report: Report) -> Iterator[Rule]:
    left = MOST_CHARACTERS
    parts: list[Question | Group] = [*description.groups(), *description.questions()]
    for part in parts:
        for aspect, text in _texts(part):
            where = Where(column=aspect, question=part.name)
            left -= len(text)
            if left < 0:
                report.error("rules_too_long", where, limit=MOST_CHARACTERS)
                return
            syntax = parsed(text, where, report)
            if syntax is None:
                continue
            nodes = _nodes_filtered(part)
            read = in_list(syntax, nodes) if nodes and aspect == "choice_filter" else syntax
            yield Rule(part.path, aspect, where, text, syntax, read)
    if description.instance_name:
        place: Path = ("meta", "instanceName")
        where = Where(column="instanceName")
        syntax = parsed(description.instance_name, where, report)
        if syntax is not None:
            name = description.instance_name
            yield Rule(place, "instance_name", where, name, syntax, syntax)


def _texts(part: Question | Group) -> Iterator[tuple[str, str]]:
    if isinstance(part, Group):
        found = {"relevant": part.relevant, "count": part.count}
    else:
        found = {
            "relevant": part.relevant,
            "required": part.required_expr,
            "constraint": part.constraint,
            "calculate": part.calculate,
            "choice_filter": part.choice_filter,
        }
    return ((aspect, text) for aspect, text in found.items() if text)


def _nodes_filtered(part: Question | Group) -> PathSyntax | None:
    if isinstance(part, Group) or not part.choices:
        return None
    name = part.choices.partition(":")[0]
    steps = (Step("child", "root"), Step("child", "item"))
    return PathSyntax(Call("instance", (Text(name),), 0), (), steps)
