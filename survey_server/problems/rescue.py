"""What was rescued from a tablet and cannot be imported."""

from survey_server.problems.problem import Problem


class RescueUnreadable(Problem):
    status = 422
    title_vi = (
        "Tệp này không phải kho phiếu của máy, tệp cứu hộ, hay thư mục instances của ODK Collect"
        " (nén ZIP), hoặc đã bị hỏng. Hãy giữ tệp và chép lại từ máy."
    )
    title_en = (
        "This is no tablet's store, rescue file, or zipped instances folder of ODK Collect, or it"
        " is damaged. Keep it, and copy it from the tablet once more."
    )


class RescueTooLarge(Problem):
    status = 413
    title_vi = (
        "Tệp cứu hộ quá lớn. Hãy chia thành nhiều tệp, hoặc nhờ người vận hành nhập bằng lệnh."
    )
    title_en = (
        "The rescued file is too large. Divide it, or ask an operator to import it by command."
    )


class RescueOfAnotherTablet(Problem):
    status = 409
    title_vi = "Kho phiếu này là của máy khác. Hãy mở trang của máy đó rồi nhập tại đó."
    title_en = "This is the store of another tablet. Open that tablet's page and import it there."
