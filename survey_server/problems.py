"""Everything the server may refuse to do, one class each.

A problem's `type` (kebab-case) and `code` (snake_case) come from the name of its class and are
part of the API: renaming a class breaks clients. `retry` tells a tablet whether the same request
may succeed later. Problems are raised where they are noticed; only the edges write them out.
"""

import re
from typing import Any, ClassVar


class Problem(Exception):
    """A refusal, with a sentence for the person who meets it."""

    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False
    # Shortest and longest Retry-After, in seconds: thousands must not come back at once.
    waits: ClassVar[tuple[int, int]] = (30, 300)
    title_vi: ClassVar[str] = ""
    title_en: ClassVar[str] = ""

    def __init__(
        self,
        errors: list[dict[str, Any]] | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
        **data: Any,
    ) -> None:
        super().__init__(self.code())
        self.errors = errors or []
        self.retry_after = retry_after
        self.headers = headers or {}
        self.data = data

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def type(cls) -> str:
        return cls.code().replace("_", "-")


class Unauthenticated(Problem):
    status = 401
    title_vi = "Chưa đăng nhập, hoặc mã truy cập không đúng. Dữ liệu trên máy vẫn được giữ."
    title_en = "Not signed in, or the credential is unknown. The data on the device are kept."


class TokenRevoked(Problem):
    status = 401
    title_vi = (
        "Thiết bị này đã bị thu hồi quyền. Dữ liệu trên máy vẫn được giữ; hãy liên hệ "
        "giám sát viên để đăng ký lại."
    )
    title_en = "This device was revoked. Its data are kept; ask a supervisor to enrol it again."


class TokenExpired(Problem):
    status = 401
    title_vi = (
        "Phiên làm việc hoặc đăng ký của thiết bị đã hết hạn. Hãy đăng nhập lại; với máy điều "
        "tra, hãy xin mã đăng ký mới. Dữ liệu trên máy vẫn được giữ."
    )
    title_en = (
        "The session, or the device's enrolment, has expired. Sign in again; for a tablet, ask "
        "for a new enrolment code. The data on the device are kept."
    )


class LoginFailed(Problem):
    status = 401
    # The same for a wrong password, an unknown name, and an account that nobody looks at for now.
    title_vi = "Sai tên đăng nhập hoặc mật khẩu. Sau 5 lần sai, hãy đợi 15 phút rồi thử lại."
    title_en = "Wrong user name or password. After 5 mistakes, wait 15 minutes and try again."


class SecondFactorNeeded(Problem):
    status = 401
    title_vi = "Hãy nhập thêm mã 6 chữ số của ứng dụng xác thực, hoặc một mã dự phòng."
    title_en = "Give the six-digit code of your authenticator app too, or a recovery code."


class SecondFactorWrong(Problem):
    status = 401
    title_vi = "Mã xác thực không đúng hoặc đã dùng rồi. Hãy đợi mã mới trong ứng dụng."
    title_en = "The code is wrong or was used already. Wait for the app to show a new one."


class SecondFactorSetupNeeded(Problem):
    status = 403
    title_vi = "Trước hết hãy thiết lập xác thực hai bước cho tài khoản này."
    title_en = "First set the second factor of this account up."


class Forbidden(Problem):
    status = 403
    title_vi = "Vai trò của bạn không được làm việc này."
    title_en = "Your role may not do this."


class UsernameTaken(Problem):
    status = 409
    title_vi = "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác."
    title_en = "This user name is taken. Choose another one."


class RoleHeld(Problem):
    status = 409
    title_vi = "Người này đã có vai trò đó ở địa bàn này."
    title_en = "This person has that role in this area already."


class ResetLinkInvalid(Problem):
    status = 410
    title_vi = (
        "Liên kết đặt mật khẩu đã dùng, đã hết hạn hoặc không đúng. Hãy xin cấp liên kết mới."
    )
    title_en = "The link was used, has run out or is wrong. Ask for a new one."


class PasswordRefused(Problem):
    status = 422
    title_vi = "Không dùng được mật khẩu này."
    title_en = "This password cannot be used."


class PasswordTooShort(Problem):
    status = 422
    title_vi = "Mật khẩu phải có ít nhất 12 ký tự."
    title_en = "A password has at least 12 characters."


class PasswordTooLong(Problem):
    status = 422
    title_vi = "Mật khẩu có nhiều nhất 1.000 ký tự."
    title_en = "A password has at most 1,000 characters."


class PasswordTooCommon(Problem):
    status = 422
    title_vi = "Mật khẩu này quá phổ biến, dễ đoán. Hãy ghép vài từ không liên quan với nhau."
    title_en = "This password is too common. Put a few words together that have no connection."


class PasswordIsName(Problem):
    status = 422
    title_vi = "Mật khẩu không được là tên của bạn hay mã cuộc điều tra."
    title_en = "A password must not be your own name or a survey's code."


class EnrolmentCodeWrong(Problem):
    status = 422
    title_vi = "Mã đăng ký không đúng. Hãy xem lại từng ký tự, hoặc xin mã mới."
    title_en = "There is no such enrolment code. Look at every letter again, or ask for another."


class EnrolmentCodeExpired(Problem):
    status = 410
    title_vi = "Mã đăng ký đã hết hạn hoặc đã được thay bằng mã khác. Hãy xin giám sát viên mã mới."
    title_en = "The enrolment code ran out or was replaced by a newer one. Ask for a new one."


class EnrolmentCodeUsed(Problem):
    status = 409
    title_vi = (
        "Mã đăng ký này đã dùng rồi: mỗi mã chỉ đăng ký được một máy, một lần. Hãy xin giám sát "
        "viên mã mới."
    )
    title_en = (
        "This enrolment code was used: a code enrols one device, once. Ask your supervisor for a "
        "new one."
    )


class ReplacedByThemselves(Problem):
    status = 422
    title_vi = "Người thay phải là người khác."
    title_en = "Somebody else must take over."


class CsrfFailed(Problem):
    status = 403
    title_vi = "Trang đã cũ. Hãy tải lại trang rồi thử lại."
    title_en = "The page is out of date. Reload it and try again."


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


class ImportInvalid(Problem):
    status = 422
    title_vi = "Tệp nhập có lỗi; chưa có gì được ghi."
    title_en = "The file has mistakes; nothing was stored."


class FormInvalid(Problem):
    status = 422
    title_vi = "Biểu mẫu có lỗi; chưa có gì được ghi."
    title_en = "The form has mistakes; nothing was stored."


class FormVersionTaken(Problem):
    status = 409
    title_vi = (
        "Phiên bản này của biểu mẫu đã có nội dung khác. Hãy đổi version trong trang settings, "
        "hoặc để trống để máy chủ tự đặt theo nội dung."
    )
    title_en = (
        "This version of the form has other content already. Change `version` on the sheet "
        "settings, or leave it empty to have it named by the content."
    )


class FormTooLarge(Problem):
    status = 413
    title_vi = "Biểu mẫu và các tệp đi kèm quá lớn để tải lên. Hãy nhờ quản trị máy chủ công bố."
    title_en = (
        "The form with its files is too large to upload. Ask the server's operator to publish it."
    )


class MultipartRequired(Problem):
    status = 415
    title_vi = "Hãy gửi biểu mẫu dạng multipart/form-data, trong phần `form`."
    title_en = "Send the form as multipart/form-data, in the part `form`."


class SurveyRetired(Problem):
    status = 410
    title_vi = (
        "Cuộc điều tra đã kết thúc và dữ liệu cá nhân đã được hủy theo quy định; máy chủ không "
        "nhận phiếu nữa. Hãy nộp lại thiết bị cho giám sát viên."
    )
    title_en = (
        "The survey has ended and its personal data were destroyed; nothing more is received. "
        "Hand the device in to your supervisor."
    )


class RetirementAsked(Problem):
    status = 409
    title_vi = "Đã có người đề nghị hủy dữ liệu cuộc điều tra này; cần một người khác xác nhận."
    title_en = "Somebody has asked for the end of this survey already; another one has to confirm."


class RetirementNotAsked(Problem):
    status = 409
    title_vi = "Không có đề nghị hủy nào trong 7 ngày qua. Hãy đề nghị lại."
    title_en = "Nobody has asked for the end of this survey within 7 days. Ask anew."


class RetirementNeedsTwo(Problem):
    status = 403
    title_vi = "Người xác nhận phải khác người đề nghị."
    title_en = "Whoever confirms must be somebody else than who asked."


class SurveyBusy(Problem):
    status = 409
    retry = True
    title_vi = "Dữ liệu của cuộc điều tra đang được đọc hoặc ghi. Hãy thử lại sau."
    title_en = (
        "Somebody reads or writes what the survey's tablets sent: an export, a rebuild. Try again "
        "later; nothing was done."
    )


class RetirementUnfinished(Problem):
    status = 409
    title_vi = "Dữ liệu chưa được hủy hết. Hãy chạy lại lệnh."
    title_en = "Not everything is destroyed yet. Run the command again."


class UpgradeRequired(Problem):
    status = 426
    title_vi = "Ứng dụng trên máy đã quá cũ. Các phiếu vẫn gửi được; hãy cập nhật ứng dụng."
    title_en = "The app on this device is too old. Interviews can still be sent; update the app."


class RateLimited(Problem):
    status = 429
    retry = True
    title_vi = "Quá nhiều lần thử. Hãy đợi rồi thử lại."
    title_en = "Too many attempts. Wait and try again."


class InternalError(Problem):
    status = 500
    retry = True
    title_vi = "Máy chủ gặp lỗi. Hãy thử lại; nếu vẫn lỗi, báo mã yêu cầu cho quản trị."
    title_en = (
        "Something went wrong on the server. Try again; if it stays, tell the "
        "administrator the request id."
    )


class Overloaded(Problem):
    status = 503
    retry = True
    title_vi = "Máy chủ đang quá tải. Hãy gửi lại sau."
    title_en = "The server is overloaded. Send again later."


class DbUnavailable(Problem):
    status = 503
    retry = True
    # PostgreSQL is back within seconds of a crash, and evenings are short.
    waits = (5, 30)
    title_vi = "Cơ sở dữ liệu tạm thời không truy cập được. Hãy gửi lại sau."
    title_en = "The database is unavailable for the moment. Send again later."


class StorageFull(Problem):
    status = 503
    retry = True
    title_vi = "Máy chủ hết chỗ lưu. Hãy gửi lại sau."
    title_en = "The server has run out of storage. Send again later."


class KeyUnavailable(Problem):
    """`why` is key_missing or key_wrong."""

    status = 503
    retry = True
    title_vi = "Máy chủ chưa mở được khóa mã hóa của cuộc điều tra. Hãy gửi lại sau."
    title_en = "The survey's encryption key is not at hand for the moment. Send again later."


class AuditUnavailable(Problem):
    """Nothing is done that could not be written down first."""

    status = 503
    retry = True
    waits = (5, 30)
    title_vi = "Nhật ký tạm thời không ghi được, nên chưa làm việc này. Hãy thử lại sau."
    title_en = (
        "The audit trail cannot be written for the moment, so nothing was done. Try again later."
    )


class QueueUnavailable(Problem):
    status = 503
    retry = True
    title_vi = "Hàng đợi công việc tạm thời không truy cập được. Hãy thử lại sau."
    title_en = "The job queue is unavailable for the moment. Try again later."
