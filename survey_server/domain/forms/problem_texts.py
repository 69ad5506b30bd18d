"""The sentences that tell an author what is wrong with a file, in Vietnamese and English.

They are about reading and compiling; what the expressions of a form get wrong is told elsewhere.
Every sentence says what to do.
"""

from collections.abc import Sequence

from survey_server.domain.forms.invalid import FormInvalid, FormProblem
from survey_server.domain.forms.parts import Severity

# code: (Vietnamese, English)
_TEXTS = {
    "file_type": (
        "máy chủ đọc được .xlsx, .csv, .md và .xml; hãy lưu biểu mẫu thành một trong các dạng đó",
        "the server reads .xlsx, .csv, .md and .xml; save the form as one of them",
    ),
    "old_excel": (
        "tệp là sổ tính Excel kiểu cũ hoặc có mật khẩu; hãy mở trong Excel, bỏ mật khẩu"
        " và lưu thành .xlsx",
        "the file is an old Excel workbook or has a password; open it in Excel, take the password"
        " off and save it as .xlsx",
    ),
    "macros": (
        "sổ tính có macro nên không được nhận; hãy lưu thành .xlsx (không có macro)",
        "the workbook has macros and is not accepted; save it as .xlsx (without macros)",
    ),
    "not_a_workbook": (
        "tệp không phải là sổ tính Excel; hãy mở trong Excel hoặc LibreOffice rồi lưu thành .xlsx",
        "the file is no Excel workbook; open it in Excel or LibreOffice and save it as .xlsx",
    ),
    "workbook_damaged": (
        "sổ tính bị hỏng hoặc chưa tải lên hết; hãy mở trong Excel, lưu lại thành .xlsx"
        " rồi gửi lại",
        "the workbook is damaged or incomplete; open it in Excel, save it as .xlsx and send it"
        " again",
    ),
    "workbook_encrypted": (
        "sổ tính có mật khẩu; hãy bỏ mật khẩu rồi lưu lại",
        "the workbook has a password; take it off and save again",
    ),
    "workbook_too_large": (
        "sổ tính quá lớn khi giải nén; hãy chép các sheet của biểu mẫu sang một sổ tính mới",
        "the workbook is too large when unpacked; copy the sheets of the form into a new workbook",
    ),
    "document_type": (
        "tệp chứa khai báo DOCTYPE nên không được nhận; hãy lưu lại bằng Excel hoặc LibreOffice",
        "the file has a document type (DOCTYPE) and is not accepted; save it again with Excel or"
        " LibreOffice",
    ),
    "file_too_large": (
        "tệp lớn hơn {limit} byte; hãy bỏ bớt hoặc tách danh sách ra tệp riêng",
        "the file is larger than {limit} bytes; take something out or keep long lists in files"
        " of their own",
    ),
    "not_utf8": (
        "tệp không phải UTF-8 (byte {byte}); hãy lưu thành CSV UTF-8",
        "the file is not UTF-8 (byte {byte}); save it as CSV UTF-8",
    ),
    "nul_bytes": (
        "tệp chứa byte rỗng (NUL), không phải là văn bản; hãy lưu thành CSV UTF-8",
        "the file has NUL bytes and is no text; save it as CSV UTF-8",
    ),
    "csv_broken": (
        "dòng CSV không đúng ({fault}); hãy kiểm tra dấu ngoặc kép và dấu phẩy",
        "the line is no CSV ({fault}); look at its quotes and commas",
    ),
    "not_a_table": (
        "tệp không chứa bảng nào; mỗi sheet bắt đầu bằng tên của nó ở cột đầu tiên",
        "there is no table in the file; every sheet begins with its name in the first column",
    ),
    "no_survey": (
        "không có sheet survey (tệp survey.csv); các sheet có trong tệp: {found}",
        "there is no sheet survey (survey.csv in a folder); the sheets are: {found}",
    ),
    "sheet_twice": (
        "có hai sheet cùng tên {name}; hãy bỏ hoặc đổi tên một sheet",
        "there are two sheets {name}; remove or rename one",
    ),
    "no_header": (
        "sheet thiếu dòng tiêu đề; dòng 1 phải ghi tên các cột",
        "the sheet has no header; row 1 names the columns",
    ),
    "column_twice": (
        "cột {name} bị lặp lại; hãy bỏ hoặc đổi tên một cột",
        "the column {name} is there twice; remove or rename one",
    ),
    "too_many_cells_in_row": (
        "dòng có nhiều ô hơn số cột của tiêu đề; hãy đặt văn bản có dấu phẩy trong ngoặc kép",
        "the row has more cells than the header has columns; put text with commas into quotes",
    ),
    "too_many_rows": (
        "sheet có hơn {limit} dòng; hãy để danh sách dài trong tệp CSV riêng",
        "the sheet has more than {limit} rows; keep long lists in a CSV file of their own",
    ),
    "too_many_columns": (
        "sheet có hơn {limit} cột; hãy xoá các cột thừa",
        "the sheet has more than {limit} columns; remove those that are not needed",
    ),
    "too_many_cells": (
        "sheet có hơn {limit} ô; hãy để danh sách dài trong tệp CSV riêng",
        "the sheet has more than {limit} cells; keep long lists in a CSV file of their own",
    ),
    "cell_too_long": (
        "ô dài hơn {limit} ký tự; hãy rút ngắn",
        "the cell is longer than {limit} characters; shorten it",
    ),
    "control_character": (
        "ô có ký tự điều khiển không hiển thị được; hãy xoá rồi gõ lại",
        "the cell has a control character that cannot be shown; clear it and type it again",
    ),
    "formula_without_value": (
        "ô chứa công thức chưa có giá trị; hãy mở trong Excel rồi lưu lại, hoặc dán giá trị",
        "the cell has a formula without a value; open it in Excel and save, or paste the value",
    ),
    "cell_error": (
        "ô báo lỗi {value}; hãy sửa công thức hoặc gõ giá trị",
        "the cell shows the error {value}; correct the formula or type the value",
    ),
    "merged_cells": (
        "các ô {range} bị gộp, chỉ ô đầu được đọc; hãy bỏ gộp và điền từng ô",
        "the cells {range} are merged and only the first would be read; unmerge and fill in each",
    ),
    "form_id_missing": (
        "thiếu form_id; hãy ghi mã biểu mẫu vào cột form_id của sheet settings",
        "form_id is missing; write the form's id into the column form_id of the sheet settings",
    ),
    "xlsform": (
        "pyxform không biên dịch được biểu mẫu: {fault}",
        "{fault}",
    ),
    "xlsform_warning": (
        "pyxform nhắc: {fault}",
        "{fault}",
    ),
    "xlsform_not_understood": (
        "pyxform không đọc được các sheet này ({fault}); hãy so sánh với tài liệu xlsform.org",
        "pyxform could not read these sheets ({fault}); compare them with xlsform.org",
    ),
    "media_missing": (
        "biểu mẫu đọc tệp {name} nhưng không có tệp đó; hãy gửi tệp kèm biểu mẫu",
        "the form reads the file {name}, but it is not there; send it with the form",
    ),
    "picture_missing": (
        "biểu mẫu hiển thị tệp {name} nhưng không có tệp đó; máy tính bảng sẽ bỏ qua",
        "the form shows the file {name}, but it is not there; tablets will leave it out",
    ),
    "media_name": (
        "tên tệp {name} không dùng được; chỉ ghi tên, không có đường dẫn",
        "a file cannot be called {name}; give its name alone, without a folder",
    ),
    "media_source": (
        "biểu mẫu đọc {name}, là địa chỉ bên ngoài; hãy gửi tệp kèm và dùng jr://file/…",
        "the form reads {name}, which is outside; send the file along and use jr://file/…",
    ),
    "list_broken": (
        "tệp danh sách không đọc được: {fault}; hãy sửa rồi gửi lại",
        "the list cannot be read: {fault}; correct it and send it again",
    ),
    "xform_broken": (
        "tệp không phải là XForm dùng được: {fault}",
        "the file is no XForm that can be used: {fault}",
    ),
    "xform_without_id": (
        "XForm thiếu id; hãy ghi id vào phần tử gốc của instance",
        "the form has no id; write one into the root element of its instance",
    ),
    "time_zone": (
        "không có múi giờ {name}; hãy ghi như Asia/Ho_Chi_Minh",
        "there is no time zone {name}; write it like Asia/Ho_Chi_Minh",
    ),
    "role_codes": (
        "{pair} không viết đúng dạng giá_trị=mã, ví dụ male=1 female=2",
        "{pair} is not spelled value=code; write it like male=1 female=2",
    ),
}  # fmt: skip


def problem(
    code: str,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    severity: Severity = "error",
    **values: object,
) -> FormProblem:
    vi, en = (text.format(**values) for text in _TEXTS[code])
    return FormProblem(code, {"vi": vi, "en": en}, sheet, row, column, severity=severity)


def refusal(
    code: str,
    sheet: str | None = None,
    row: int | None = None,
    column: str | None = None,
    **values: object,
) -> FormInvalid:
    return refusal_of([problem(code, sheet, row, column, "error", **values)])


def refusal_of(problems: Sequence[FormProblem]) -> FormInvalid:
    first = problems[0]
    return FormInvalid(first.messages["en"], first.place, problems)
