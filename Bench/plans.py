"""How fast a large plan is read, checked and analysed, beside PyYAML's C loader on the same file.

usage: plans.py DIVISI FOLDER
"""
import os
import subprocess
import sys

from measure import run

SHAPES = [(1_000, 3), (10_000, 3), (100_000, 3)]


def main():
    divisi, folder = sys.argv[1], sys.argv[2]
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    peer = "import sys, yaml; yaml.load(open(sys.argv[1]), Loader=yaml.CSafeLoader)"
    print(f"{'plan':<34}{'divisi check':>14}{'peak':>10}{'PyYAML (C) read':>18}{'ratio':>8}")
    for steps, needs in SHAPES:
        path = os.path.join(folder, f"plan-{steps}.yaml")
        subprocess.run(
            [sys.executable, os.path.join(here, "plan.py"), str(steps), str(needs), path],
            check=True)
        wall, peak = run([divisi, "-C", folder, "check", "--quiet", path])
        peer_wall, _ = run([sys.executable, "-c", peer, path])
        name = f"{steps:,} steps, {os.path.getsize(path) / 1e6:.1f} MB"
        print(
            f"{name:<34}{wall:>12.3f} s{peak:>6.0f} MiB{peer_wall:>16.3f} s{wall / peer_wall:>8.2f}",
            flush=True)


main()
