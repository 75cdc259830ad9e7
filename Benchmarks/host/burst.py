"""Many runs submitted at once, of which none may be lost and for which memory may not grow."""
import concurrent.futures
import os
import sys
import time

import hosting


def add_options(parser):
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=4)


def measure(options, folder):
    host = hosting.Host(hosting.binary(options), os.path.join(folder, "host"))
    try:
        picture = host.upload(hosting.picture(folder))
        print(f"{options.count} films of two seconds submitted at once, load {hosting.load_average()}")
        lost = 0
        for number in range(options.rounds):
            lost += one_round(host, picture, number, options.count)
        if lost:
            sys.exit(1)
    finally:
        host.stop()


def one_round(host, picture, number, count):
    host.forget_peak()
    start = time.monotonic()

    def begin(index):
        # Each of another length, so that none is known from before.
        return host.begin(
            "film", {"picture": picture, "time": f"{2000 + number * count + index}ms", "size": "160x90"})

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        runs = list(pool.map(begin, range(count)))
    accepted = time.monotonic() - start
    states = [host.wait(run, limit=300)["state"] for run in runs]
    took = time.monotonic() - start
    lost = len(set(range(count))) - states.count("completed")
    print(f"  round {number + 1}: {len(set(runs))} accepted in {accepted:.2f} s, {states.count('completed')} completed in"
          f" {took:.1f} s, {lost} lost; memory {host.memory() / 1e6:.0f} MB, highest {host.memory('VmHWM') / 1e6:.0f} MB")
    return lost
