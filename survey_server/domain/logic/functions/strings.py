"""Texts: parts of them, comparisons, patterns. Lengths count UTF-16 units, as tablets do."""

import re

from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault
from survey_server.domain.logic.functions.signature import Function, Table
from survey_server.domain.logic.patterns import BadPattern, matches
from survey_server.domain.logic.tree import Node
from survey_server.domain.logic.values import Value, bounded, to_text, whole

_LAST_OF_ONE_UNIT = "\uffff"
_BLANKS = re.compile(r"[ \t\n\r\f\x0b]+")


def concat(*items: list[Value]) -> str:
    return bounded("".join(to_text(value) for values in items for value in values))


def join(separator: str, *items: list[Value]) -> str:
    """A set of nodes gives a text for each; among other arguments an empty set gives ""."""
    lists = items if len(items) == 1 else [values or [""] for values in items]
    texts = [to_text(value) for values in lists for value in values]
    if len(texts) * len(separator) > len(bounded("".join(texts))):
        bounded(separator * (len(texts) - 1))
    return bounded(separator.join(texts))


def length(text: str) -> float:
    return float(len(text) + sum(character > _LAST_OF_ONE_UNIT for character in text))


def length_here(node: Node, context: Context, text: str | None = None) -> float:
    return length(to_text(node.value) if text is None else text)


def normalized(node: Node, context: Context, text: str | None = None) -> str:
    """Only the blanks of ASCII: a no-break space is a letter here."""
    found = to_text(node.value) if text is None else text
    return _BLANKS.sub(" ", found.strip(" \t\n\r\f\x0b"))


def substr(text: str, start: Value, end: Value | None = None) -> str:
    """From 0; negative numbers count from the end."""
    units = text.encode("utf-16-le", "surrogatepass")
    size = len(units) // 2
    first = _from_end(whole(start), size)
    last = size if end is None else _from_end(whole(end), size)
    return units[2 * first : 2 * last].decode("utf-16-le", "replace") if first <= last else ""


def _from_end(index: int, size: int) -> int:
    return min(max(0, index + size if index < 0 else index), size)


def before(text: str, mark: str) -> str:
    found, sign, _ = text.partition(mark) if mark else ("", "x", text)
    return found if sign else ""


def after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def translate(text: str, signs: str, others: str) -> str:
    """The first meaning of a sign counts; signs without another are left out."""
    meaning: dict[int, str | None] = {}
    for place, sign in enumerate(signs):
        meaning.setdefault(ord(sign), others[place] if place < len(others) else None)
    return text.translate(meaning)


def regex(text: str, pattern: str) -> bool:
    """The whole text has to fit, as on tablets; web clients are content with a part."""
    try:
        return matches(pattern, text)
    except BadPattern as fault:
        raise EvaluationFault(f"the pattern of regex() {fault}") from None


TABLE: Table = {
    "string": Function(lambda text: text, ("text",), "text"),
    "concat": Function(concat, (), "text", more=("values",)),
    "join": Function(join, ("text",), "text", more=("values",)),
    "string-length": Function(length_here, ("text",), "number", optional=1, sees_context=True),
    "normalize-space": Function(normalized, ("text",), "text", optional=1, sees_context=True),
    "substr": Function(substr, ("text", "value", "value"), "text", optional=1),
    "substring-before": Function(before, ("text", "text"), "text"),
    "substring-after": Function(after, ("text", "text"), "text"),
    "contains": Function(lambda text, part: part in text, ("text", "text"), "truth"),
    "starts-with": Function(str.startswith, ("text", "text"), "truth"),
    "ends-with": Function(str.endswith, ("text", "text"), "truth"),
    "translate": Function(translate, ("text", "text", "text"), "text"),
    "regex": Function(regex, ("text", "text"), "truth"),
}
