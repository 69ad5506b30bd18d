"""What the server cannot do just now; most of it can be tried again."""

from survey_server.problems.problem import Problem


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
