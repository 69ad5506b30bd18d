"""What can be wrong with a file that is to be imported, in words for whoever made it.

A mistake names its row and column and never repeats the cell: cells may hold personal data.
"""

from dataclasses import dataclass

MOST_MISTAKES = 100

SENTENCES: dict[str, tuple[str, str]] = {
    "empty_file": ("Tệp rỗng.", "The file is empty."),
    "too_large": (
        "Tệp quá lớn: nhiều nhất 1.000.000 dòng và 256 MiB. Hãy chia nhỏ.",
        "The file is too large: at most 1,000,000 rows and 256 MiB. Split it.",
    ),
    "windows_1258": (
        "Tệp không phải UTF-8 (có vẻ là Windows-1258). Hãy lưu lại dạng CSV UTF-8.",
        "The file is not UTF-8 (it looks like Windows-1258). Save it as CSV UTF-8.",
    ),
    "utf_16": (
        "Tệp là UTF-16. Hãy lưu lại dạng CSV UTF-8.",
        "The file is UTF-16. Save it as CSV UTF-8.",
    ),
    "not_utf_8": (
        "Tệp không phải UTF-8. Hãy lưu lại dạng CSV UTF-8.",
        "The file is not UTF-8. Save it as CSV UTF-8.",
    ),
    "not_csv": ("Tệp không phải CSV.", "The file is not CSV."),
    "semicolons": (
        "Các cột cách nhau bằng dấu chấm phẩy. Hãy lưu lại dạng CSV UTF-8 với dấu phẩy.",
        "The columns are separated by semicolons. Save it as CSV UTF-8 with commas.",
    ),
    "missing_column": ("Thiếu cột này ở dòng tiêu đề.", "The header lacks this column."),
    "unknown_column": ("Không có cột nào tên như vậy.", "There is no column of this name."),
    "repeated_column": ("Cột này xuất hiện hai lần.", "This column appears twice."),
    "cell_count": (
        "Số ô của dòng khác số cột của tiêu đề.",
        "The row has another number of cells than the header.",
    ),
    "cell_too_long": ("Ô dài quá 500 ký tự.", "The cell is longer than 500 characters."),
    "formula": (
        "Ô bắt đầu như một công thức bảng tính (=, +, -, @).",
        "The cell begins like a spreadsheet formula (=, +, -, @).",
    ),
    "control_character": (
        "Ô chứa ký tự điều khiển hoặc xuống dòng.",
        "The cell contains a control character or a line break.",
    ),
    "required": ("Ô này không được để trống.", "This cell must not be empty."),
    "bad_code": (
        "Mã chỉ gồm chữ cái, chữ số và . _ -, nhiều nhất 64 ký tự.",
        "A code consists of letters, digits and . _ -, at most 64 of them.",
    ),
    "bad_username": (
        "Tên đăng nhập gồm 2–64 ký tự: chữ thường không dấu, chữ số và . _ - @.",
        "A user name has 2-64 characters: plain lower-case letters, digits and . _ - @.",
    ),
    "bad_number": ("Ô phải là số nguyên từ 0 đến 999.", "The cell must be a number, 0 to 999."),
    "bad_date": ("Ngày phải viết dạng 2024-04-01.", "A date is written 2024-04-01."),
    "bad_yes_no": ("Ô phải là 1 hoặc 0.", "The cell must be 1 or 0."),
    "bad_role": ("Không có vai trò này.", "There is no such role."),
    "short_password": (
        "Mật khẩu phải có ít nhất 12 ký tự.",
        "A password has at least 12 characters.",
    ),
    "weak_password": (
        "Mật khẩu quá dài, quá phổ biến, hoặc chỉ là tên của người dùng.",
        "The password is too long, too common, or no more than the person's own name.",
    ),
    "too_many_people": (
        "Mỗi lần nhập nhiều nhất 1.000 người. Hãy chia nhỏ tệp.",
        "At most 1,000 people come in at once. Split the file.",
    ),
    "password_not_here": (
        "Không ghi mật khẩu trong tệp này: mỗi người tự đặt mật khẩu bằng liên kết của mình.",
        "No passwords here: everybody sets their own with a link.",
    ),
    "role_not_yours": (
        "Bạn không được giao vai trò này ở đơn vị này.",
        "You may not give this role in this area.",
    ),
    "one_row_a_person": (
        "Mỗi người một dòng; vai trò thứ hai được giao trên trang của người đó.",
        "One row a person; a second role is given on their page.",
    ),
    "username_taken": (
        "Tên đăng nhập này đã có người dùng với vai trò khác. Hãy chọn tên khác.",
        "Somebody with another role has this user name. Choose another one.",
    ),
    "duplicate": ("Dòng này trùng với một dòng ở trên.", "The row repeats one above."),
    "name_differs": (
        "Tên đăng nhập này đã có với họ tên khác ở trên.",
        "This user name stands above with another name.",
    ),
    "date_order": (
        "Ngày kết thúc hiệu lực sớm hơn ngày bắt đầu.",
        "The end of validity is before its beginning.",
    ),
    "unknown_level": ("Cuộc điều tra không có cấp này.", "The survey has no such level."),
    "level_changed": (
        "Đơn vị này đã có, ở cấp khác.",
        "The area is already known, at another level.",
    ),
    "parent_needed": ("Thiếu mã đơn vị cấp trên.", "The code of the area above is missing."),
    "parent_of_top": (
        "Đơn vị cấp cao nhất không có cấp trên.",
        "An area of the highest level has nothing above it.",
    ),
    "unknown_parent": (
        "Không tìm thấy đơn vị cấp trên, cả trong tệp và trên máy chủ.",
        "The area above is neither in the file nor on the server.",
    ),
    "parent_level": (
        "Đơn vị cấp trên không ở cấp liền trên.",
        "The area above is not of the level just above.",
    ),
    "cycle": (
        "Đơn vị này là cấp trên của chính nó, qua một vòng.",
        "The area is above itself, in a circle.",
    ),
    "form_above_ea": (
        "Chỉ địa bàn (cấp thấp nhất) mới có loại phiếu.",
        "Only an area of the lowest level has a form.",
    ),
    "unknown_area": (
        "Cuộc điều tra không có đơn vị này.",
        "The survey has no area of this code.",
    ),
    "unknown_ea": (
        "Cuộc điều tra không có địa bàn này.",
        "The survey has no enumeration area of this code.",
    ),
    "not_an_ea": (
        "Mã này là một đơn vị cấp trên, không phải địa bàn.",
        "The code is of a larger area, not of an enumeration area.",
    ),
    "unknown_unit": (
        "Địa bàn không có hộ mang mã này.",
        "The enumeration area has no unit of this code.",
    ),
    "unknown_person": (
        "Cuộc điều tra không có ai tên đăng nhập như vậy.",
        "Nobody in the survey has this user name.",
    ),
    "bad_definition": (
        "Định nghĩa cuộc điều tra thiếu hoặc sai mục này.",
        "The survey's definition lacks this entry, or has it wrong.",
    ),
    "bad_time_zone": ("Không có múi giờ này.", "There is no such time zone."),
    "levels_changed": (
        "Đã có đơn vị hành chính; không thể đổi các cấp.",
        "There are areas already; the levels cannot change.",
    ),
}

# Said beside the counts of an import that succeeded.
NFD_NOTICE = "nfd_normalised"
NOTICES = {
    NFD_NOTICE: (
        "Tệp dùng Unicode tổ hợp (NFD); đã chuyển sang dựng sẵn (NFC).",
        "The file is in decomposed Unicode (NFD); it was stored composed (NFC).",
    )
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """`row` counts the header as 1; 0 means the file as a whole. `column` is a header's word."""

    row: int
    column: str
    code: str

    def as_json(self) -> dict[str, object]:
        message_vi, message_en = SENTENCES[self.code]
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "message_vi": message_vi,
            "message_en": message_en,
        }
