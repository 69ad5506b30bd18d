"""Words for problems of the sheets: structure, names, lists, languages, settings, roles, checks."""

SHEETS: dict[str, tuple[str, str]] = {
    "more_problems": (
        "Còn {count} lỗi khác chưa liệt kê. Hãy sửa các lỗi trên rồi kiểm tra lại.",
        "There are {count} more problems. Mend those above and check again.",
    ),
    "sheet_missing": (
        "Thiếu trang tính {sheet}.",
        "The sheet {sheet} is missing.",
    ),
    "sheet_unknown": (
        "Trang tính {sheet} không được đọc vì không có tên này trong XLSForm.",
        "The sheet {sheet} is not read, because XLSForm has none of that name.",
    ),
    "column_missing": (
        "Trang tính này thiếu cột {column}.",
        "This sheet has no column {column}.",
    ),
    "column_twice": (
        "Hai cột {other} và {column} là một. Hãy xóa hoặc gộp một cột.",
        "The columns {other} and {column} mean the same. Remove or merge one of them.",
    ),
    "column_unknown": (
        "Cột {column} không có nghĩa gì trong XLSForm nên bị bỏ qua.",
        "The column {column} means nothing in XLSForm and is ignored.",
    ),
    "type_missing": (
        "Câu hỏi này chưa có loại (cột type).",
        "This question has no type.",
    ),
    "type_unknown": (
        "Không có loại câu hỏi {type}.",
        "There is no type of question {type}.",
    ),
    "type_needs_list": (
        "{type} phải kèm tên danh sách phương án, ví dụ: {type} gioi_tinh.",
        "{type} has to be followed by the name of a list of choices, as in: {type} sex.",
    ),
    "name_missing": (
        "Câu hỏi hoặc nhóm này chưa có tên (cột name).",
        "This question or group has no name.",
    ),
    "name_invalid": (
        "Tên {name} không hợp lệ: tên bắt đầu bằng chữ cái hoặc dấu gạch dưới, sau đó chỉ có chữ "
        "cái, chữ số, gạch dưới, gạch nối và dấu chấm.",
        "The name {name} is not valid: a name begins with a letter or an underscore, and goes on "
        "with letters, digits, underscores, hyphens and dots.",
    ),
    "name_twice": (
        "Tên {name} đã được dùng ở dòng {other} trong cùng một nhóm.",
        "The name {name} is already used in row {other} of the same group.",
    ),
    "name_case": (
        "Tên {name} chỉ khác tên ở dòng {other} về chữ hoa, chữ thường; dễ nhầm khi xử lý số liệu.",
        "The name {name} differs from that in row {other} only in capital letters; that is easily "
        "confused in the data.",
    ),
    "name_reserved": (
        "Tên {name} dành riêng cho biểu mẫu. Hãy đặt tên khác.",
        "The name {name} is reserved. Choose another one.",
    ),
    "repeat_name_twice": (
        "Nhóm lặp ở dòng {other} đã có tên {name}. Tên nhóm lặp phải khác nhau trong cả biểu mẫu.",
        "The repeat in row {other} is already called {name}. Names of repeats have to differ in "
        "the whole form.",
    ),
    "begin_unclosed": (
        "{begin} {name} bắt đầu ở dòng {row} nhưng không có {end} tương ứng.",
        "{begin} {name} begins in row {row} and has no {end}.",
    ),
    "nested_too_deep": (
        "Các nhóm lồng nhau quá {limit} tầng.",
        "Groups are nested deeper than {limit} levels.",
    ),
    "end_unmatched": (
        "{end} này không đóng nhóm nào: trước nó không có {begin} nào còn mở.",
        "This {end} closes nothing: no {begin} is open before it.",
    ),
    "end_wrong": (
        "{end} không đóng được {begin} {name} bắt đầu ở dòng {row}; ở đây cần {right}.",
        "{end} cannot end {begin} {name}, which begins in row {row}; {right} is wanted here.",
    ),
    "calculation_missing": (
        "Câu hỏi loại calculate phải có công thức ở cột calculation.",
        "A calculate needs a formula in the column calculation.",
    ),
    "label_missing": (
        "Câu hỏi {name} không có nhãn và cũng không có hướng dẫn: người dùng không thấy gì.",
        "The question {name} has neither a label nor a hint: nobody would see anything.",
    ),
    "choice_label_missing": (
        "Phương án {code} của danh sách {list} không có nhãn.",
        "The choice {code} of the list {list} has no label.",
    ),
    "list_missing": (
        "Không có danh sách {list} trong trang tính {sheet}.",
        "There is no list {list} in the sheet {sheet}.",
    ),
    "file_missing": (
        "Biểu mẫu đọc tệp {file} nhưng không có tệp này.",
        "The form reads the file {file}, but it is not there.",
    ),
    "file_needs_suffix": (
        "{type} cần tên tệp có đuôi .csv, .xml hoặc .geojson.",
        "{type} wants the name of a file that ends in .csv, .xml or .geojson.",
    ),
    "choice_code_missing": (
        "Phương án này của danh sách {list} không có mã (cột name).",
        "This choice of the list {list} has no code (column name).",
    ),
    "choice_without_list": (
        "Phương án {code} không thuộc danh sách nào nên bị bỏ qua.",
        "The choice {code} belongs to no list and is ignored.",
    ),
    "choice_twice": (
        "Mã {code} đã có ở dòng {other} của danh sách {list}. Nếu cố ý, đặt "
        "allow_choice_duplicates là yes trong settings.",
        "The code {code} is already in row {other} of the list {list}. If that is meant, set "
        "allow_choice_duplicates to yes in the settings.",
    ),
    "choice_code_space": (
        "Mã {code} của danh sách {list} có dấu cách, trong khi {question} cho chọn nhiều phương "
        "án và các mã được ngăn bằng dấu cách.",
        "The code {code} of the list {list} has a space, but {question} takes several choices, "
        "and their codes are separated by spaces.",
    ),
    "other_with_filter": (
        "or_other không dùng được cùng choice_filter.",
        "or_other cannot be used together with a choice_filter.",
    ),
    "required_note": (
        "Ghi chú không thể trả lời nhưng lại bắt buộc: người dùng sẽ bị chặn tại đây.",
        "A note cannot be answered but is required: nobody gets past it.",
    ),
    "required_calculate": (
        "Giá trị tự tính không do ai trả lời nên không cần bắt buộc.",
        "A calculation is answered by nobody, so it need not be required.",
    ),
    "translation_missing": (
        "Thiếu lời bằng {language}, trong khi có bằng {other}.",
        "The words in {language} are missing, though they are there in {other}.",
    ),
    "translation_column_missing": (
        "Không có cột {column}, trong khi biểu mẫu có {language}.",
        "There is no column {column}, though the form speaks {language}.",
    ),
    "form_id_missing": (
        "Trang tính settings phải có form_id, mã của biểu mẫu.",
        "The sheet settings has to give form_id, the form's id.",
    ),
    "title_missing": (
        "Biểu mẫu chưa có tên (form_title); mã biểu mẫu sẽ hiện thay.",
        "The form has no form_title; its id is shown instead.",
    ),
    "default_language_unknown": (
        "Không có cột nào viết bằng ngôn ngữ mặc định {language}. Tên ngôn ngữ phải giống hệt "
        "tên sau dấu ::.",
        "No column is in the default language {language}. It has to be spelled exactly as behind "
        "the ::.",
    ),
    "time_zone_unknown": (
        "Không có múi giờ {zone}; ví dụ đúng: Asia/Ho_Chi_Minh.",
        "There is no time zone {zone}; a right one is Asia/Ho_Chi_Minh.",
    ),
    "role_unknown": (
        "Vai trò {role} không có nghĩa gì với máy chủ.",
        "The role {role} means nothing to the server.",
    ),
    "codes_malformed": (
        "{pair} không viết đúng dạng giá_trị=mã, ví dụ: male=1 female=2.",
        "{pair} is not spelled value=code, as in: male=1 female=2.",
    ),
    "codes_not_in_list": (
        "Mã {code} của {value} không có trong danh sách {list}.",
        "The code {code} of {value} is not in the list {list}.",
    ),
    "result_not_told": (
        "Kết quả thăm hộ phải cho biết mã nào là đã phỏng vấn; thêm interviewed=… vào "
        "bind::survey:codes. Nếu không, không hộ nào được tính là hoàn thành.",
        "The result of the visit has to say which code means interviewed; add interviewed=… to "
        "bind::survey:codes. Without it no household counts as complete.",
    ),
    "table_misplaced": (
        "bind::survey:table chỉ có nghĩa ở nhóm hoặc nhóm lặp.",
        "bind::survey:table only means something on a group or a repeat.",
    ),
    "confirms_unknown": (
        "Không có quy tắc {check} trong trang tính checks.",
        "There is no check {check} in the sheet checks.",
    ),
    "check_id": (
        "Mã quy tắc phải bắt đầu bằng chữ hoa và có nhiều nhất 40 chữ cái không dấu, chữ số, "
        "- và _.",
        "The id of a check begins with a capital letter and has at most 40 letters, digits, - "
        "and _.",
    ),
    "check_twice": (
        "Mã quy tắc {id} đã có ở dòng {other}.",
        "The check {id} is already in row {other}.",
    ),
    "check_built_in": (
        "{id} là tên một quy tắc có sẵn. Hãy đặt mã khác.",
        "{id} is the name of a built-in rule. Choose another id.",
    ),
    "check_severity": (
        "Mức độ phải là error hoặc warning.",
        "The severity is error or warning.",
    ),
    "check_scope": (
        "Không có nhóm hoặc nhóm lặp nào tên {name}.",
        "There is no group or repeat called {name}.",
    ),
    "check_question": (
        "Không có câu hỏi nào tên {name}.",
        "There is no question called {name}.",
    ),
    "check_question_outside": (
        "Câu hỏi {name} nằm trong một nhóm lặp ngoài phạm vi của quy tắc.",
        "The question {name} is in a repeat outside the scope of the check.",
    ),
    "check_condition": (
        "Quy tắc chưa có điều kiện (cột condition).",
        "The check has no condition.",
    ),
    "check_message": (
        "Quy tắc chưa có lời nhắn (cột message).",
        "The check has no message.",
    ),
    "check_date": (
        "{date} không phải là ngày; ngày viết dạng 2024-04-01.",
        "{date} is no date; dates are written 2024-04-01.",
    ),
    "check_dates": (
        "Ngày until sớm hơn ngày since.",
        "The day until is before the day since.",
    ),
    "compiler_says": (
        "Trình biên dịch biểu mẫu báo lỗi (nguyên văn tiếng Anh): {sentence}",
        "The form's compiler says: {sentence}",
    ),
    "form_invalid": (
        "Không đọc được biểu mẫu: {sentence}",
        "The form cannot be read: {sentence}",
    ),
}
