#!/usr/bin/env python3
"""Kills Divisi at random moments while it runs a plan, lets it go on, and judges what comes of it.

    campaign.py DIVISI [--runs N] [--seed N] [--steps N] [--kills N] [--jobs N] [--folder PATH]

DIVISI is the program, with divisi-supervise beside it. Each run has a seed, from which its plan and its kills are
made; `--seed` is the first of them. A run that breaks a promise is told with the command that repeats it, and its
folder is kept. Ends with status 1 where there was one.
"""

import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True

from judging import judge, snapshot
from killing import EVERYTHING, GROUP, LEADER, SUPERVISORS, Storm
from scene import Plan, Scene

# Every third kill takes the supervisors along; in one of four runs divisi alone is killed, by itself or with its
# group, so that nothing whatever may be done again.
MIXED = [LEADER, GROUP, SUPERVISORS, LEADER, GROUP, EVERYTHING]
GENTLE = [LEADER, GROUP]


def undisturbed(folder, seed, options):
    """The tree that the plan comes to when nobody disturbs it."""
    scene = Scene(folder, Plan(seed, options.steps), options.divisi, is_quick=True)
    status, words = scene.call("run", "storm", "-y")
    if status != 0:
        raise RuntimeError(f"the plan of seed {seed} does not even run undisturbed: {words}")
    return scene.tree()


def play(seed, options):
    counts = {
        "kills": 0, LEADER: 0, GROUP: 0, SUPERVISORS: 0, EVERYTHING: 0, "steps": 0, "starts": 0, "lost": 0,
        "overlaps": 0, "redone": 0, "orphans": 0,
    }
    folder = os.path.join(options.folder, f"seed-{seed}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    began = time.monotonic()
    storm, flaws = None, []
    try:
        tree = undisturbed(folder + "/calm", seed, options)
        scene = Scene(folder + "/storm", Plan(seed, options.steps), options.divisi)
        before = snapshot(scene)
        storm = Storm(scene, seed, options.kills, GENTLE if seed % 4 == 0 else MIXED)
        flaw = storm.rage()
        counts["kills"], counts["lost"], counts["steps"] = storm.kills, len(storm.struck), options.steps
        for mode in storm.modes_met:
            counts[mode] += 1
        flaws = [flaw] if flaw else judge(scene, before, tree, storm.struck, counts)
    except Exception as error:
        flaws = [f"{type(error).__name__}: {error}"]
    if flaws:
        with open(folder + "/verdict", "w") as file:
            file.write("\n".join(flaws + [""] + (storm.story if storm else [])) + "\n")
        if storm:
            for process in storm.scene.processes():
                try:
                    os.kill(process.pid, 9)
                except ProcessLookupError:
                    pass
    else:
        shutil.rmtree(folder)
    return counts, flaws, folder, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description="kill Divisi at random moments, and judge what comes of it")
    parser.add_argument("divisi")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--kills", type=int, default=9)
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 1) // 2))
    parser.add_argument("--folder")
    options = parser.parse_args()
    options.divisi = os.path.realpath(options.divisi)
    if options.folder is None:
        options.folder = tempfile.mkdtemp(prefix="divisi-crash-")
    options.folder = os.path.realpath(options.folder)
    first = options.seed if options.seed is not None else int(time.time()) % 1_000_000 * 100
    seeds = range(first, first + options.runs)
    totals, failed = {}, []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for seed, (counts, flaws, folder, seconds) in zip(seeds, pool.map(lambda seed: play(seed, options), seeds)):
            for name, count in counts.items():
                totals[name] = totals.get(name, 0) + count
            if flaws:
                failed.append(seed)
                print(f"seed {seed}: broken after {counts['kills']} kills; kept in {folder}")
                for flaw in flaws[:10]:
                    print(f"  {flaw}")
                print(
                    f"  repeat: {sys.argv[0]} {options.divisi} --runs 1 --seed {seed} --steps {options.steps}"
                    f" --kills {options.kills}", flush=True)
            else:
                print(f"seed {seed}: whole after {counts['kills']} kills, {seconds:.1f} s", flush=True)
    print(f"{len(seeds)} runs, {len(failed)} broken")
    print(
        f"killed: divisi {totals[LEADER]} times, with its group {totals[GROUP]}, with supervisors"
        f" {totals[SUPERVISORS]}, with everything {totals[EVERYTHING]}; {totals['lost']} attempts were lost with them")
    print(
        f"of {totals['steps']} steps, started {totals['starts']} times: {totals['overlaps']} overlaps,"
        f" {totals['redone']} done again, {totals['orphans']} orphans")
    if not failed:
        shutil.rmtree(options.folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
