"""What an answer for the state of a job costs: VideoCraft, gin and FastAPI take turns."""
import json
import os
import re
import socket
import statistics
import subprocess
import time

import hosting


def add_options(parser):
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--logged", action="store_true", help="with a line in the log for each request")
    parser.add_argument("--only", nargs="*", help="of the servers")


def measure(options, folder):
    level = "info" if options.logged else "warn"
    host = hosting.Host(
        hosting.binary(options), os.path.join(folder, "host"),
        {"VIDEOCRAFT_LOG_LEVEL": level, "VIDEOCRAFT_SECURITY_RATE_LIMIT": "1000000",
         "VIDEOCRAFT_SECURITY_RATE_BURST": "1000000"})
    servers = {"videocraft": (host, host.port)}
    try:
        upload = host.upload(hosting.clip(folder))
        run = host.begin("check", {"media": upload})
        host.wait(run)
        answer = host.ask("GET", f"/api/v1/runs/{run}")[2]
        path = os.path.join(folder, "answer.json")
        with open(path, "wb") as f:
            f.write(answer)
        servers.update(peers(folder, path, options))
        if options.only:
            servers = {name: servers[name] for name in servers if name in options.only}
        check(servers, run, answer)
        print(f"answers of {len(answer)} bytes, 64 connections, {options.seconds} s each, load {hosting.load_average()}"
              + (", each request logged" if options.logged else ""))
        report(rounds(servers, run, options))
    finally:
        host.stop()
        for peer, _ in servers.values():
            if peer is not host:
                peer.stop()


def peers(folder, answer, options):
    gin = hosting.build_go(folder, os.path.join(hosting.HERE, "peers", "gin.go"))
    python = hosting.fastapi_python()
    modes = ["logged"] if options.logged else ["encode", "bytes"]
    found = {}
    for mode in modes:
        port = free_port()
        found[f"gin, {mode}"] = (hosting.Process(
            [gin, f"127.0.0.1:{port}", hosting.key_hash(), answer, mode],
            os.path.join(folder, f"gin-{mode}.log")), port)
        port = free_port()
        found[f"fastapi, {mode}"] = (hosting.Process(
            [python, os.path.join(hosting.HERE, "peers", "fastapi_peer.py"), str(port),
             hosting.key_hash(), answer, mode], os.path.join(folder, f"fastapi-{mode}.log")), port)
    return found


def check(servers, run, answer):
    """All of them answer the same to the right key, and nothing to a wrong one."""
    for name, (_, port) in servers.items():
        for key, wanted in [(hosting.KEY, 200), ("another-key-of-nobody", 401)]:
            status, body = ask(port, run, key)
            assert status == wanted, (name, status, body)
            if wanted == 200:
                assert json.loads(body) == json.loads(answer), (name, body)


def ask(port, run, key):
    end = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(
                    f"GET /api/v1/runs/{run} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
                    "Connection: close\r\n\r\n".encode())
                answer = b""
                while piece := client.recv(65536):
                    answer += piece
            head, body = answer.split(b"\r\n\r\n", 1)
            return int(head.split()[1]), body
        except (ConnectionRefusedError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def rounds(servers, run, options):
    results = {name: [] for name in servers}
    for _ in range(options.rounds):
        for name, (process, port) in servers.items():
            results[name].append(load(process, port, run, options.seconds))
    return results


def load(process, port, run, seconds):
    before = process.cpu()
    out = subprocess.run(
        ["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {hosting.KEY}",
         f"http://127.0.0.1:{port}/api/v1/runs/{run}"],
        check=True, capture_output=True, text=True).stdout
    cpu = process.cpu() - before
    # What took longer than two seconds is seen in the percentiles.
    problem = re.search(r"Non-2xx.*|Socket errors: (?!connect 0, read 0, write 0).*", out)
    assert not problem, problem.group(0)
    count = int(re.search(r"(\d+) requests in", out).group(1))
    percentile = {p: milliseconds(re.search(rf"\s{p}%\s+(\S+)", out).group(1)) for p in (50, 99)}
    return count / seconds, cpu / count * 1e6, percentile[50], percentile[99]


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def report(results):
    print("| server | requests/s | CPU us each | p50 ms | p99 ms | VideoCraft's CPU to its |")
    print("| --- | --- | --- | --- | --- | --- |")
    medians = {
        name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
    own = medians.get("videocraft")
    for name, (rate, cpu, p50, p99) in medians.items():
        ratio = f"{own[1] / cpu:.2f}" if own else ""
        print(f"| {name} | {rate:.0f} | {cpu:.1f} | {p50:.2f} | {p99:.2f} | {ratio} |")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
