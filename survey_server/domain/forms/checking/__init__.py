"""What is wrong with a form: all of it at once, each problem with its sheet, row and column.

The compiler stops at its first complaint and does not read expressions. Here the sheets are read
as their author wrote them, so that every mistake is told in one go, in Vietnamese and English. A
false alarm costs an author more than a late one, so what is not certain is not said.

    sheets      sheet by sheet: outline, naming, lists, references, questions, translations,
                settings, columns, roles, checks_sheet
    rules       expression by expression: expressions, calls, paths, kinds, never, filters, cycles
    words       wording, sheet_words, expression_words, syntax_words
"""

from survey_server.domain.forms.checking.report import in_order
from survey_server.domain.forms.checking.sheets import sheet_problems
from survey_server.domain.forms.checking.whole import check_workbook
from survey_server.domain.forms.checking.xform import xform_problems
from survey_server.domain.forms.invalid import FormProblem
from survey_server.domain.forms.parts import FormDescription
from survey_server.domain.forms.sheets import Workbook

__all__ = ["check_workbook", "problems_of", "problems_of_form"]


def problems_of(workbook: Workbook) -> tuple[FormProblem, ...]:
    """What the sheets get wrong, without compiling them; nothing for a ready XForm."""
    return () if workbook.xform is not None else in_order(sheet_problems(workbook))


def problems_of_form(description: FormDescription) -> tuple[FormProblem, ...]:
    """What the rules of an XForm get wrong. Places are a question and what it is asked about."""
    return in_order(xform_problems(description))
