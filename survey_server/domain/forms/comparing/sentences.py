"""Differences in the words of those who publish forms, in Vietnamese and in English."""

from collections.abc import Sequence

LONGEST_TOLD = 200

# Kind: (Vietnamese, English).
_SENTENCES = {
    "form_changed": ("Đây là hai phiếu khác nhau: {old} và {new}.",
                     "These are two different forms: {old} and {new}."),
    "question_added": ("Thêm câu hỏi {path}.", "The question {path} is new."),
    "question_removed": ("Bỏ câu hỏi {path}; số liệu cũ của câu này không còn chỗ.",
                         "The question {path} is gone; its old answers have no place."),
    "question_moved": ("Câu hỏi {old} chuyển đến {new}.", "The question {old} moves to {new}."),
    "question_renamed": ("Câu hỏi {old} đổi tên thành {new}.",
                         "The question {old} is now called {new}."),
    "note_added": ("Thêm ghi chú {path}.", "The note {path} is new."),
    "note_removed": ("Bỏ ghi chú {path}.", "The note {path} is gone."),
    "note_moved": ("Ghi chú {old} chuyển đến {new}.", "The note {old} moves to {new}."),
    "note_renamed": ("Ghi chú {old} đổi tên thành {new}.", "The note {old} is now called {new}."),
    "group_added": ("Thêm nhóm {path}.", "The group {path} is new."),
    "group_removed": ("Bỏ nhóm {path}.", "The group {path} is gone."),
    "group_moved": ("Nhóm {old} chuyển đến {new} cùng các câu hỏi trong nhóm.",
                    "The group {old} moves to {new} with the questions in it."),
    "group_renamed": ("Nhóm {old} đổi tên thành {new}.", "The group {old} is now called {new}."),
    "kind_changed": ("{path} đổi từ {old} thành {new}, nên số liệu cũ có cấu trúc khác.",
                     "{path} changes from {old} to {new}: old data have another shape."),
    "type_changed": ("Câu hỏi {path} đổi kiểu từ {old} sang {new}; "
                     "có thể không đọc được số liệu cũ.",
                     "The question {path} changes its type from {old} to {new}; "
                     "old answers may not be readable."),
    "type_widened": ("Câu hỏi {path} đổi kiểu từ {old} sang {new}; vẫn đọc được số liệu cũ.",
                     "The question {path} changes its type from {old} to {new}; "
                     "old answers stay readable."),
    "codes_added": ("Câu hỏi {path} thêm mã: {new}.", "The question {path} has new codes: {new}."),
    "codes_removed": ("Câu hỏi {path} bỏ mã: {old}; số liệu cũ có thể có các mã này.",
                      "The question {path} loses codes: {old}; old answers may have them."),
    "codes_reused": ("Ở câu hỏi {path}, mã mang nghĩa của mã khác: trước là {old}; nay là {new}.",
                     "Codes of {path} mean what other codes meant: before {old}; now {new}."),
    "codes_relabelled": ("Ở câu hỏi {path}, lời của mã thay đổi: trước là {old}; nay là {new}.",
                         "Codes of {path} are worded otherwise: before {old}; now {new}."),
    "missing_codes_added": ("Ở câu hỏi {path}, {new} nay nghĩa là không biết.",
                            "In {path}, {new} now means not known."),
    "missing_codes_removed": ("Ở câu hỏi {path}, {old} không còn nghĩa là không biết.",
                              "In {path}, {old} no longer means not known."),
    "language_added": ("Thêm ngôn ngữ {new}.", "The language {new} is new."),
    "language_removed": ("Bỏ ngôn ngữ {old}.", "The language {old} is gone."),
    "check_added": ("Thêm quy tắc kiểm tra {path}: {new}.", "The check {path} is new: {new}."),
    "check_removed": ("Bỏ quy tắc kiểm tra {path}.", "The check {path} is gone."),
}  # fmt: skip

# What changes, where the kind says no more than that.
_SUBJECTS = {
    "time_zone": ("múi giờ", "the time zone"),
    "instance_name": ("cách đặt tên phiếu", "the name of an interview"),
    "default_language": ("ngôn ngữ mặc định", "the default language"),
    "title": ("tên phiếu", "the title"),
    "role": ("vai trò", "the role"),
    "role_codes": ("mã của vai trò", "the codes of the role"),
    "table": ("bảng số liệu", "the table of the dataset"),
    "relevant": ("điều kiện hỏi", "the condition for asking"),
    "required": ("bắt buộc trả lời", "when an answer is required"),
    "constraint": ("điều kiện hợp lệ", "the constraint"),
    "calculate": ("công thức tính", "the calculation"),
    "readonly": ("chỉ đọc", "whether it is read-only"),
    "repeat_count": ("số lần lặp", "the number of entries"),
    "choice_filter": ("điều kiện lọc lựa chọn", "the choice filter"),
    "bounds": ("khoảng giá trị", "the range"),
    "default": ("giá trị mặc định", "the default value"),
    "preload": ("giá trị điền sẵn", "what is filled in"),
    "confirms": ("quy tắc được xác nhận", "the check it confirms"),
    "number": ("số thứ tự câu hỏi", "the number"),
    "label": ("lời câu hỏi", "the wording"),
    "hint": ("lời hướng dẫn", "the hint"),
    "required_message": ("lời nhắn khi bỏ trống", "the message when blank"),
    "constraint_message": ("lời nhắn khi không hợp lệ", "the message when not valid"),
    "appearance": ("cách hiển thị", "the appearance"),
    "check_message": ("lời nhắn của quy tắc", "the message of the check"),
    "check": ("quy tắc kiểm tra", "the check"),
}
_ABOUT = {
    "severity": ("mức độ", "severity"),
    "scope": ("phạm vi", "scope"),
    "question": ("câu hỏi", "question"),
    "condition": ("điều kiện", "condition"),
    "since": ("từ ngày", "since"),
    "until": ("đến ngày", "until"),
}
_CHANGES = ("{subject} đổi từ “{old}” thành “{new}”.", "{subject} changes from “{old}” to “{new}”.")
_COMES = ("thêm {subject}: “{new}”.", "{subject} is now there: “{new}”.")
_GOES = ("bỏ {subject} (trước là “{old}”).", "{subject} is gone (it was “{old}”).")

_NOTHING = ("Hai phiên bản không khác nhau.", "The two versions do not differ.")
_TOTAL = ("{total} điểm khác: {parts}.", "Differences: {total}, of which {parts}.")
_WEIGHTS = {
    "breaks": ("{count} làm số liệu cũ không đọc được như mới", "{count} break old data"),
    "adds": ("{count} bổ sung", "{count} add"),
    "changes rules": ("{count} đổi quy tắc", "{count} change rules"),
    "words": ("{count} đổi lời", "{count} change words"),
}


def sentence(
    kind: str, path: str, old: str | None, new: str | None, about: str, language: str
) -> str:
    spoken = _spoken(language)
    values = {"path": path, "old": _told(old), "new": _told(new)}
    if kind in _SENTENCES:
        return _SENTENCES[kind][spoken].format(**values)
    subject = _SUBJECTS[kind.removesuffix("_changed")][spoken]
    if about:
        named = _ABOUT[about][spoken] if about in _ABOUT else about
        subject = f"{subject} ({named})"
    template = _CHANGES
    if old is None or new is None:
        template = _COMES if old is None else _GOES
    said = template[spoken].format(subject=subject, **values)
    return f"{path}: {said}" if path else said[:1].upper() + said[1:]


def summary(counts: Sequence[tuple[str, int]], language: str) -> str:
    spoken = _spoken(language)
    if not counts:
        return _NOTHING[spoken]
    parts = ", ".join(_WEIGHTS[weight][spoken].format(count=count) for weight, count in counts)
    total = sum(count for _, count in counts)
    return _TOTAL[spoken].format(total=total, parts=parts)


def _spoken(language: str) -> int:
    return 0 if language == "vi" else 1


def _told(value: str | None) -> str:
    """One line, and not endless: expressions may be of any length."""
    line = " ".join((value or "").split())
    return line if len(line) <= LONGEST_TOLD else f"{line[: LONGEST_TOLD - 1]}…"
