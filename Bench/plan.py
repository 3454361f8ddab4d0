"""Writes an orchestration of many steps, the same one for the same arguments.

usage: plan.py STEPS NEEDS FILE
"""
import random
import sys


def main():
    steps, needs, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    chance = random.Random(20260101)
    with open(path, "w") as out:
        out.write("id: large\ntitle: A large plan\nstatus: planned\nworkflow:\n  phases:\n")
        for step in range(steps):
            # Needs come from the thousand steps before, so that the graph is deep and wide.
            low = max(0, step - 1000)
            needed = sorted(chance.sample(range(low, step), min(needs, step - low)))
            names = ", ".join(f"step-{n}" for n in needed)
            out.write(
                f"    - id: step-{step}\n"
                f"      title: Step number {step}\n"
                f"      status: pending\n"
                f"      dependencies: [{names}]\n"
                f"      run: make part-{step}\n"
                f"      files: [src/part{step}]\n"
                f"      estimate: {5 + step % 50}m\n")


main()
