"""What it costs to watch agents that sleep: processor time of divisi and of all their supervisors."""
import glob
import os
import signal
import subprocess
import sys
import time

import graphs


def processor_seconds(pid):
    """To the nanosecond, over all threads: short waking-ups escape what is counted in ticks."""
    spent = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path) as line:
                spent += int(line.read().split()[0])
        except (OSError, IndexError):
            pass
    return spent / 1e9


def children():
    """Each process's parent."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as line:
                words = line.read()
        except OSError:
            continue
        name = words[words.index("(") + 1:words.rindex(")")]
        parents[int(path.split("/")[2])] = (name, int(words[words.rindex(")") + 2:].split()[1]))
    return parents


def supervisors(folder):
    """The supervisors of attempts below a folder that have started their agent."""
    processes = children()
    owners = {parent for name, parent in processes.values() if name == "sleep"}
    found = []
    for pid, (name, _) in processes.items():
        if name.startswith("divisi-supervi") and pid in owners:
            try:
                with open(f"/proc/{pid}/cmdline") as line:
                    if folder in line.read():
                        found.append(pid)
            except OSError:
                pass
    return found


def resident(pid):
    with open(f"/proc/{pid}/status") as lines:
        for line in lines:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0


def write_plan(folder, agents):
    lines = ["id: sleepers", "title: Sleepers", "status: planned", "workflow:", "  phases:"]
    for step in range(agents):
        lines += [f"    - id: s{step}", "      task: Sleep.", "      harness: sleeper"]
    graphs.write(f"{folder}/.orchestration/sessions/sleepers.yaml", "\n".join(lines) + "\n")
    graphs.write(
        f"{folder}/divisi.yaml",
        f"limits: {{agents: {agents}, spacing: 0s, calls_per_hour: {2 * agents}}}\n"
        "workspace: {free_disk: 0B, free_disk_share: 0%, ports: 0}\n"
        "timeouts: {silence: 1h}\n"
        "harnesses:\n  sleeper: {command: [sleep, '100000']}\n")


def measure(bench, agents, seconds):
    """The share of a core that is used while all agents sleep, or nothing where they did not come to that."""
    folder = os.path.join(bench.folder, "sleepers")
    graphs.make_repository(folder)
    write_plan(folder, agents)
    with open(os.path.join(folder, "printed"), "w") as printed:
        runner = subprocess.Popen(
            [bench.divisi, "run", "sleepers", "--yes"], cwd=folder, env=bench.environment,
            stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT)
    begin = time.monotonic()
    try:
        owned = []
        while len(owned) < agents and time.monotonic() - begin < 180:
            if runner.poll() is not None:
                break
            time.sleep(0.5)
            owned = supervisors(folder)
        if len(owned) < agents:
            with open(printed.name) as said:
                print("".join(said.readlines()[-5:]), file=sys.stderr)
            print(f"bench: {len(owned)} of {agents} agents started", file=sys.stderr)
            return None
        started = time.monotonic() - begin
        time.sleep(5)
        before = {pid: processor_seconds(pid) for pid in owned + [runner.pid]}
        since = time.monotonic()
        time.sleep(seconds)
        wall = time.monotonic() - since
        spent = {pid: processor_seconds(pid) - then for pid, then in before.items()}
        total = sum(spent.values())
        print(
            f"{agents} agents asleep (up in {started:.1f} s): over {wall:.1f} s divisi "
            f"{spent[runner.pid] * 1000:.1f} ms, supervisors {(total - spent[runner.pid]) * 1000:.1f} ms; "
            f"{total / wall * 100:.3f} % of a core; divisi {resident(runner.pid):.0f} MiB")
        return total / wall
    finally:
        for _ in range(2):
            if runner.poll() is None:
                runner.send_signal(signal.SIGINT)
                time.sleep(1)
        try:
            runner.wait(120)
        except subprocess.TimeoutExpired:
            runner.kill()
            print("bench: the run of sleeping agents did not stop", file=sys.stderr)
