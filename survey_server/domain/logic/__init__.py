"""The logic of forms, run again on the server with the meaning it has on tablets.

    text -> tokenizer -> parser -> syntax tree -> compiling -> Expression, a closure
    an interview -> tree of nodes; Expression + node + context -> value

Where to find what: a function in the table of `functions`, by subject; operators in `operators`;
how a path walks in `paths` and `steps`; how kinds of values become each other in `values`; dates
in `moments`; regular expressions in `patterns`. Nothing here reads a clock, a file or chance:
`Context` brings them.
"""

from survey_server.domain.logic.compiling import Expression, Remark, compile_expression
from survey_server.domain.logic.context import Context
from survey_server.domain.logic.faults import EvaluationFault, UnknownFunction, XPathSyntaxError
from survey_server.domain.logic.functions import FUNCTIONS, VOLATILE
from survey_server.domain.logic.tree import (
    Node,
    new_document,
    tree_of_rows,
    tree_of_xml,
    typed_value,
)
from survey_server.domain.logic.values import Value, equal, to_number, to_text, to_truth

__all__ = [
    "FUNCTIONS",
    "VOLATILE",
    "Context",
    "EvaluationFault",
    "Expression",
    "Node",
    "Remark",
    "UnknownFunction",
    "Value",
    "XPathSyntaxError",
    "compile_expression",
    "equal",
    "new_document",
    "to_number",
    "to_text",
    "to_truth",
    "tree_of_rows",
    "tree_of_xml",
    "typed_value",
]
