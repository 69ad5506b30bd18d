"""A bench as somebody starts one, in a process of its own: it leaves nothing."""

import json
import subprocess
import sys
from typing import Any

from survey_server.benches.installation import ON_DISK

BENCH = (sys.executable, "-P", "-m", "survey_server.benches")


def told(*words: str) -> Any:
    with subprocess.Popen(
        [*BENCH, *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as bench:
        said, remarks = bench.communicate(timeout=300)
    assert bench.returncode == 0, said[-3000:] + remarks[-3000:]
    assert not list(ON_DISK.glob(f"survey-bench-{bench.pid}-*"))
    return json.loads(said)
