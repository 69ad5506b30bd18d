"""What a survey and its forms do not allow."""

from survey_server.problems.problem import Problem


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
