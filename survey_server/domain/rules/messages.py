"""What a finding says to a person, in Vietnamese and in English.

A check and a constraint speak in the words of the form; what the form has no words for is said
here. `${name}` in a check's message is filled with the answer that the check has read.
"""

import re
from collections.abc import Mapping

from survey_server.domain.forms.checks import REFERENCE
from survey_server.domain.forms.parts import FormDescription, Labels, Question
from survey_server.domain.rules.across import ACROSS_RULES

# rule: (Vietnamese, English)
_WORDS: Mapping[str, tuple[str, str]] = {
    "type": (
        "Câu trả lời không đúng kiểu của câu hỏi.",
        "The answer is not of the question's type.",
    ),
    "not_in_list": (
        "Mã trả lời không có trong danh mục.",
        "The code is not in the list.",
    ),
    "unknown_question": (
        "Phiếu không có câu hỏi này.",
        "The form has no such question.",
    ),
    "not_relevant": (
        "Có câu trả lời ở chỗ không được hỏi.",
        "There is an answer where nothing may be asked.",
    ),
    "required_missing": (
        "Câu hỏi bắt buộc chưa có câu trả lời.",
        "A required answer is missing.",
    ),
    "constraint": (
        "Câu trả lời không thỏa điều kiện của câu hỏi.",
        "The answer does not meet the question's condition.",
    ),
    "out_of_range": (
        "Giá trị nằm ngoài khoảng cho phép.",
        "The value is out of range.",
    ),
    "not_offered": (
        "Mã này không được chọn ở đây, theo các câu trả lời khác.",
        "By the other answers, this code could not be chosen here.",
    ),
    "repeat_count": (
        "Số dòng trong danh sách không khớp với số đã ghi.",
        "The number of entries is not the number that was told.",
    ),
    "calculate_differs": (
        "Giá trị tính toán không khớp với kết quả tính lại.",
        "The calculated value is not what the calculation gives.",
    ),
    "rule_failed": (
        "Không kiểm tra được quy tắc của câu hỏi này.",
        "A rule of this question could not be run.",
    ),
    "unit_unknown": (
        "Mã hộ không có trong bảng kê.",
        "The unit is not in the list.",
    ),
    "not_assigned": (
        "Hộ này không được giao cho điều tra viên đã gửi phiếu.",
        "The unit was not assigned to the enumerator who sent the interview.",
    ),
    "new_household": (
        "Hộ mới tìm thấy tại địa bàn, không có trong bảng kê.",
        "A household that was found in the field and is in no list.",
    ),
    "clock_skew": (
        "Đồng hồ của máy tính bảng sai.",
        "The tablet's clock was wrong.",
    ),
}
_POSITION = re.compile(r"\[\d+\]")


def messages_of(
    description: FormDescription,
    rule: str,
    path: str,
    reads: Mapping[str, str],
    checks: Mapping[str, Labels],
) -> Labels:
    """`checks` are the messages of the form's checks as they stand, by id. Both languages, as far
    as the form speaks them."""
    if rule in checks:
        return {language: _filled(text, reads) for language, text in checks[rule].items()}
    if rule in ACROSS_RULES:
        return ACROSS_RULES[rule].messages
    return _words_of_form(description, rule, path) or _own_words(rule)


def label_of(description: FormDescription, path: str) -> Labels:
    """What the question, group or repeat of a finding is called in the form."""
    place = tuple(_POSITION.sub("", path).split("/")) if path else ()
    for group in description.groups():
        if group.path == place:
            return group.labels
    found = _question(description, path)
    return found.labels if found else {}


def _question(description: FormDescription, path: str) -> Question | None:
    try:
        return description.question(_POSITION.sub("", path))
    except KeyError:
        return None


def _words_of_form(description: FormDescription, rule: str, path: str) -> Labels:
    if rule not in ("constraint", "required_missing"):
        return {}
    question = _question(description, path)
    if question is None:
        return {}
    own = question.constraint_messages if rule == "constraint" else question.required_messages
    return {language: text for language, text in own.items() if text}


def _own_words(rule: str) -> Labels:
    vi, en = _WORDS.get(rule, (rule, rule))
    return {"vi": vi, "en": en}


def _filled(text: str, reads: Mapping[str, str]) -> str:
    by_name = {path.rpartition("/")[2]: value for path, value in reads.items()}
    return REFERENCE.sub(lambda found: by_name.get(found[1]) or "…", text)
