"""Who calls: signing in, accounts, tablets, and what they may do."""

from survey_server.problems.problem import Problem


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


class TlsNeeded(Problem):
    status = 403
    title_vi = (
        "Máy chủ chỉ nhận mật khẩu qua kết nối được mã hóa. Hãy sửa địa chỉ máy chủ thành "
        "https://… rồi thử lại. Dữ liệu trên máy vẫn được giữ."
    )
    title_en = (
        "Passwords are taken over an encrypted connection only. Change the server's address to "
        "https://… and try again. The data on the device are kept."
    )


class AddressKeyRefused(Problem):
    status = 403
    title_vi = (
        "Máy chủ này không nhận mã truy cập trong địa chỉ. Hãy dùng tên người dùng và mật khẩu, "
        "hoặc quét lại mã QR. Dữ liệu trên máy vẫn được giữ."
    )
    title_en = (
        "This server takes no keys in addresses. Use the user name and the password, or scan the "
        "QR picture again. The data on the device are kept."
    )


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


class UpgradeRequired(Problem):
    status = 426
    title_vi = "Ứng dụng trên máy đã quá cũ. Các phiếu vẫn gửi được; hãy cập nhật ứng dụng."
    title_en = "The app on this device is too old. Interviews can still be sent; update the app."


class RateLimited(Problem):
    status = 429
    retry = True
    title_vi = "Quá nhiều lần thử. Hãy đợi rồi thử lại."
    title_en = "Too many attempts. Wait and try again."
