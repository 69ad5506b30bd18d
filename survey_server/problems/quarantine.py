"""What cannot be done about a submission in quarantine, or one that came twice."""

from survey_server.problems.problem import Problem


class StillUnreadable(Problem):
    status = 422
    title_vi = (
        "Với nội dung và biểu mẫu này, phiếu vẫn không đọc được; chưa có gì được ghi. Hãy chọn "
        "phiên bản biểu mẫu khác hoặc sửa nội dung ở chỗ được chỉ ra."
    )
    title_en = (
        "With this content and form the submission cannot be read either; nothing was stored. "
        "Choose another version of the form, or mend the content where it is pointed at."
    )


class VersionStillUnknown(Problem):
    status = 409
    title_vi = (
        "Phiên bản biểu mẫu của phiếu này chưa được công bố. Hãy công bố nó, hoặc chọn một phiên "
        "bản khác để đọc phiếu."
    )
    title_en = (
        "The version of the form that this submission names is not published. Publish it, or "
        "choose another version to read the submission by."
    )


class ReasonNeeded(Problem):
    status = 422
    title_vi = "Hãy ghi lý do, để người xem lại sau này hiểu."
    title_en = "Give a reason, for whoever looks at it later."


class DecidedMeanwhile(Problem):
    status = 409
    title_vi = (
        "Trong lúc bạn xem, đã có người quyết định về phiếu này hoặc có bản khác vừa đến; chưa có "
        "gì được ghi. Hãy xem lại như dưới đây rồi quyết định."
    )
    title_en = (
        "While you looked, somebody decided about this interview, or another version came in; "
        "nothing was stored. Look at it as it is now, and decide again."
    )


class NothingToChange(Problem):
    status = 422
    title_vi = "Chưa có gì để sửa. Hãy chọn biểu mẫu, ghi mã hộ, hoặc sửa nội dung phiếu."
    title_en = "Nothing was changed. Choose a form, give the unit's code, or mend the content."
