"""Files that belong to interviews: what is wrong with one, or with how it is sent."""

from survey_server.problems.problem import Problem


class MediaType(Problem):
    status = 422
    title_vi = (
        "Tệp không thuộc loại được nhận. Hãy gửi ảnh JPEG, PNG, WebP, phim MP4 hoặc 3GP, tệp âm"
        " thanh, PDF hoặc CSV."
    )
    title_en = (
        "Files of this kind are not taken. Send a JPEG, PNG or WebP picture, an MP4 or 3GP film,"
        " a sound, a PDF or a CSV file."
    )


class NameInvalid(Problem):
    status = 422
    title_vi = (
        "Tên tệp không được nhận. Hãy đặt tên ngắn hơn 200 ký tự, không có dấu gạch chéo, ký tự ẩn"
        " hay đuôi của chương trình."
    )
    title_en = (
        "The file's name is not taken. Give it one of at most 200 characters, without slashes,"
        " hidden characters or the ending of a program."
    )


class TooLarge(Problem):
    status = 413
    title_vi = "Tệp quá lớn. Hãy giảm kích thước ảnh hoặc rút ngắn đoạn ghi rồi gửi lại."
    title_en = "The file is too large. Make the picture smaller or the recording shorter."


class PieceTooSmall(Problem):
    status = 422
    title_vi = "Một phần của tệp quá nhỏ. Hãy gửi các phần lớn hơn."
    title_en = "A piece of the file is too small. Send larger pieces."


class Checksum(Problem):
    status = 422
    retry = True
    title_vi = "Tệp nhận được khác với mã SHA-256 đã báo. Hãy gửi lại từ đầu."
    title_en = "What was received is not what its SHA-256 says. Send the file again from the start."


class OffsetMismatch(Problem):
    """The header Upload-Offset says how much is here."""

    status = 409
    retry = True
    title_vi = "Phần này không nối tiếp phần đã nhận. Hãy gửi tiếp từ vị trí trong Upload-Offset."
    title_en = "This piece does not follow what is here. Go on from where Upload-Offset says."


class FileUnavailable(Problem):
    status = 503
    retry = True
    title_vi = "Nơi lưu tệp tạm thời không truy cập được. Hãy thử lại sau."
    title_en = "Where files are kept is out of reach for the moment. Try again later."
