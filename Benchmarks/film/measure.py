"""Runs commands and says what they took, with all processes they started."""
import os, re, resource, shutil, statistics, subprocess, sys, time


class Taken:
    def __init__(self, wall=0.0, cpu=0.0, peak=0):
        #: Seconds, seconds, and bytes of the largest process.
        self.wall, self.cpu, self.peak = wall, cpu, peak

    def __add__(self, other):
        return Taken(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))

    def scaled(self, factor):
        return Taken(self.wall * factor, self.cpu * factor, self.peak)


def median(all_taken):
    return Taken(*(statistics.median(getattr(t, name) for t in all_taken) for name in ("wall", "cpu", "peak")))


def run(command, folder, log):
    """Ends the benchmark where the command fails."""
    with open(log, "a") as said:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
    if process.returncode:
        sys.stderr.write(f"this failed with status {process.returncode}: {' '.join(command)[:600]}\n")
        sys.stderr.write("".join(open(log, errors="replace").readlines()[-20:]))
        raise SystemExit(1)
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def empty(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "hls"))
    return folder


def ask(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def frame_count(path):
    return int(re.sub(r"\D", "", ask(
        "ffprobe", "-v", "error", "-select_streams", "v", "-count_packets", "-show_entries",
        "stream=nb_read_packets", "-of", "csv=p=0", path)))


def length(path):
    return float(ask("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path))


def form(path):
    return ask("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height,avg_frame_rate,sample_rate,"
               "channels", "-of", "csv=p=0", path).split()


def likeness(first, second):
    """SSIM and PSNR in dB, over all frames."""
    said = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-i", first, "-i", second, "-lavfi",
         "[0:v]split[a][b];[1:v]split[c][d];[a][c]ssim;[b][d]psnr", "-f", "null", "-"],
        capture_output=True, text=True).stderr
    ssim = re.search(r"SSIM .*All:([0-9.]+)", said)
    psnr = re.search(r"PSNR .*average:([0-9.inf]+)", said)
    return (float(ssim[1]) if ssim else float("nan"), float(psnr[1]) if psnr else float("nan"))


def megabytes(count):
    return f"{count / 1e6:.0f}"


def table(head, rows):
    """In Markdown, so that it can be kept."""
    cells = [head] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for number, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
        if number == 0:
            print("| " + " | ".join("-" * width for width in widths) + " |")
    sys.stdout.flush()


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    load = open("/proc/loadavg").read().split()[0]
    return (f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {os.cpu_count()} cores ({model}), "
            f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB, load {load}")
