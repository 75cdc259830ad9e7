"""How soon runs are accepted, on disk, while films are rendered; then requests of all kinds at once."""
import json
import os
import subprocess
import sys
import time

import hosting


def add_options(parser):
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=100, help="submissions a second")
    parser.add_argument("--mixed-seconds", type=int, default=20)
    parser.add_argument("--mixed-rate", type=int, default=1000, help="requests of all kinds a second; 0 for none")
    parser.add_argument("--films", type=int, default=4, help="that render meanwhile")


def measure(options, folder):
    client = hosting.build_go(folder, os.path.join(hosting.HERE, "load.go"))
    host = hosting.Host(
        hosting.binary(options), os.path.join(folder, "host"),
        {"VIDEOCRAFT_JOB_MAX_CONCURRENT": str(options.films), "VIDEOCRAFT_JOB_QUEUE_SIZE": "1000000"})
    try:
        clip, picture = host.upload(hosting.clip(folder)), host.upload(hosting.picture(folder))
        over = host.begin("check", {"media": clip})
        host.wait(over)
        films = [
            host.begin("film", {"picture": picture, "time": "1h", "size": f"1280x{720 + 2 * number}"})
            for number in range(options.films)]
        for film in films:
            host.wait(film, states=("running",))
        time.sleep(3)
        memory = host.memory()
        print(f"{options.rate} submissions a second for {options.seconds} s, {options.films} films render,"
              f" load {hosting.load_average()}")
        submit = f"POST\t/api/v1/runs\t{json.dumps({'pipeline': 'check', 'inputs': {'media': clip}})}"
        accepted = load(host, client, options.rate, options.seconds, [f"1\tsubmission\t{submit}"], folder)
        if options.mixed_rate:
            run = f"/api/v1/runs/{films[0] if films else over}"
            plan = [
                f"50\tstatus of a run that goes on\tGET\t{run}", f"15\tstatus of a run that ended\tGET\t/api/v1/runs/{over}",
                f"10\tevents\tGET\t/api/v1/runs/{over}/events?after=1", "5\tlist\tGET\t/api/v1/runs?limit=20",
                f"10\toutput\tGET\t/api/v1/runs/{over}/outputs/media", f"5\tsubmission\t{submit}",
                "3\tpipelines\tGET\t/api/v1/pipelines", "2\tmetrics\tGET\t/metrics"]
            print(f"{options.mixed_rate} requests of all kinds a second for {options.mixed_seconds} s,"
                  f" {options.films} films render, load {hosting.load_average()}")
            accepted += load(host, client, options.mixed_rate, options.mixed_seconds, plan, folder)
        for film in films:
            host.ask("POST", f"/api/v1/runs/{film}/cancel")
        finish(host, accepted, memory)
    finally:
        host.stop()


def load(host, client, rate, seconds, plan, folder):
    path = os.path.join(folder, "plan")
    with open(path, "w") as f:
        f.write("\n".join(plan))
    before = host.cpu()
    out = subprocess.run(
        [client, "requests", host.address, hosting.KEY, str(rate), str(seconds), path],
        check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    print("| request | count | statuses | p50 ms | p95 ms | p99 ms | longest ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for one in sorted((one for one in lines if "name" in one), key=lambda one: -one["count"]):
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(one["statuses"].items()))
        print(f"| {one['name']} | {one['count']} | {statuses} | {one['p50']:.1f} | {one['p95']:.1f} | {one['p99']:.1f}"
              f" | {one['max']:.1f} |")
    print(f"  the host with its films took {host.cpu() - before:.1f} s CPU")
    return lines[-1]["runs"]


def finish(host, accepted, memory):
    """Every run that was accepted comes to its end."""
    end = time.monotonic() + 600
    ended = {}
    while time.monotonic() < end:
        live = json.loads(host.ask("GET", "/api/v1/runs?limit=1&state=queued,running")[2])["runs"]
        if not live:
            break
        time.sleep(0.5)
    cursor = ""
    while cursor is not None:
        page = json.loads(host.ask("GET", f"/api/v1/runs?limit=200{cursor and '&cursor=' + cursor}")[2])
        for run in page["runs"]:
            ended[run["run"]] = run["state"]
        cursor = page.get("next")
    lost = [run for run in accepted if ended.get(run) != "completed"]
    print(f"  {len(accepted)} accepted, {len(lost)} of them not completed; memory {memory / 1e6:.0f} MB before,"
          f" {host.memory() / 1e6:.0f} MB at the end")
    if lost:
        print(f"  such as {lost[:3]}: {[ended.get(run) for run in lost[:3]]}")
        sys.exit(1)
