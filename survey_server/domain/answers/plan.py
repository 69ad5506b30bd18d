"""A form's description, laid out so that thousands of interviews a second can be read by it.

The plan is made once per form version and kept as long as the description is in use.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from survey_server.domain.answers.lexical import RULES
from survey_server.domain.forms.meta import META, is_carried, is_open_ended
from survey_server.domain.forms.parts import LIST_TYPES, FormDescription, Group, Path, Question


@dataclass(frozen=True, slots=True)
class Leaf:
    """A question. `listed` ones have a list of codes; `allowed` is None where any code may be."""

    listed: bool
    accepts: Callable[[str], bool] | None
    allowed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A group or a repeat. `open_ended` ones may hold more than the form says (meta).

    `required` are the questions that nothing can make irrelevant: neither they nor a group around
    them has a condition. `demanding` are the branches that have such questions somewhere below.
    """

    repeated: bool
    open_ended: bool
    nodes: Mapping[str, "Leaf | Branch"]
    required: tuple[str, ...]
    demanding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    root: Branch
    result_path: Path | None


# Where the form says nothing of meta, or of what is in an entity.
_OPEN = Branch(repeated=False, open_ended=True, nodes={}, required=(), demanding=())


@lru_cache(maxsize=256)
def plan_of(description: FormDescription) -> Plan:
    root = _branch(description.root, description, judged=True)
    result = description.by_role("visit.result")
    return Plan(root=root, result_path=result.path if isinstance(result, Question) else None)


def _branch(group: Group, description: FormDescription, judged: bool) -> Branch:
    judged = judged and group.relevant is None
    nodes: dict[str, Leaf | Branch] = {}
    required: list[str] = []
    demanding: list[str] = []
    for child in group.children:
        if isinstance(child, Group):
            below = _branch(child, description, judged)
            nodes[child.name] = below
            if below.required or below.demanding:
                demanding.append(child.name)
        else:
            nodes[child.name] = _OPEN if is_carried(child) else _leaf(child, description)
            asked = child.required and child.control is not None
            if judged and asked and child.relevant is None:
                required.append(child.name)
    if not group.path:
        nodes.setdefault(META, _OPEN)
    return Branch(
        repeated=group.kind == "repeat",
        open_ended=is_open_ended(group.path),
        nodes=nodes,
        required=tuple(required),
        demanding=tuple(demanding),
    )


def _leaf(question: Question, description: FormDescription) -> Leaf:
    choices = description.choices_of(question)
    codes = None if choices is None else frozenset(choice.value for choice in choices)
    return Leaf(
        listed=question.type in LIST_TYPES,
        accepts=RULES.get(question.type),
        allowed=None if codes is None else codes | question.missing,
    )
