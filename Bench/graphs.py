"""The graphs that are run, and each as every tool wants it."""
import os
import random
import subprocess
from dataclasses import dataclass


@dataclass
class Graph:
    """Steps, each with the steps before it that it needs; all run the same command."""
    name: str
    needs: list
    command: str
    jobs: int
    # What no tool can be faster than, where that is not how fast processes start.
    ideal: float = 0.0
    rounds: int = 5
    # How many of its steps there can be at once.
    width: int = 1 << 20

    @property
    def size(self):
        return len(self.needs)

    @property
    def is_flat(self):
        return not any(self.needs)


def flat(count, rounds):
    return Graph(f"flat{count}", [[] for _ in range(count)], "true", 2, rounds=rounds)


def layers(deep, wide, needed):
    chance = random.Random(20260101)
    needs = []
    for layer in range(deep):
        before = range((layer - 1) * wide, layer * wide)
        for _ in range(wide):
            needs.append(sorted(chance.sample(before, needed)) if layer else [])
    return Graph(f"layers{deep}x{wide}", needs, "true", 2)


def chain(count):
    return Graph(f"chain{count}", [[n - 1] if n else [] for n in range(count)], "true", 2, width=1)


def sleepers(count, jobs):
    return Graph(
        f"sleep{count}", [[] for _ in range(count)], "sleep 0.5", jobs,
        ideal=0.5 * -(-count // jobs), rounds=3)


def make_repository(folder):
    """A repository with a commit, apart from whoever runs this."""
    os.makedirs(folder)
    git = ["git", "-C", folder, "-c", "user.name=Bench", "-c", "user.email=bench@localhost"]
    for words in (
            ["init", "--quiet", "--initial-branch", "main"],
            ["commit", "--quiet", "--allow-empty", "--message", "Begin"]):
        subprocess.run(git + words, check=True)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(text)


def plan(graph, folder, durability):
    """Command steps without a worktree."""
    lines = [f"id: {graph.name}", "title: Bench", "status: planned", "workflow:", "  phases:"]
    for step, needs in enumerate(graph.needs):
        names = ", ".join(f"s{need}" for need in needs)
        lines += [
            f"    - id: s{step}", f"      dependencies: [{names}]",
            f"      run: {graph.command}", "      worktree: false"]
    write(f"{folder}/.orchestration/sessions/{graph.name}.yaml", "\n".join(lines) + "\n")
    write(
        f"{folder}/divisi.yaml",
        f"limits: {{agents: {graph.jobs}}}\njournal: {{durability: {durability}}}\n")


def ninja_file(graph, folder):
    lines = ["rule step", f"  command = {graph.command} > $out"]
    for step, needs in enumerate(graph.needs):
        lines.append(f"build s{step}: step" + "".join(f" s{need}" for need in needs))
    write(f"{folder}/build.ninja", "\n".join(lines) + "\n")


def makefile(graph, folder):
    everything = " ".join(f"s{step}" for step in range(graph.size))
    lines = [f"all: {everything}"]
    for step, needs in enumerate(graph.needs):
        lines += [f"s{step}:" + "".join(f" s{need}" for need in needs), f"\t@{graph.command} > $@"]
    write(f"{folder}/Makefile", "\n".join(lines) + "\n")


def command_list(graph, folder):
    write(f"{folder}/commands", f"{graph.command}\n" * graph.size)


def snakefile(graph, folder):
    lines = ["rule all:", f"    input: [f's{{n}}' for n in range({graph.size})]"]
    if graph.is_flat:
        lines += ["rule step:", "    output: 's{n}'", f"    shell: '{graph.command} > {{output}}'"]
    else:
        for step, needs in enumerate(graph.needs):
            lines.append("rule:")
            if needs:
                lines.append("    input: " + ", ".join(f"'s{need}'" for need in needs))
            lines += [f"    output: 's{step}'", f"    shell: '{graph.command} > {{output}}'"]
    write(f"{folder}/Snakefile", "\n".join(lines) + "\n")
