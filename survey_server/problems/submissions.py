"""What is wrong with a submission as ODK Collect or Enketo sends it; they show the sentence."""

from survey_server.problems.problem import Problem


class FormDataRequired(Problem):
    status = 415
    title_vi = "Hãy gửi phiếu dưới dạng multipart/form-data. Phiếu trên máy vẫn được giữ."
    title_en = "Send a submission as multipart/form-data. It is kept on the device."


class SubmissionPacked(Problem):
    """The header Accept-Encoding says how it is taken (RFC 9110, 15.5.16)."""

    status = 415
    title_vi = (
        "Máy chủ không nhận phiếu đã nén. Hãy gửi lại phiếu không nén (không có Content-Encoding). "
        "Phiếu trên máy vẫn được giữ."
    )
    title_en = (
        "Submissions are not taken compressed. Send it again as it is, without Content-Encoding. "
        "It is kept on the device."
    )

    def __init__(self) -> None:
        super().__init__(headers={"Accept-Encoding": "identity"})


class FormDataInvalid(Problem):
    status = 400
    retry = True
    title_vi = "Nội dung gửi bị hỏng hoặc bị cắt giữa chừng. Hãy gửi lại phiếu."
    title_en = "The upload is damaged or ends too early. Send the submission again."


class XmlPartMissing(Problem):
    status = 400
    title_vi = "Thiếu phần `xml_submission_file`, nơi có nội dung phiếu."
    title_en = "The part `xml_submission_file`, which holds the answers, is missing."


class XmlInvalid(Problem):
    status = 400
    retry = True
    title_vi = (
        "Nội dung phiếu không phải XML hợp lệ hoặc bị cắt giữa chừng. Hãy gửi lại; nếu vẫn lỗi, "
        "hãy báo giám sát viên và giữ phiếu trên máy."
    )
    title_en = (
        "The submission is not well-formed XML, or ends too early. Send it again; if that does "
        "not help, tell your supervisor and keep it on the device."
    )


class InstanceIdInvalid(Problem):
    status = 400
    title_vi = (
        "Phiếu không có mã instanceID là một UUID (uuid:…). Hãy giữ phiếu trên máy và báo giám sát "
        "viên: biểu mẫu cần được sửa."
    )
    title_en = (
        "The submission has no instanceID that is a UUID (uuid:…). Keep it on the device and tell "
        "your supervisor: the form has to be mended."
    )


class FormIdMissing(Problem):
    status = 400
    title_vi = "Phiếu không nói nó thuộc biểu mẫu nào (thiếu thuộc tính id)."
    title_en = "The submission does not say which form it is of: the attribute id is missing."


class SubmissionTooLarge(Problem):
    status = 413
    title_vi = (
        "Phiếu, hoặc một tệp kèm theo, quá lớn nên chưa được nhận; phiếu vẫn còn trên máy. Hãy "
        "chọn cỡ ảnh nhỏ hơn, chụp hoặc quay lại rồi gửi lại. Nếu không được, hãy báo giám sát "
        "viên."
    )
    title_en = (
        "The submission, or a file with it, is too large and was not taken; it is still on the "
        "device. Choose a smaller picture size, take the picture or film again and send it. If "
        "that does not help, tell your supervisor."
    )


class TooManyFiles(Problem):
    status = 413
    title_vi = "Quá nhiều tệp trong một lần gửi. Hãy chia thành nhiều lần, mỗi lần tối đa 300 tệp."
    title_en = "Too many files in one request. Split them: at most 300 in each."


class ContentDiffers(Problem):
    status = 409
    title_vi = (
        "Máy chủ đã có phiếu khác dưới mã này. Cả hai đều được giữ; giám sát viên sẽ xem xét."
    )
    title_en = (
        "The server holds another submission under this id. Both are kept; a supervisor will look "
        "at them."
    )
