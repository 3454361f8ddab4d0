"""Runs commands as whole processes and gives wall time and peak memory of each."""
import os
import subprocess
import sys
import time


def run(argv, repeat=3):
    """The median wall time in seconds, and the highest peak memory in MiB, of several runs."""
    times, peak = [], 0.0
    for _ in range(repeat):
        begin = time.monotonic()
        child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        times.append(time.monotonic() - begin)
        peak = max(peak, usage.ru_maxrss / 1024)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"bench: {' '.join(argv)} failed")
    return sorted(times)[len(times) // 2], peak
