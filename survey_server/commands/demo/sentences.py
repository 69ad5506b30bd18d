"""What `demo break` tells, in Vietnamese and English."""

from survey_server.commands.demo.killing import Kill

WORKER, VALKEY, POSTGRES = "worker-intake-1", "valkey", "postgres"
NAMES = {
    WORKER: ("một tiến trình xử lý", "an RQ worker"),
    VALKEY: ("Valkey", "Valkey"),
    POSTGRES: ("PostgreSQL", "PostgreSQL"),
}


def wave_sentence(victim: str, interviews: int) -> str:
    vi, en = NAMES[victim]
    return (
        f"{interviews:,} phiếu đang được gửi; tắt {vi} giữa chừng … / "
        f"{interviews:,} interviews are being sent; killing {en} in the midst …"
    )


def kill_sentence(killed: Kill) -> str:
    if killed.seconds is None:
        return "  không hồi phục / did not recover"
    processes = "process" if killed.processes == 1 else "processes"
    return (
        f"  SIGKILL, {killed.processes} tiến trình; hoạt động lại sau {killed.seconds:.1f} s / "
        f"{killed.processes} {processes}; working again after {killed.seconds:.1f} s"
    )
