"""Runs the same graphs through divisi, ninja, make, GNU parallel, Snakemake and DBOS, each beside bare spawning of as many
processes, run just before it.

usage: running.py DIVISI FLOOR FOLDER [GRAPH...]    with ROUNDS=n in the environment for more or fewer rounds
"""
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median

import graphs
import sleeping

# Slower than what is measured by so much that one run is enough.
SLOW = {"snakemake", "dbos"}


@dataclass
class Run:
    wall: float
    work: float
    peak: float


@dataclass
class Runs:
    walls: list = field(default_factory=list)
    # Microseconds a step over the floor: of time on the wall, and of processor time of all processes.
    over: list = field(default_factory=list)
    work: list = field(default_factory=list)
    floors: list = field(default_factory=list)
    peak: float = 0.0

    def add(self, run, floor, size):
        self.walls.append(run.wall)
        self.floors.append(floor.wall)
        self.over.append((run.wall - floor.wall) / size * 1e6)
        self.work.append((run.work - floor.work) / size * 1e6)
        self.peak = max(self.peak, run.peak)

    @property
    def wall(self):
        return median(self.walls)


class Bench:
    def __init__(self, divisi, floor, folder):
        self.divisi, self.floor, self.folder = divisi, floor, folder
        self.serial = 0
        self.environment = dict(os.environ, HOME=os.path.join(folder, "home"), NO_COLOR="1")
        os.makedirs(self.environment["HOME"], exist_ok=True)

    def timed(self, argv, folder):
        """A run of a command, or nothing where it fails."""
        with open(os.path.join(folder, "printed"), "w") as printed:
            begin = time.monotonic()
            child = subprocess.Popen(
                argv, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=printed,
                stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.monotonic() - begin
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            with open(printed.name) as said:
                print("".join(said.readlines()[-5:]), file=sys.stderr)
            return None
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def floor_of(self, graph):
        jobs = min(graph.jobs, graph.width)
        argv = [self.floor, str(jobs), str(graph.size)] + graph.command.split()
        return self.timed(argv, self.folder)

    def commands(self, graph, tool, folder):
        """Prepares a folder for a tool and gives what is to be run in it."""
        scripts = os.path.dirname(sys.executable)
        if tool.startswith("divisi"):
            graphs.make_repository(folder)
            graphs.plan(graph, folder, tool.split("/")[1])
            return [self.divisi, "run", graph.name, "--yes"]
        os.makedirs(folder)
        if tool == "ninja":
            graphs.ninja_file(graph, folder)
            return ["ninja", f"-j{graph.jobs}"]
        if tool == "make":
            graphs.makefile(graph, folder)
            return ["make", f"-j{graph.jobs}"]
        if tool == "parallel":
            graphs.command_list(graph, folder)
            return ["parallel", f"-j{graph.jobs}", "--joblog", "log", "-a", "commands"]
        if tool == "snakemake":
            graphs.snakefile(graph, folder)
            return [f"{scripts}/snakemake", f"-j{graph.jobs}", "--quiet", "all"]
        if tool == "dbos":
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dbos_flat.py")
            return [sys.executable, script, str(graph.size), folder]
        raise ValueError(tool)

    def measure(self, graph, tools):
        """Tools in turns, so that a machine that gets busy or idle weighs on all of them."""
        runs = {tool: Runs() for tool in tools}
        for round in range(int(os.environ.get("ROUNDS", graph.rounds))):
            for tool in tools:
                if tool in SLOW and round > 0 or tool not in runs:
                    continue
                self.serial += 1
                folder = os.path.join(self.folder, f"{graph.name}-{self.serial}")
                argv = self.commands(graph, tool, folder)
                floor = self.floor_of(graph)
                result = self.timed(argv, folder)
                # Nothing is removed meanwhile: ext4 goes round inodes that were freed a minute ago, one by
                # one, whenever a file is made.
                if result is None:
                    print(f"bench: {tool} failed on {graph.name}", file=sys.stderr)
                    del runs[tool]
                    continue
                runs[tool].add(result, floor, graph.size)
        return {tool: found for tool, found in runs.items() if found.walls}


def there(tool):
    scripts = os.path.dirname(sys.executable)
    if tool == "snakemake":
        return os.access(f"{scripts}/snakemake", os.X_OK)
    if tool == "dbos":
        return subprocess.run(
            [sys.executable, "-c", "import dbos"], stderr=subprocess.DEVNULL).returncode == 0
    return tool.startswith("divisi") or shutil.which(tool) is not None


def tools_for(graph):
    tools = ["divisi/process", "divisi/full", "ninja", "make"]
    if graph.is_flat:
        tools.append("parallel")
    if graph.name == "flat1000":
        tools += ["snakemake", "dbos"]
    return [tool for tool in tools if there(tool)]


def show(graph, runs):
    peer = runs.get("ninja")
    for tool, found in runs.items():
        ratio = f"{found.wall / peer.wall:.2f}" if peer else "-"
        print(
            f"{graph.name:<14}{tool:<16}{found.wall:>10.3f}{min(found.walls):>10.3f}"
            f"{median(found.floors):>10.3f}{median(found.over):>12.0f}{min(found.over):>10.0f}"
            f"{median(found.work):>10.0f}"
            f"{ratio:>9}{found.peak:>8.0f}", flush=True)


class Goals:
    def __init__(self):
        self.rows = []

    def add(self, words, value, limit, unit, is_least=False):
        met = value >= limit if is_least else value <= limit
        sign = ">=" if is_least else "<="
        self.rows.append((words, f"{value:.3g} {unit}", f"{sign} {limit:g} {unit}", met))

    def judge(self, graph, runs):
        ours = {kind: runs.get(f"divisi/{kind}") for kind in ("process", "full")}
        for kind, limit in (("process", 500), ("full", 800)):
            found = ours[kind]
            if not found:
                continue
            if graph.ideal:
                self.add(
                    f"{graph.name}, {kind}: over ideal", (found.wall - graph.ideal) * 1000, 30,
                    "ms")
                continue
            self.add(f"{graph.name}, {kind}: over the floor", median(found.over), limit, "us/step")
            if "ninja" in runs:
                self.add(
                    f"{graph.name}, {kind}: beside ninja", found.wall / runs["ninja"].wall, 2, "x")
            for peer in SLOW & set(runs):
                self.add(
                    f"{graph.name}, {kind}: faster than {peer}", runs[peer].wall / found.wall, 30,
                    "x", is_least=True)
            if graph.size >= 10_000:
                self.add(f"{graph.name}, {kind}: peak memory", found.peak, 60, "MiB")

    def show(self):
        print(f"\n{'goal':<48}{'found':>16}{'limit':>18}  met")
        for words, value, limit, met in self.rows:
            print(f"{words:<48}{value:>16}{limit:>18}  {'yes' if met else 'NO'}")


def load():
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def main():
    divisi, floor, folder = sys.argv[1:4]
    asked = sys.argv[4:]
    bench, goals = Bench(divisi, floor, folder), Goals()
    print(
        f"running graphs on {os.cpu_count()} cores ({len(os.sched_getaffinity(0))} for this), "
        f"{platform.system()} {platform.release()}, load {load()}")
    print(
        f"{'graph':<14}{'tool':<16}{'wall s':>10}{'best':>10}{'floor s':>10}{'us a step':>12}"
        f"{'best':>10}{'cpu us':>10}{'x ninja':>9}{'MiB':>8}", flush=True)
    for graph in (
            graphs.flat(1_000, rounds=5), graphs.layers(50, 20, 3), graphs.chain(300),
            graphs.sleepers(64, 16), graphs.flat(10_000, rounds=3)):
        if asked and graph.name not in asked:
            continue
        runs = bench.measure(graph, tools_for(graph))
        show(graph, runs)
        goals.judge(graph, runs)
    if not asked or "sleepers" in asked:
        share = sleeping.measure(bench, agents=100, seconds=30)
        if share is not None:
            goals.add("100 sleeping agents: of a core", share * 100, 1, "%")
    goals.show()
    print(f"load {load()}")


main()
