"""A host and its peers as processes of their own, for the figures in this folder."""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TICKS = os.sysconf("SC_CLK_TCK")
KEY = "the-key-of-the-benchmarks"

PIPELINES = {
    # The least that a run can do.
    "check": """
version: 1
name: check
inputs:
  media: { type: media }
  note: { type: text, default: "" }
stages:
  look:
    uses: validate
    in: { media: inputs.media }
outputs: { media: look.media }
""",
    # Keeps cores busy for as long as it is asked to.
    "film": """
version: 1
name: film
inputs:
  picture: { type: image }
  time: { type: duration, default: 1m }
  size: { type: size, default: 1280x720 }
stages:
  cut:
    uses: compose
    with:
      scenes: [{ image: "${{ inputs.picture }}", duration: "${{ inputs.time }}", motion: { kind: zoom-in } }]
      size: ${{ inputs.size }}
      frame-rate: 30
  package:
    uses: render
    in: { video: cut.video }
outputs: { video: package.video }
""",
}


class Process:
    """A program that serves, with its processor time and memory."""

    def __init__(self, command, log, environment=None):
        self.log = open(log, "wb")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid

    def cpu(self):
        """Seconds of all its threads."""
        fields = open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, name="VmRSS"):
        """Bytes; `VmHWM` for the highest since `forget_peak`."""
        for line in open(f"/proc/{self.pid}/status"):
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        return 0

    def forget_peak(self):
        with open(f"/proc/{self.pid}/clear_refs", "w") as f:
            f.write("5")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Host(Process):
    """`videocraft serve` over a data folder of its own."""

    def __init__(self, binary, folder, settings=None, environment=None):
        self.folder = folder
        os.makedirs(os.path.join(folder, "pipelines"), exist_ok=True)
        for name, text in PIPELINES.items():
            with open(os.path.join(folder, "pipelines", name + ".yaml"), "w") as f:
                f.write(text)
        given = {
            "VIDEOCRAFT_AUTH_API_KEY": KEY, "VIDEOCRAFT_SECURITY_RATE_LIMIT": "0",
            "VIDEOCRAFT_SERVER_DRAIN_TIMEOUT": "0s", "VIDEOCRAFT_LOG_LEVEL": "warn",
            **(settings or {})}
        self.log_path = os.path.join(folder, "host.log")
        super().__init__(
            [binary, "serve", "--port", "0", "--data-dir", os.path.join(folder, "data"),
             "--pipelines", os.path.join(folder, "pipelines")],
            self.log_path, {**given, **(environment or {})})
        self.address = self._address()
        self.port = int(self.address.rsplit(":", 1)[1])

    def _address(self):
        for _ in range(600):
            found = re.search(r"listens on (http://[^;]+);", open(self.log_path).read())
            if found:
                return found.group(1)
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"the host did not begin: {open(self.log_path).read()}")

    def ask(self, method, path, body=None, headers=None, timeout=60):
        """The status, the headers and the bytes of an answer."""
        request = urllib.request.Request(
            self.address + path, method=method, data=body,
            headers={"Authorization": f"Bearer {KEY}", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def upload(self, path):
        with open(path, "rb") as f:
            status, _, bytes = self.ask(
                "POST", f"/api/v1/uploads?name={os.path.basename(path)}", f.read(),
                {"Content-Type": "application/octet-stream"})
        assert status in (200, 201), bytes
        return json.loads(bytes)["upload"]

    def begin(self, pipeline, inputs, **more):
        status, _, bytes = self.ask(
            "POST", "/api/v1/runs",
            json.dumps({"pipeline": pipeline, "inputs": inputs, **more}).encode(),
            {"Content-Type": "application/json"})
        assert status == 202, (status, bytes)
        return json.loads(bytes)["run"]

    def run(self, run):
        return json.loads(self.ask("GET", f"/api/v1/runs/{run}")[2])

    def wait(self, run, limit=120, states=("completed", "failed", "cancelled")):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            answer = self.run(run)
            if answer["state"] in states:
                return answer
            time.sleep(0.1)
        raise SystemExit(f"run {run} did not come to {states} within {limit} s")


def binary(options):
    path = options.videocraft or os.path.join(ROOT, ".build", "release", "videocraft")
    if not os.path.exists(path):
        raise SystemExit(f"there is no {path}: build it with `make build`, or name it with --videocraft")
    return path


def picture(folder):
    """A PNG of 640x360."""
    return _made(folder, "picture.png", ["-f", "lavfi", "-i", "testsrc2=s=640x360", "-frames:v", "1"])


def clip(folder):
    """A second of film, small."""
    return _made(folder, "clip.mp4", [
        "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=1", "-c:v", "libx264", "-preset", "ultrafast",
        "-pix_fmt", "yuv420p"])


def _made(folder, name, arguments):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, path], check=True)
    return path


def key_hash():
    return hashlib.sha256(KEY.encode()).hexdigest()


def build_go(folder, source, packages=True):
    """Builds a Go program from Debian's packages alone."""
    if shutil.which("go") is None:
        sys.exit("there is no Go compiler: apt-get install golang-go golang-github-gin-gonic-gin-dev")
    made = os.path.join(folder, os.path.basename(source)[:-3])
    environment = {
        **os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
        "GOCACHE": os.path.join(cache(), "go")}
    subprocess.run(["go", "build", "-o", made, source], check=True, env=environment)
    return made


def fastapi_python():
    """A Python with FastAPI and uvicorn, in an environment that is made once."""
    place = os.path.join(cache(), "fastapi")
    python = os.path.join(place, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "fastapi", "uvicorn[standard]"], check=True)
    return python


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    place = os.path.join(base, "videocraft-benchmarks")
    os.makedirs(place, exist_ok=True)
    return place


def load_average():
    return open("/proc/loadavg").read().split()[0]


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)
