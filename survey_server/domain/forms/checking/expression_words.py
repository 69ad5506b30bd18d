"""Words for problems of expressions: references, syntax, functions, types, cycles."""

EXPRESSIONS: dict[str, tuple[str, str]] = {
    "unknown_reference": (
        "Không có câu hỏi hoặc nhóm nào tên {name}.",
        "No question or group is called {name}.",
    ),
    "ambiguous_reference": (
        "Có nhiều câu hỏi cùng tên {name} (dòng {rows}), nên không rõ là câu nào.",
        "Several questions are called {name} (rows {rows}), so it is not clear which one is meant.",
    ),
    "malformed_reference": (
        "{text} không đúng dạng ${{tên_câu_hỏi}}.",
        "{text} is not spelled ${{name_of_a_question}}.",
    ),
    "xpath_syntax": (
        "Biểu thức sai cú pháp ở ký tự thứ {position} («{quote}»): {why}.",
        "The expression is not valid at character {position} («{quote}»): {why}.",
    ),
    "rules_too_long": (
        "Các biểu thức của biểu mẫu dài hơn {limit} ký tự tính chung. Hãy chia biểu mẫu.",
        "The expressions of the form have more than {limit} characters together. Split the form.",
    ),
    "unknown_function": (
        "Không có hàm {function}().",
        "There is no function {function}().",
    ),
    "function_on_tablets_only": (
        "Máy tính bảng có hàm {function}() nhưng máy chủ không có, nên máy chủ không kiểm tra lại "
        "được.",
        "Tablets have the function {function}(), but the server does not, so it cannot check the "
        "answers again.",
    ),
    "argument_count": (
        "Hàm {function}() nhận {wanted} tham số, ở đây có {given}.",
        "{function}() takes {wanted} arguments, and {given} are given.",
    ),
    "unknown_instance": (
        "Biểu mẫu không có danh sách {list} để đọc.",
        "The form has no list {list} to read.",
    ),
    "path_nowhere": (
        "Đường dẫn {path} không dẫn đến câu hỏi nào nên luôn trống.",
        "The path {path} leads to no question, so it is always blank.",
    ),
    "filter_column_unknown": (
        "Danh sách {list} không có cột {column}, nên bộ lọc không giữ lại phương án nào như mong "
        "muốn.",
        "The list {list} has no column {column}, so the filter cannot do what it should.",
    ),
    "not_a_number": (
        "{name} là {kind}, không phải là số, nên phép {operator} không có nghĩa.",
        "{name} is {kind}, not a number, so {operator} means nothing.",
    ),
    "not_a_list": (
        "{function}() dùng cho câu hỏi chọn phương án, nhưng {name} là {kind}.",
        "{function}() is for questions with choices, but {name} is {kind}.",
    ),
    "date_with_number": (
        "{name} là ngày nhưng lại so sánh với số {number}. Hãy viết date('2024-04-01').",
        "{name} is a date, but is compared with the number {number}. Write date('2024-04-01').",
    ),
    "number_with_text": (
        "{name} là số nhưng lại so sánh với chữ '{text}', nên không bao giờ bằng nhau.",
        "{name} is a number, but is compared with the text '{text}', which it can never equal.",
    ),
    "code_unknown": (
        "Danh sách của {name} không có mã {code}.",
        "The list of {name} has no code {code}.",
    ),
    "cycle": (
        "Các công thức phụ thuộc vòng tròn nên ODK Collect không mở được biểu mẫu: {way}.",
        "These rules depend on each other in a circle, so ODK Collect cannot open the form: {way}.",
    ),
    "constraint_never": (
        "Không giá trị nào thỏa được điều kiện này, nên không trả lời được câu hỏi.",
        "No value can fulfil this constraint, so the question cannot be answered.",
    ),
    "relevant_never": (
        "Điều kiện này không bao giờ đúng, nên câu hỏi không bao giờ được hỏi.",
        "This condition is never true, so the question is never asked.",
    ),
    "condition_never": (
        "Điều kiện này không bao giờ đúng, nên quy tắc không bao giờ báo gì.",
        "This condition is never true, so the check never finds anything.",
    ),
    "count_not_a_number": (
        "Số lần lặp lấy từ {name}, là {kind}, không phải là số.",
        "The number of repetitions comes from {name}, which is {kind}, not a number.",
    ),
}

# What a question is, in a sentence.
KINDS: dict[str, tuple[str, str]] = {
    "integer": ("số nguyên", "a whole number"),
    "decimal": ("số thập phân", "a decimal number"),
    "text": ("văn bản", "a text"),
    "date": ("ngày", "a date"),
    "code": ("câu chọn một với mã bằng chữ", "a choice whose codes are words"),
    "codes": ("câu chọn nhiều phương án", "a choice of several"),
    "place": ("tọa độ", "a location"),
    "file": ("tệp", "a file"),
    "note": ("ghi chú", "a note"),
    "group": ("nhóm", "a group"),
    "repeat": ("nhóm lặp", "a repeat"),
}
