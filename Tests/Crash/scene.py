"""What a campaign runs: a plan made from a seed, in a repository in which a person is at work.

Every step tells what it does by appending whole lines to one log outside of the repository, `start`, `beat`
every 40 ms, and `end`. Nothing else tells the judge when and how often it ran.
"""

import os
import random
import subprocess
import time

PLAN = "storm"
BRANCH = f"orchestration/{PLAN}"

SAY = """\
# say WORD STEP: one line of the log, in one write.
say() { echo "$1 $2 $DIVISI_ATTEMPT_NUMBER $$ $(date +%s.%N)" >> "{log}"; }
work() {
  say start "$1"
  beats=$2
  while [ "$beats" -gt 0 ]; do sleep 0.04; say beat "$1"; beats=$((beats - 1)); done
}
"""


class Step:
    def __init__(self, number, chance, settled):
        self.name = f"s{number}"
        self.needs = [step.name for step in chance.sample(settled, min(len(settled), chance.randint(0, 2)))]
        self.has_worktree = chance.random() < 0.75
        # In beats: 50 to 500 ms.
        self.beats = chance.randint(1, 12)
        self.is_idle = self.has_worktree and chance.random() < 0.1
        self.has_gate = chance.random() < 0.4
        self.lane = None
        self.is_shared = False

    @property
    def merges(self):
        return self.has_worktree and not self.is_idle

    def command(self, scripts, outside):
        lines = [f'. "{scripts}/say.sh"', f"work {self.name} {self.beats}"]
        if not self.has_worktree:
            lines.append(f'echo {self.name} > "{outside}/{self.name}"')
        elif not self.is_idle:
            # A digest of what it needs: it sees all of that, or the tree differs.
            needed = " ".join(f"made/{need}.txt" for need in self.needs)
            lines.append("mkdir -p made")
            lines.append(f"{{ echo {self.name}; cat {needed or '/dev/null'} 2>/dev/null; }} | sha256sum > made/{self.name}.txt")
            if self.is_shared:
                # Whoever comes second conflicts, and is done anew on what the first has merged.
                lines.append(f"{{ cat shared.txt; echo {self.name}; }} 2>/dev/null | sort -u > shared.new")
                lines.append("mv shared.new shared.txt")
        lines.append(f"say end {self.name}")
        return "; ".join(lines)

    def gate(self):
        if not self.has_worktree:
            return "true"
        return "true" if self.is_idle else f"test -s made/{self.name}.txt"


class Plan:
    """So many steps: chains and forks at random, some without a worktree, a lane of three, and two that conflict."""

    def __init__(self, seed, count):
        chance = random.Random(seed)
        self.steps = []
        for number in range(count):
            self.steps.append(Step(number, chance, self.steps[2:]))
        for step in self.steps[:2]:
            step.has_worktree, step.is_idle, step.is_shared, step.needs = True, False, True, []
            step.beats = 8
        lane = sorted(chance.sample(range(2, count), 3))
        for before, number in zip([None] + lane, lane):
            step = self.steps[number]
            step.has_worktree, step.lane = True, "shared-lane"
            if before is not None and self.steps[before].name not in step.needs:
                step.needs.append(self.steps[before].name)
        self.durability = chance.choice(["full", "process"])

    def text(self, scripts, outside):
        lines = [
            f"id: {PLAN}", "title: A storm", "status: planned",
            'gates: [{run: "test ! -e made || test -d made"}]', "workflow:", "  phases:",
        ]
        for step in self.steps:
            lines += [f"    - id: {step.name}", f"      needs: [{', '.join(step.needs)}]"]
            lines += ["      run: |", "        " + step.command(scripts, outside)]
            if not step.has_worktree:
                lines.append("      worktree: false")
            if step.lane:
                lines.append(f"      lane: {step.lane}")
            if step.has_gate:
                lines.append(f"      gates: [{{run: {step.gate()}}}]")
        return "\n".join(lines) + "\n"


CONFIGURATION = """\
workspace: {{free_disk: 0B, free_disk_share: 0%}}
limits: {{spacing: 0s, agents: 6}}
journal: {{durability: {durability}}}
"""


class Scene:
    """A folder with a repository, and what lies outside of it."""

    def __init__(self, folder, plan, divisi, is_quick=False):
        self.folder = os.path.realpath(folder)
        self.repository = os.path.join(self.folder, "repository")
        self.outside = os.path.join(self.folder, "outside")
        self.log = os.path.join(self.folder, "log")
        self.plan = plan
        self.divisi = divisi
        os.makedirs(self.repository)
        os.makedirs(self.outside)
        programs = os.path.dirname(divisi)
        self.environment = {
            "PATH": programs + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": self.folder + "/home", "LANG": "C.UTF-8",
        }
        os.makedirs(self.folder + "/home")
        self._write("../say.sh", SAY.replace("{log}", self.log))
        open(self.log, "w").close()
        if is_quick:
            for step in plan.steps:
                step.beats = 0
        self._make_repository()

    def _make_repository(self):
        """A person's checkout in the midst of work: staged, changed, untracked and stashed files, another branch."""
        self._write("a.txt", "one\n")
        self._write("b.txt", "one\n")
        self._write(".gitignore", ".orchestration\ndivisi.yaml\n")
        self.git("init --quiet --initial-branch main")
        self.git("config user.name Person")
        self.git("config user.email person@localhost")
        self.git("add --all")
        self.git("commit --quiet --message Begin")
        self.git("branch other")
        self._write("b.txt", "stashed\n")
        self.git("stash push --quiet")
        self._write("a.txt", "staged\n")
        self.git("add a.txt")
        self._write("a.txt", "changed\n")
        self._write("untracked.txt", "untracked\n")
        self._write(f".orchestration/sessions/{PLAN}.yaml", self.plan.text(self.folder, self.outside))
        self._write("divisi.yaml", CONFIGURATION.format(durability=self.plan.durability))

    def _write(self, path, text):
        path = os.path.join(self.repository, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def git(self, line):
        result = subprocess.run(
            ["git", "--no-optional-locks"] + line.split(), cwd=self.repository, env=self.environment, text=True,
            capture_output=True)
        if result.returncode != 0:
            raise RuntimeError(f"git {line}: {result.stderr}")
        return result.stdout

    def call(self, *words):
        """Runs divisi to its end; status, and all that it said."""
        result = subprocess.run(
            [self.divisi, *words], cwd=self.repository, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        return result.returncode, result.stdout

    def tree(self):
        """The files of the integration branch."""
        return self.git(f"ls-tree -r {BRANCH}") if self.has_branch() else ""

    def has_branch(self):
        return self.git(f"for-each-ref refs/heads/{BRANCH}") != ""

    def lines(self):
        """What the steps have said: word, step, attempt, pid, time."""
        with open(self.log) as file:
            for line in file:
                word, step, attempt, pid, at = line.split()
                yield word, step, int(attempt), int(pid), float(at)

    def wait_for_quiet(self, seconds):
        """The processes that are left when so many seconds have given them time to end."""
        deadline = time.monotonic() + seconds
        while True:
            left = self.processes()
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.02)

    def processes(self):
        """All that works in this folder, carries its marker, or owns an attempt in it."""
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit():
                process = Process.read(int(name), self.folder)
                if process:
                    found.append(process)
        return found


class Process:
    def __init__(self, pid, words, variables):
        self.pid = pid
        self.words = words
        self.step = variables.get("DIVISI_STEP")
        self.attempt = variables.get("DIVISI_ATTEMPT_NUMBER")
        self.is_supervisor = os.path.basename(words[0]) == "divisi-supervise" if words else False
        if self.is_supervisor and self.step is None and len(words) > 1:
            self.step, self.attempt = words[1].rstrip("/").split("/")[-2:]

    @staticmethod
    def read(pid, folder):
        """A process that has to do with a folder, or nothing."""
        place = f"/proc/{pid}"
        try:
            with open(place + "/cmdline", "rb") as file:
                words = [word.decode(errors="replace") for word in file.read().split(b"\0")[:-1]]
            with open(place + "/environ", "rb") as file:
                pairs = [pair.decode(errors="replace").partition("=") for pair in file.read().split(b"\0")]
            variables = {name: value for name, _, value in pairs}
            cwd = os.readlink(place + "/cwd")
            with open(place + "/stat") as file:
                is_dead = file.read().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            return None
        if is_dead or pid == os.getpid():
            return None
        is_inside = cwd == folder or cwd.startswith(folder + "/")
        is_marked = folder + "/" in variables.get("DIVISI_ATTEMPT", "")
        is_owner = any(folder + "/" in word for word in words[1:]) and "divisi" in words[0]
        return Process(pid, words, variables) if is_inside or is_marked or is_owner else None

    def __str__(self):
        return f"{self.pid} ({' '.join(self.words)[:100]})"
