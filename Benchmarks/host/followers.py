"""Many who follow live runs: memory above what the host takes without them, and whether each hears everything.

One run renders, the others wait for their turn; followers are spread over all of them. A fifth connects again with
`Last-Event-ID` (`after` over WebSockets). Then the first run is cancelled, the others have their turn, and everybody
has to have seen every event of its run once and in order.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import time

import hosting


def add_options(parser):
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--form", choices=["sse", "ws", "both"], default="both")
    parser.add_argument("--runs", type=int, default=4, help="that wait, besides the one that renders")


def measure(options, folder):
    allow_descriptors(options.count + 1000)
    client = hosting.build_go(folder, os.path.join(hosting.HERE, "load.go"))
    forms = ["sse", "ws"] if options.form == "both" else [options.form]
    good = [one_form(form, options, folder, client) for form in forms]
    if not all(good):
        sys.exit(1)


def allow_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(count, hard) if os.geteuid() == 0 else hard,) * 2)


def one_form(form, options, folder, client):
    host = hosting.Host(
        hosting.binary(options), os.path.join(folder, form),
        {"VIDEOCRAFT_JOB_MAX_CONCURRENT": "1", "VIDEOCRAFT_JOB_WORKERS": "1"})
    try:
        picture, clip = host.upload(hosting.picture(folder)), host.upload(hosting.clip(folder))
        film = host.begin("film", {"picture": picture, "time": "3h", "size": "320x180"})
        runs = [film] + [
            host.begin("check", {"media": clip, "note": str(number)}) for number in range(options.runs)]
        host.wait(film, states=("running",))
        # What one follower needs first, every host has after its first minute.
        hosting_warm(host, runs)
        time.sleep(5)
        idle = memory(host)
        host.forget_peak()
        followers = subprocess.Popen(
            [client, "follow", host.address, hosting.KEY, str(options.count), form, *runs],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        start = time.monotonic()
        assert json.loads(followers.stdout.readline())["connected"] == options.count
        up = time.monotonic() - start
        time.sleep(3)
        following = memory(host)
        followers.stdin.write("again\n")
        followers.stdin.flush()
        dropped = json.loads(followers.stdout.readline())["dropped"]
        time.sleep(5)
        again = memory(host)
        before = host.cpu()
        host.ask("POST", f"/api/v1/runs/{film}/cancel")
        ended = time.monotonic()
        result = json.loads(followers.stdout.readline())
        took = time.monotonic() - ended
        peak = host.memory("VmHWM")
        whole = {f"{run} {json.loads(host.ask('GET', f'/api/v1/runs/{run}')[2])['lastSeq']}" for run in runs}
        good = result["wrong"] == 0 and set(result["ends"]) == whole and result["reconnected"] >= dropped * 0.99
        print(f"{options.count} followers by {form}, load {hosting.load_average()}")
        print(f"  up in {up:.1f} s; idle {idle / 1e6:.1f} MB, with them {(following - idle) / 1e6:+.1f} MB,"
              f" after a fifth came again {(again - idle) / 1e6:+.1f} MB, highest {(peak - idle) / 1e6:+.1f} MB")
        print(f"  {result['deliveries']} events delivered, {result['reconnected']} connected again,"
              f" {result['wrong']} saw something wrong {result['problem']}")
        print(f"  all had heard of the end {took:.1f} s after it began, {host.cpu() - before:.1f} s CPU")
        print("  every follower saw every event once and in order" if good else f"  NOT all is right: {result} {whole}")
        return good
    finally:
        host.stop()


def hosting_warm(host, runs):
    for _ in range(50):
        for run in runs:
            host.run(run)


def memory(host):
    """The median over two seconds."""
    return statistics.median(host.memory() for _ in range(20) if not time.sleep(0.1))
