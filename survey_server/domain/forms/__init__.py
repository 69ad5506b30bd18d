"""Forms: the questionnaire as sheets, as an XForm for tablets, and as a description for us."""

from survey_server.domain.forms.compiling import (
    CompiledForm,
    compile_file,
    compile_folder,
    compile_workbook,
)
from survey_server.domain.forms.description import description_of
from survey_server.domain.forms.invalid import FormInvalid
from survey_server.domain.forms.parts import (
    Choice,
    FormDescription,
    Group,
    Instance,
    Question,
)
from survey_server.domain.forms.spelled import as_json

__all__ = [
    "Choice",
    "CompiledForm",
    "FormDescription",
    "FormInvalid",
    "Group",
    "Instance",
    "Question",
    "as_json",
    "compile_file",
    "compile_folder",
    "compile_workbook",
    "description_of",
]
