"""Rules of a survey that look across households: what they are called and what they say.

They are asked in SQL, where all households of an area are; this is what everybody else knows of
them.
"""

from dataclasses import dataclass

from survey_server.domain.forms.parts import Labels, Severity


@dataclass(frozen=True, slots=True)
class AcrossRule:
    """`role` is that of the question at which a finding points."""

    id: str
    severity: Severity
    role: str
    messages: Labels


HHS02 = AcrossRule(
    id="HHS02",
    severity="error",
    role="dwelling.representative",
    messages={
        "vi": "Hộ trả lời thay về nhà ở không có trong địa bàn, hoặc chưa kê khai nhà ở.",
        "en": "The household that answers for the dwelling is not in this enumeration area,"
        " or has not described the dwelling.",
    },
)
ACROSS_RULES = {HHS02.id: HHS02}
