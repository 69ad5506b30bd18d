"""Everything the trail can tell: the name of each act, and a sentence for whoever reads it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    vi: str
    en: str


ACTIONS = {
    # Signing in and out.
    "signed_in": Action("Đã đăng nhập.", "Signed in."),
    "sign_in_failed": Action("Đăng nhập không thành công.", "Failed to sign in."),
    "sign_in_limited": Action(
        "Bị chặn đăng nhập vì thử quá nhiều lần.", "Was kept from signing in after many attempts."
    ),
    "signed_out": Action("Đã đăng xuất.", "Signed out."),
    "sessions_ended": Action(
        "Đã chấm dứt mọi phiên làm việc của một tài khoản.", "Ended all sessions of an account."
    ),
    "password_changed": Action("Đã đổi mật khẩu.", "Changed a password."),
    "password_link_issued": Action(
        "Đã cấp liên kết đặt lại mật khẩu.", "Issued a link to reset a password."
    ),
    "password_reset": Action("Đã đặt lại mật khẩu.", "Reset a password."),
    "totp_set_up": Action("Đã bật mã xác thực hai bước.", "Set up a second factor."),
    "totp_failed": Action("Nhập sai mã xác thực hai bước.", "Failed the second factor."),
    "totp_removed": Action("Đã gỡ mã xác thực hai bước.", "Removed a second factor."),
    "second_factors_reset": Action(
        "Đã gỡ mã xác thực hai bước của mọi người để thiết lập lại.",
        "Removed everybody's second factor, to be set up anew.",
    ),
    "token_issued": Action("Đã cấp mã truy cập cho chương trình.", "Issued a program's token."),
    "token_revoked": Action("Đã thu hồi mã truy cập.", "Revoked a program's token."),
    # Accounts.
    "account_made": Action("Đã tạo tài khoản.", "Made an account."),
    "account_changed": Action("Đã sửa tài khoản.", "Changed an account."),
    "account_disabled": Action("Đã khóa tài khoản.", "Disabled an account."),
    "account_enabled": Action("Đã mở lại tài khoản.", "Enabled an account again."),
    "accounts_imported": Action("Đã nhập tài khoản từ tệp.", "Brought accounts in from a file."),
    "accounts_listed": Action("Đã xem danh sách tài khoản.", "Looked at a list of accounts."),
    "role_given": Action("Đã giao vai trò trong một địa bàn.", "Gave a role in an area."),
    "role_changed": Action(
        "Đã sửa vai trò hoặc thời hạn của vai trò.", "Changed a role, or its dates."
    ),
    "role_taken": Action("Đã bãi bỏ vai trò.", "Took a role away."),
    # Tablets.
    "device_code_issued": Action("Đã cấp mã đăng ký thiết bị.", "Issued a code to enrol a device."),
    "device_enrolled": Action("Đã đăng ký thiết bị.", "Enrolled a device."),
    "devices_imported": Action("Đã nhập thiết bị từ tệp.", "Brought devices in from a file."),
    "devices_listed": Action("Đã xem danh sách thiết bị.", "Looked at a list of devices."),
    "device_revoked": Action("Đã thu hồi quyền của thiết bị.", "Revoked a device."),
    "device_lost": Action("Đã báo mất thiết bị.", "Reported a device lost."),
    "device_replaced": Action("Đã thay thiết bị.", "Replaced a device."),
    "revisits_viewed": Action(
        "Đã xem danh sách hộ phải đến lại.", "Looked at the households to visit again."
    ),
    "submissions_moved": Action(
        "Đã chuyển phiếu sang cuộc điều tra khác.", "Moved interviews to another survey."
    ),
    "rescue_imported": Action(
        "Đã nhập phiếu cứu hộ từ một máy.", "Brought in what was rescued from a tablet."
    ),
    "enumerator_replaced": Action(
        "Đã thay điều tra viên và bàn giao công việc.",
        "Replaced an enumerator and handed the work over.",
    ),
    # The frame.
    "survey_made": Action("Đã tạo cuộc điều tra.", "Made a survey."),
    "areas_imported": Action("Đã nhập địa bàn từ tệp.", "Brought areas in from a file."),
    "units_imported": Action("Đã nhập danh sách hộ từ tệp.", "Brought units in from a file."),
    "assignments_imported": Action("Đã nhập phân công từ tệp.", "Brought assignments in."),
    # Forms and rules.
    "form_drafted": Action("Đã tải bản nháp của phiếu lên.", "Put up a draft of a form."),
    "form_published": Action("Đã công bố phiếu.", "Published a form."),
    "form_withdrawn": Action("Đã bỏ bản nháp của phiếu.", "Withdrew a draft of a form."),
    "trials_counted": Action(
        "Đã tính các phiếu thu thập bằng bản nháp vào cuộc điều tra.",
        "Counted interviews that were told in a draft.",
    ),
    "form_closed": Action("Đã đóng phiếu.", "Closed a form."),
    "form_reopened": Action("Đã mở lại phiếu.", "Reopened a form."),
    "rule_changed": Action("Đã thay đổi một quy tắc kiểm tra.", "Changed a rule."),
    "revalidated": Action("Đã chạy lại các quy tắc kiểm tra.", "Ran the rules again."),
    # Looking at what people told.
    "findings_viewed": Action("Đã xem lỗi trong phiếu của các hộ.", "Looked at findings."),
    "matches_viewed": Action(
        "Đã xem các phiếu có thể trùng hộ.", "Looked at interviews that may be of one household."
    ),
    "trials_viewed": Action("Đã xem phiếu thử.", "Looked at trials of a draft."),
    "interview_viewed": Action("Đã xem phiếu của một hộ.", "Looked at an interview."),
    "attachments_listed": Action(
        "Đã xem danh sách tệp kèm phiếu của một hộ.", "Looked at which files an interview has."
    ),
    "attachment_viewed": Action(
        "Đã tải tệp kèm phiếu của một hộ.", "Fetched a file of an interview."
    ),
    "attachments_swept": Action(
        "Đã xóa các tệp không thuộc phiếu nào.", "Deleted files that no interview names."
    ),
    "household_viewed": Action("Đã xem thông tin của một hộ.", "Looked at a household."),
    "coverage_viewed": Action(
        "Đã xem tiến độ của từng hộ trong một địa bàn.", "Looked at an area's list of households."
    ),
    "quarantine_listed": Action(
        "Đã xem danh sách phiếu bị cách ly.", "Looked at a list of what lies in quarantine."
    ),
    "quarantine_viewed": Action(
        "Đã xem một phiếu bị cách ly.", "Looked at a submission in quarantine."
    ),
    "quarantine_replayed": Action(
        "Đã yêu cầu đọc lại phiếu bị cách ly.", "Had submissions in quarantine tried again."
    ),
    "quarantine_fixed": Action(
        "Đã sửa một phiếu bị cách ly.", "Mended a submission in quarantine."
    ),
    "quarantine_set_aside": Action(
        "Đã gác lại một phiếu bị cách ly.", "Set a submission in quarantine aside."
    ),
    "quarantine_taken_back": Action(
        "Đã đưa một phiếu gác lại trở về danh sách.", "Took a submission back that was set aside."
    ),
    "conflicts_listed": Action(
        "Đã xem danh sách phiếu xung đột.", "Looked at a list of submissions that came twice."
    ),
    "conflict_viewed": Action(
        "Đã xem hai bản của một phiếu.", "Looked at both versions of a submission."
    ),
    "content_chosen": Action(
        "Đã chọn một bản của phiếu.", "Took one of the versions of a submission."
    ),
    "interview_edited": Action("Đã sửa phiếu của một hộ.", "Edited an interview."),
    "message_sent": Action("Đã gửi tin nhắn tới các máy.", "Sent a message to tablets."),
    "reviewed": Action("Đã duyệt hoặc trả lại phiếu.", "Approved or returned an interview."),
    # Taking data out.
    "release_asked": Action("Đã yêu cầu bộ dữ liệu.", "Asked for a dataset."),
    "release_made": Action("Bộ dữ liệu đã được tạo.", "A dataset was made."),
    "release_failed": Action("Không tạo được bộ dữ liệu.", "A dataset could not be made."),
    "release_downloaded": Action("Đã tải bộ dữ liệu về.", "Downloaded a dataset."),
    "exported": Action("Đã xuất dữ liệu ra thư mục.", "Exported a dataset into a folder."),
    # Keys and the end of a survey.
    "key_made": Action("Đã tạo khóa mã hóa.", "Made an encryption key."),
    "key_rotated": Action("Đã thay khóa mã hóa.", "Rotated an encryption key."),
    "retire_asked": Action(
        "Đã đề nghị hủy dữ liệu định danh của cuộc điều tra.",
        "Asked for the destruction of a survey's identities.",
    ),
    "retire_cancelled": Action("Đã rút đề nghị hủy.", "Withdrew the request for destruction."),
    "retired": Action(
        "Đã hủy khóa và dữ liệu định danh của cuộc điều tra.",
        "Destroyed a survey's keys and identities.",
    ),
    "epoch_begun": Action(
        "Cơ sở dữ liệu đã được khôi phục; các máy sẽ đối chiếu lại phiếu.",
        "The database was restored; tablets offer again what they hold.",
    ),
    # The trail itself.
    "audit_acknowledged": Action(
        "Đã xác nhận một phần nhật ký bị mất do khôi phục cơ sở dữ liệu.",
        "Acknowledged that a restore of the database lost a part of the trail.",
    ),
    "audit_viewed": Action("Đã xem nhật ký.", "Read the trail."),
    "refused": Action("Bị từ chối truy cập.", "Was refused."),
}
