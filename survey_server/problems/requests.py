"""How a request is written: addresses, headers, bodies, fields."""

from survey_server.problems.problem import Problem


class NotFound(Problem):
    status = 404
    title_vi = "Không tìm thấy."
    title_en = "Not found."


class MethodNotAllowed(Problem):
    status = 405
    title_vi = "Địa chỉ này không nhận phương thức đó."
    title_en = "This address does not take that method."


class NotAcceptable(Problem):
    status = 406
    title_vi = (
        "Địa chỉ này không trả lời theo loại nào mà Accept yêu cầu. Hãy bỏ Accept, hoặc thêm */*."
    )
    title_en = (
        "This address answers in no kind that `Accept` asks for. Leave `Accept` out, or add */*."
    )


class InProgress(Problem):
    status = 409
    retry = True
    title_vi = "Lô này đang được xử lý trong một yêu cầu khác. Hãy gửi lại."
    title_en = "This batch is being received in another request. Send it again."


class LengthRequired(Problem):
    status = 411
    title_vi = "Yêu cầu phải nói rõ độ dài (Content-Length) hoặc gửi theo từng khúc (chunked)."
    title_en = "The request must state its Content-Length, or come in chunks."


class BodyTooLarge(Problem):
    status = 413
    title_vi = "Lô gửi quá lớn. Hãy chia nhỏ."
    title_en = "The upload is too large as sent. Split it."


class UnpackedTooLarge(Problem):
    status = 413
    title_vi = "Lô gửi quá lớn sau khi giải nén. Hãy chia nhỏ."
    title_en = "The upload is too large when unpacked. Split it."


class PageFormTooLarge(Problem):
    """Of a page: what somebody typed, or a file that they chose."""

    status = 413
    title_vi = "Nội dung gửi đi quá lớn. Hãy viết ngắn lại, hoặc chia tệp thành nhiều phần."
    title_en = "What was sent is too large. Shorten it, or split the file."


class UnsupportedMediaType(Problem):
    status = 415
    title_vi = "Máy chủ chỉ nhận application/json. Hãy ghi như vậy trong Content-Type."
    title_en = "The server takes application/json only; say so in Content-Type."


class EncodingUnsupported(Problem):
    """Accept-Encoding in the answer says what is taken instead (RFC 9110, 15.5.16)."""

    status = 415
    title_vi = "Máy chủ không nhận cách nén này ở đây. Hãy gửi lại mà không nén."
    title_en = "This encoding is not taken here. Send it again as it is, without one."


class BadRequest(Problem):
    status = 400
    retry = True
    title_vi = "Yêu cầu không đúng dạng HTTP, hoặc bị cắt giữa chừng. Hãy gửi lại."
    title_en = "The request is not well-formed HTTP, or ends too early. Send it again."


class RangeNotSatisfiable(Problem):
    status = 416
    title_vi = "Phần được yêu cầu nằm ngoài tệp."
    title_en = "The range asked for lies outside the file."


class JsonInvalid(Problem):
    status = 400
    title_vi = (
        "Nội dung không phải JSON hợp lệ: bị cắt, có khóa lặp lại, NaN hoặc dấu BOM ở đầu. Hãy "
        "sửa; máy tính bảng vẫn giữ dữ liệu và tách riêng phiếu có lỗi."
    )
    title_en = (
        "The body is not valid JSON: cut off, a key twice, NaN, or a byte order mark. Correct "
        "it; a tablet keeps its data and singles out the submission at fault."
    )


class Utf8Invalid(Problem):
    status = 400
    title_vi = (
        "Nội dung không phải UTF-8 hợp lệ, hoặc có nửa ký tự (surrogate). Hãy sửa; máy tính "
        "bảng vẫn giữ dữ liệu và tách riêng phiếu có lỗi."
    )
    title_en = (
        "The body is not valid UTF-8, or spells half a character (a lone surrogate). Correct "
        "it; a tablet keeps its data and singles out the submission at fault."
    )


class GzipTruncated(Problem):
    status = 400
    retry = True
    title_vi = "Dữ liệu nén bị cắt giữa chừng. Hãy gửi lại."
    title_en = "The compressed data end too early. Send them again."


class GzipInvalid(Problem):
    status = 400
    title_vi = "Dữ liệu nén bị hỏng, hoặc gồm nhiều khối gzip. Hãy nén lại thành một khối rồi gửi."
    title_en = (
        "The compressed data are damaged, or of several gzip members. Pack them anew, in one, "
        "and send them again."
    )


class GzipDamaged(GzipInvalid):
    """Gzip when it left, by its first bytes, and changed on its way."""

    retry = True
    title_vi = "Dữ liệu nén bị hỏng trên đường truyền. Hãy gửi lại."
    title_en = "The compressed data were damaged on their way. Send them again."

    @classmethod
    def code(cls) -> str:
        return GzipInvalid.code()


class TooDeep(Problem):
    status = 422
    title_vi = (
        "Câu trả lời lồng nhau quá sâu. Hãy giữ phiếu này trên máy, gửi các phiếu khác và báo "
        "giám sát viên."
    )
    title_en = (
        "The answers are nested too deeply. Keep this submission on the device, send the others, "
        "and tell a supervisor."
    )


class TooManyKeys(Problem):
    status = 422
    title_vi = (
        "Một phiếu có quá nhiều trường. Hãy giữ phiếu này trên máy, gửi các phiếu khác và báo "
        "giám sát viên."
    )
    title_en = (
        "A submission has too many fields. Keep it on the device, send the others, and tell a "
        "supervisor."
    )


class StringTooLong(Problem):
    status = 422
    title_vi = (
        "Một câu trả lời quá dài. Hãy rút ngắn; nếu đã gửi phiếu này thì sửa thành phiếu mới."
    )
    title_en = (
        "An answer is too long. Shorten it, in a new submission where this one was sent before."
    )


class NumberOutOfRange(Problem):
    status = 422
    title_vi = "Một số nằm ngoài giới hạn (quá 2^53). Hãy ghi số lớn như vậy dưới dạng chữ."
    title_en = "A number is out of range (beyond 2^53). Write numbers as large as that as text."


class NulNotAllowed(Problem):
    status = 422
    title_vi = (
        "Câu trả lời chứa ký tự không cho phép (U+0000). Hãy bỏ ký tự đó; các phiếu khác vẫn gửi "
        "được."
    )
    title_en = (
        "An answer contains the character U+0000. Take it out; the other submissions can be sent."
    )


class TooManyItems(Problem):
    status = 422
    title_vi = "Lô có quá nhiều phiếu. Hãy chia nhỏ."
    title_en = "The batch has too many submissions. Split it."


class BatchIdReused(Problem):
    status = 422
    title_vi = (
        "Mã lô này đã dùng cho nội dung khác. Hãy gửi lại các phiếu này trong một lô có mã mới."
    )
    title_en = (
        "This batch id was used for other content. Send these submissions under a new batch id."
    )


class ValidationFailed(Problem):
    status = 422
    title_vi = "Yêu cầu thiếu hoặc sai trường. Hãy sửa rồi gửi lại."
    title_en = "Fields of the request are missing or wrong. Correct them and send it again."


class ParamInvalid(Problem):
    status = 422
    title_vi = "Tham số không hợp lệ. Hãy sửa rồi thử lại."
    title_en = "A parameter is not valid. Correct it and try again."


class ParamRepeated(Problem):
    status = 422
    title_vi = "Một tham số được lặp lại. Hãy chỉ gửi một lần."
    title_en = "A parameter is given twice. Give it once."


class EpochChanged(Problem):
    status = 412
    title_vi = (
        "Máy chủ đã được khôi phục hoặc máy đã đăng ký lại. Hãy tải lại toàn bộ, rồi đối chiếu các "
        "phiếu còn giữ trên máy."
    )
    title_en = (
        "The server was restored, or the device was enrolled again. Download everything anew, "
        "then offer what the device still holds."
    )


class ImportInvalid(Problem):
    status = 422
    title_vi = "Tệp nhập có lỗi; chưa có gì được ghi."
    title_en = "The file has mistakes; nothing was stored."


class MultipartRequired(Problem):
    status = 415
    title_vi = "Hãy gửi biểu mẫu dạng multipart/form-data, trong phần `form`."
    title_en = "Send the form as multipart/form-data, in the part `form`."
