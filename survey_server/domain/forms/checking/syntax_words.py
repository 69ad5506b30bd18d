"""The parser's sentences in Vietnamese. What is quoted from the form stays as it is."""

import re

_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english, re.DOTALL), vietnamese)
    for english, vietnamese in (
        (r"more than (\d+) operations inside each other", r"có hơn \1 phép tính lồng nhau"),
        (r"nested deeper than (\d+) levels", r"lồng nhau quá \1 tầng"),
        (r"longer than (\d+) characters", r"dài quá \1 ký tự"),
        (r"a value is missing: the end stands here", r"thiếu giá trị ở cuối"),
        (r"a value is missing: (.+) stands here", r"thiếu giá trị trước «\1»"),
        (r"an operator is missing before (.+)", r"thiếu phép tính hoặc dấu so sánh trước «\1»"),
        (
            r"the name of a question is missing: the end stands here",
            r"thiếu tên câu hỏi ở cuối",
        ),
        (r"the name of a question is missing: (.+) stands here", r"thiếu tên câu hỏi trước «\1»"),
        (r"the axis (.+) is not known here", r"không có trục \1"),
        (r"(.+)\(\) is no step of a path", r"\1() không thể là một bước của đường dẫn"),
        (r"a bracket is never closed, but .+ stands here", r"thiếu dấu ) để đóng ngoặc"),
        (r"a square bracket is never closed, but .+ stands here", r"thiếu dấu ] để đóng ngoặc"),
        (
            r"a comma or a closing bracket is missing, but .+ stands here",
            r"thiếu dấu phẩy hoặc dấu ) để đóng ngoặc",
        ),
        (r"arguments begin with a bracket, but .+ stands here", r"thiếu dấu ( trước các tham số"),
        (r"variables \(\$name\) are not known here", r"dấu $ chỉ dùng trong dạng ${tên}"),
        (r"the sign (.) means nothing here", r"dấu «\1» không có nghĩa ở đây"),
        (
            r"a text begins here and its quote is never closed",
            r"chuỗi bắt đầu ở đây không có dấu nháy đóng",
        ),
        # How many arguments a function takes.
        (r"(\d+) to (\d+)", r"\1 đến \2"),
        (r"at least (\d+)", r"ít nhất \1"),
        (r"at least (\d+), then (\d+) at a time", r"ít nhất \1, thêm mỗi lần \2"),
    )
)


def in_vietnamese(sentence: str) -> str:
    for pattern, vietnamese in _SAYINGS:
        if pattern.fullmatch(sentence):
            return pattern.sub(vietnamese, sentence)
    return sentence
