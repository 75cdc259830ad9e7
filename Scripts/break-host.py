#!/usr/bin/env python3
"""Tries to break a host that serves, and shows that it answers clearly, stays up and loses nothing.

usage: Scripts/break-host.py [--videocraft PROGRAM] [WHAT…]

  hostile   bodies, ids and origins that nobody well-meaning sends; memory stays bounded
  slow      clients that trickle, and thousands that say nothing
  kill      kill -9 during uploads, renders and streams of events, over and over
  full      a disk without room (needs root, for a small file system of its own)
"""
import argparse
import http.client
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Benchmarks", "host"))
import hosting

broken = []


def check(what, good, seen=""):
    print(f"  {'ok ' if good else 'NOT'} {what}{'' if good else f': {seen}'}", flush=True)
    if not good:
        broken.append(what)


def is_up(host, what):
    try:
        status = host.ask("GET", "/ready", timeout=20)[0]
    except OSError as error:
        status = error
    check(f"the host is ready after {what}", status == 200, f"{status} {open(host.log_path).read()[-2000:]}")


def raw(host, request, limit=20):
    """The status of an answer to bytes as they are; 0 for none."""
    with socket.create_connection(("127.0.0.1", host.port), timeout=limit) as client:
        try:
            client.sendall(request)
        except OSError:
            pass
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
                if b"\r\n\r\n" in answer:
                    break
        except OSError:
            pass
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def post(host, body, type="application/json", path="/api/v1/runs"):
    """Also what the host answered before it had read everything."""
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {hosting.KEY}\r\n"
            f"Content-Type: {type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
    return raw(host, head + body)


# Hostile requests


def hostile(options, folder):
    host = hosting.Host(hosting.binary(options), os.path.join(folder, "hostile"))
    try:
        for _ in range(200):
            host.ask("GET", "/health")
        before = host.memory()
        bodies(host)
        is_up(host, "hostile bodies")
        ids(host)
        origins(host, 100_000)
        is_up(host, "100 000 origins")
        grown = host.memory() - before
        check(f"memory is bounded ({grown / 1e6:+.0f} MB)", grown < 100e6, grown)
    finally:
        host.stop()


def bodies(host):
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, before in zip("bcdefghi", "abcdefgh"):
        laughs += f"{one}: &{one} [{', '.join(['*' + before] * 9)}]\n"
    check("a billion laughs", post(host, laughs.encode(), "application/yaml") == 400)
    check("the same for lint", post(host, laughs.encode(), "application/yaml", "/api/v1/pipelines/lint") in (200, 400))
    large = b'{"pipeline": "check", "inputs": {"note": "' + b"x" * 50_000_000 + b'"}}'
    check("50 MB of JSON", post(host, large) == 413)
    deep = b'{"pipeline": "check", "inputs": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    check("JSON nested 100 000 deep", post(host, deep) == 400)
    check("YAML nested 100 000 deep", post(host, b"[" * 100_000 + b"]" * 100_000, "application/yaml") == 400)
    open_objects = b'{"a":' * 100_000
    check("JSON nested 100 000 deep and cut short", post(host, open_objects) == 400)
    check("duplicate keys", post(host, b'{"pipeline": "check", "pipeline": "film"}') == 400)
    check("duplicate keys deep down",
          post(host, b'{"pipeline": "check", "inputs": {"media": "a", "media": "b"}}') == 400)
    check("bytes that are no UTF-8", post(host, b'{"pipeline": "\xff\xfe"}') == 400)
    check("half a surrogate", post(host, b'{"pipeline": "\\ud800"}') == 400)
    check("a number without end", post(host, b'{"priority": ' + b"9" * 500_000 + b"}") == 400)
    check("nothing", post(host, b"") == 400)


def ids(host):
    key = f"Host: 127.0.0.1\r\nAuthorization: Bearer {hosting.KEY}\r\nConnection: close\r\n\r\n"
    for name in ["..", ".", "%2e%2e", "%2e", ".%2e", "%252e%252e", "%2f", "..%2f..%2fetc%2fpasswd", "..%5c..", "%00",
                 "a%00b", "a%0d%0aX-Evil:%201", "%0a", "%ff", "%c0%ae%c0%ae", "%u002e", "%", "%2", "....//", "~root",
                 "a" * 7000, "%F0%9F%92%A9", "';DROP TABLE runs;--", "$(id)", "a;b", "-", "*"]:
        for path in [f"/api/v1/runs/{name}", f"/api/v1/runs/{name}/events", f"/api/v1/runs/x/outputs/{name}",
                     f"/api/v1/runs/x/outputs/a/{name}", f"/api/v1/stages/{name}", f"/api/v1/pipelines/{name}"]:
            status = raw(host, f"GET {path} HTTP/1.1\r\n{key}".encode())
            if not 400 <= status < 500:
                check(f"the id {name[:40]!r} in {path[:60]}", False, status)
                return
    check("ids with dots, separators, NUL and line ends, escaped once and twice, get 4xx", True)
    for path in ["/api/v1/runs/a\0b", "/api/v1/runs/a\r\nX: y", "/api/v1/../../etc/passwd", "//etc/passwd"]:
        status = raw(host, f"GET {path} HTTP/1.1\r\n{key}".encode())
        check(f"the target {path!r}", 400 <= status < 500, status)


def origins(host, count):
    """Over one connection, so that it is about origins and not about connections."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port)
    statuses = {}
    for number in range(count):
        connection.request("POST", "/api/v1/runs", headers={"Origin": f"https://o{number}.example"})
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        if answer.getheader("Access-Control-Allow-Origin"):
            statuses["allowed"] = statuses.get("allowed", 0) + 1
    connection.close()
    check(f"{count} origins are refused", statuses == {403: count}, statuses)


# Slow clients


def slow(options, folder):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    host = hosting.Host(hosting.binary(options), os.path.join(folder, "slow"))
    try:
        before = host.memory()
        idle = connect(host, 5000)
        check("5000 connections that say nothing are taken", len(idle) == 5000, len(idle))
        is_up(host, "5000 connections")
        print(f"  memory {(host.memory() - before) / len(idle):.0f} bytes for each")
        trickle(host)
        for one in idle:
            one.close()
        is_up(host, "slow clients")
    finally:
        host.stop()


def connect(host, count):
    return [socket.create_connection(("127.0.0.1", host.port), timeout=20) for _ in range(count)]


def trickle(host):
    """500 that send a byte of their head each second, and 100 whose body comes at that rate."""
    heads, bodies = connect(host, 500), connect(host, 100)
    body_head = (f"POST /api/v1/uploads HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {hosting.KEY}\r\n"
                 "Content-Type: application/octet-stream\r\nContent-Length: 100000\r\n\r\n").encode()
    for one in bodies:
        one.sendall(body_head)
    start, ended, longest = time.monotonic(), {}, 0
    while time.monotonic() - start < 70 and len(ended) < len(heads) + len(bodies):
        for one in heads + bodies:
            if one in ended:
                continue
            try:
                one.send(b"G")
                one.settimeout(0)
                if one.recv(4096) == b"":
                    ended[one] = time.monotonic() - start
            except BlockingIOError:
                continue
            except OSError:
                ended[one] = time.monotonic() - start
        asked = time.monotonic()
        assert host.ask("GET", "/ping")[0] == 200
        longest = max(longest, time.monotonic() - asked)
        time.sleep(1)
    head_times = [ended.get(one, 999) for one in heads]
    body_times = [ended.get(one, 999) for one in bodies]
    check(f"slow heads are ended after {max(head_times):.0f} s", max(head_times) < 20)
    check(f"slow bodies are ended after {max(body_times):.0f} s", max(body_times) < 70)
    check(f"others are answered meanwhile within {longest * 1000:.0f} ms", longest < 2)
    for one in heads + bodies:
        one.close()


# Kills


def kill(options, folder, rounds=6):
    place = os.path.join(folder, "kill")
    accepted, known = set(), {}
    host = hosting.Host(hosting.binary(options), place)
    clip, picture = host.upload(hosting.clip(folder)), host.upload(hosting.picture(folder))
    try:
        for number in range(rounds):
            watch(host, accepted, known, picture, clip, number)
            host.process.kill()
            host.process.wait()
            host.log.close()
            host = hosting.Host(hosting.binary(options), place)
        lost = [run for run in accepted if host.wait(run, limit=300)["state"] != "completed"]
        check(f"{len(accepted)} runs that were accepted before {rounds} kills are completed", not lost, lost)
        check_events(host, accepted, known)
        check("uploads that had been answered are there", host.ask(
            "POST", "/api/v1/runs", json.dumps({"pipeline": "check", "inputs": {"media": clip}}).encode(),
            {"Content-Type": "application/json"})[0] == 202)
        left = [os.path.join(where, name) for where, _, names in os.walk(os.path.join(place, "data", "scratch"))
                for name in names]
        check("nothing is left of uploads and attempts that were cut off", not left, left[:5])
    finally:
        host.stop()


def watch(host, accepted, known, picture, clip, number):
    """Renders, uploads and follows until a moment of nobody's choosing."""
    stop = threading.Event()

    def submit():
        index = 0
        while not stop.is_set():
            index += 1
            try:
                accepted.add(host.begin("film", {
                    "picture": picture, "time": f"{3000 + 97 * number + index}ms", "size": "320x180"}))
                accepted.add(host.begin("check", {"media": clip, "note": f"{number} {index}"}))
            except (OSError, AssertionError, http.client.HTTPException):
                return
            stop.wait(0.2)

    def upload():
        body = os.urandom(1 << 20)
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=20)
            try:
                connection.putrequest("POST", "/api/v1/uploads?name=noise.bin")
                connection.putheader("Authorization", f"Bearer {hosting.KEY}")
                connection.putheader("Content-Type", "application/octet-stream")
                connection.putheader("Content-Length", str(200 << 20))
                connection.endheaders()
                for _ in range(200):
                    connection.send(body)
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()

    def follow():
        while not stop.is_set():
            run = next(iter(accepted - known.keys()), None)
            if run is None:
                stop.wait(0.05)
                continue
            known[run] = read_events(host, run, 0)

    threads = [threading.Thread(target=one) for one in [submit, upload, upload, follow, follow]]
    for one in threads:
        one.start()
    time.sleep(random.uniform(1.5, 4))
    host.process.kill()
    stop.set()
    for one in threads:
        one.join(30)


def read_events(host, run, last):
    """The events of a stream, until it ends or breaks: number and data."""
    events, seq = {}, None
    try:
        with socket.create_connection(("127.0.0.1", host.port), timeout=60) as client:
            client.sendall((f"GET /api/v1/runs/{run}/events HTTP/1.1\r\nHost: t\r\nLast-Event-ID: {last}\r\n"
                            f"Authorization: Bearer {hosting.KEY}\r\n\r\n").encode())
            for line in client.makefile("rb"):
                if line.startswith(b"id: "):
                    seq = int(line[4:])
                elif line.startswith(b"data: ") and line.endswith(b"\n"):
                    events[seq] = json.loads(line[6:])
                elif line == b"0\r\n" or line.startswith(b"HTTP/1.1 204"):
                    break
    except (OSError, ValueError):
        pass
    return events


def check_events(host, accepted, known):
    wrong = []
    for run in accepted:
        before = known.get(run, {})
        after = read_events(host, run, max(before, default=0))
        numbers = sorted({**before, **after})
        journal = json.loads(host.ask("GET", f"/api/v1/runs/{run}/events", headers={"Accept": "application/json"})[2])
        # A state that was told is never taken back.
        same = all(before.get(event["seq"], event) == event for event in journal)
        if numbers != list(range(1, len(journal) + 1)) or not same:
            wrong.append((run, numbers, len(journal)))
    followed = sum(1 for events in known.values() if events)
    check(f"{followed} followers that were cut off heard the rest with Last-Event-ID, once and in order", not wrong,
          wrong[:2])


# A full disk


def full(options, folder):
    place = os.path.join(folder, "full")
    os.makedirs(os.path.join(place, "data"))
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=300m", "none", os.path.join(place, "data")]).returncode:
        print("  left out: a file system cannot be mounted here")
        return
    host = None
    try:
        host = hosting.Host(hosting.binary(options), place)
        clip, picture = host.upload(hosting.clip(folder)), host.upload(hosting.picture(folder))
        ballast = os.path.join(place, "data", "ballast")
        fill(ballast)
        noise = post(host, os.urandom(900_000), "application/octet-stream", "/api/v1/uploads?name=noise.bin")
        check("an upload is refused", noise == 507, noise)
        status, _, answer = submit(host, "film", {"picture": picture, "time": "5s"})
        check("a submission is refused or its run fails with a reason", status in (507, 202), (status, answer))
        if status == 202:
            ended = host.wait(json.loads(answer)["run"])
            check("the run says that there is no room", "full" in json.dumps(ended) or "room" in json.dumps(ended), ended)
        check("the state of things can still be asked", host.ask("GET", "/api/v1/runs")[0] == 200)
        check("health says so", host.ask("GET", "/health/detailed")[0] == 503 or b"false" in
              host.ask("GET", "/health/detailed")[2], host.ask("GET", "/health/detailed"))
        os.unlink(ballast)
        time.sleep(6)
        is_up(host, "room was made")
        run = host.begin("film", {"picture": picture, "time": "2s", "size": "320x180"})
        ended = host.wait(run)
        check("a film is made again", ended["state"] == "completed", ended)
        run = during(host, picture, ballast)
        host.stop()
        host = hosting.Host(hosting.binary(options), place)
        ended = host.wait(run, states=("running", "completed", "failed", "cancelled"))
        check("a run that could not even be written down goes on, or has ended, after a restart",
              ended["state"] in ("running", "failed"), ended)
    finally:
        if host:
            host.stop()
        subprocess.run(["umount", os.path.join(place, "data")])


def during(host, picture, ballast):
    """The room goes while a film is rendered: it fails, or stays as it is until the host begins anew."""
    run = host.begin("film", {"picture": picture, "time": "20m", "size": "640x360"})
    host.wait(run, states=("running",))
    time.sleep(1)
    fill(ballast)
    time.sleep(10)
    check("the host answers without any room", host.ask("GET", f"/api/v1/runs/{run}")[0] == 200)
    os.unlink(ballast)
    time.sleep(6)
    is_up(host, "a render without room")
    again = host.wait(host.begin("film", {"picture": picture, "time": "3s", "size": "320x180"}))
    check("the next film is made", again["state"] == "completed", again)
    return run


def fill(path):
    with open(path, "wb", buffering=0) as f:
        try:
            while True:
                f.write(b"\0" * 4096)
        except OSError:
            pass


def submit(host, pipeline, inputs):
    return host.ask("POST", "/api/v1/runs", json.dumps({"pipeline": pipeline, "inputs": inputs}).encode(),
                    {"Content-Type": "application/json"})


def main():
    parts = {"hostile": hostile, "slow": slow, "kill": kill, "full": full}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--videocraft", help="the program; the release build in this tree")
    parser.add_argument("what", nargs="*", help="all, if nothing is said")
    options = parser.parse_args()
    if not set(options.what) <= set(parts):
        parser.error(f"there is {', '.join(parts)}")
    folder = tempfile.mkdtemp(prefix="break-host-")
    try:
        for name in options.what or parts:
            print(name)
            parts[name](options, folder)
    finally:
        hosting.remove(folder)
    if broken:
        sys.exit(f"{len(broken)} things broke")


main()
