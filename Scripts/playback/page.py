"""The page with the player, and what the scripts that use it have in common."""
import subprocess
import time

PAGE = """\
<!doctype html><title>playback</title>
<style>body { margin: 0; background: #222 } video { width: 960px; height: 540px }</style>
<video id="video" muted autoplay controls crossorigin="anonymous"></video>
HLSJS
<script>
  const errors = [];
  const video = document.getElementById("video");
  video.addEventListener("error", () => errors.push(video.error.code + " " + video.error.message));
  if (window.Hls) {
    const player = new Hls();
    player.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) errors.push(data.details); });
    player.loadSource("MANIFEST");
    player.attachMedia(video);
  } else {
    video.src = "MANIFEST";
  }
  /// How different the pixels of the picture are, and which they are.
  function look() {
    const canvas = document.createElement("canvas");
    canvas.width = 64; canvas.height = 36;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 64, 36);
    const data = context.getImageData(0, 0, 64, 36).data;
    let sum = 0, squares = 0, count = 0, mark = 0;
    for (let i = 1; i < data.length; i += 4) {
      sum += data[i]; squares += data[i] * data[i]; count += 1; mark = (mark * 31 + data[i]) % 1e9;
    }
    return { contrast: Math.sqrt(squares / count - (sum / count) ** 2), mark };
  }
  window.state = function () {
    return { time: video.currentTime, duration: String(video.duration), errors,
             width: video.videoWidth, ready: video.readyState, ended: video.ended,
             ...(video.readyState >= 2 ? look() : {}) };
  };
</script>
"""


def player_page(manifest, hls_js=None):
    """Texts by path: `page.html` plays `manifest`, with the file `hls_js` or as the browser does by itself."""
    script = '<script src="/hls.js"></script>' if hls_js else ""
    pages = {"page.html": PAGE.replace("HLSJS", script).replace("MANIFEST", manifest).encode()}
    if hls_js:
        with open(hls_js, "rb") as file:
            pages["hls.js"] = file.read()
    return pages


def fail(text):
    raise SystemExit(f"playback: {text}")


def make_clip(path, size, seconds):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
         f"testsrc2=size={size}:rate=25:duration={seconds}", "-f", "lavfi", "-i",
         f"sine=frequency=330:beep_factor=4:duration={seconds}", "-c:v", "libx264", "-preset",
         "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", path], check=True)


def wait(what, seconds, look, run=None):
    """Waits until `look` gives something true; a run that is given must not end meanwhile."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = look()
        if found:
            return found
        if run is not None and run.poll() is not None:
            fail(f"the run ended before {what}")
        time.sleep(0.1)
    fail(f"waited {seconds} s for {what}")
