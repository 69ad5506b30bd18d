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
    title_vi = "Máy chủ chỉ trả lời bằng JSON."
    title_en = "The server answers in JSON only."


class InProgress(Problem):
    status = 409
    retry = True
    title_vi = "Lô này đang được xử lý trong một yêu cầu khác. Hãy gửi lại."
    title_en = "This batch is being received in another request. Send it again."


class LengthRequired(Problem):
    status = 411
    title_vi = "Yêu cầu phải nói rõ độ dài."
    title_en = "The request must state its length."


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
    title_vi = "Máy chủ chỉ nhận application/json."
    title_en = "The server takes application/json only."


class EncodingUnsupported(Problem):
    status = 415
    title_vi = "Máy chủ chỉ nhận gzip hoặc không nén."
    title_en = "The server takes gzip or no encoding only."


class BadRequest(Problem):
    status = 400
    retry = True
    title_vi = "Yêu cầu không đúng dạng HTTP."
    title_en = "The request is not well-formed HTTP."


class RangeNotSatisfiable(Problem):
    status = 416
    title_vi = "Phần được yêu cầu nằm ngoài tệp."
    title_en = "The range asked for lies outside the file."


class JsonInvalid(Problem):
    status = 400
    title_vi = "Nội dung không phải JSON hợp lệ."
    title_en = "The body is not valid JSON."


class Utf8Invalid(Problem):
    status = 400
    title_vi = "Nội dung không phải UTF-8 hợp lệ."
    title_en = "The body is not valid UTF-8."


class GzipTruncated(Problem):
    status = 400
    retry = True
    title_vi = "Dữ liệu nén bị cắt giữa chừng. Hãy gửi lại."
    title_en = "The compressed data end too early. Send them again."


class GzipInvalid(Problem):
    status = 400
    title_vi = "Dữ liệu nén bị hỏng."
    title_en = "The compressed data are damaged."


class TooDeep(Problem):
    status = 422
    title_vi = "Câu trả lời lồng nhau quá sâu."
    title_en = "The answers are nested too deeply."


class TooManyKeys(Problem):
    status = 422
    title_vi = "Một phiếu có quá nhiều trường."
    title_en = "A submission has too many fields."


class StringTooLong(Problem):
    status = 422
    title_vi = "Một câu trả lời quá dài."
    title_en = "An answer is too long."


class NumberOutOfRange(Problem):
    status = 422
    title_vi = "Một số nằm ngoài giới hạn."
    title_en = "A number is out of range."


class NulNotAllowed(Problem):
    status = 422
    title_vi = "Câu trả lời chứa ký tự không cho phép (U+0000)."
    title_en = "An answer contains the character U+0000."


class TooManyItems(Problem):
    status = 422
    title_vi = "Lô có quá nhiều phiếu. Hãy chia nhỏ."
    title_en = "The batch has too many submissions. Split it."


class BatchIdReused(Problem):
    status = 422
    title_vi = "Mã lô này đã dùng cho nội dung khác."
    title_en = "This batch id was used for other content."


class ValidationFailed(Problem):
    status = 422
    title_vi = "Yêu cầu thiếu hoặc sai trường."
    title_en = "Fields of the request are missing or wrong."


class ParamInvalid(Problem):
    status = 422
    title_vi = "Tham số không hợp lệ."
    title_en = "A parameter is not valid."


class ParamRepeated(Problem):
    status = 422
    title_vi = "Một tham số được lặp lại."
    title_en = "A parameter is given twice."


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
