"""Runs divisi in a scene and kills it at random moments, until the plan is completed."""

import os
import random
import signal
import sqlite3
import subprocess
import time

LEADER, GROUP, SUPERVISORS, EVERYTHING = "leader", "group", "supervisors", "everything"


class Storm:
    """One run from its start to its end, with kills in between.

    A kill of divisi alone, or of its process group, must cost no step anything. A kill of supervisors, or of
    everything as when a machine stops, makes attempts lost: which, is noted in `struck`.
    """

    def __init__(self, scene, seed, kills, modes):
        self.scene = scene
        self.chance = random.Random(f"kills of {seed}")
        self.modes = modes
        self.left = kills
        self.kills = 0
        self.struck = set()
        self.story = []
        self.modes_met = []
        self.first = seed % len(modes)

    def rage(self):
        """Returns what went wrong, or nothing."""
        is_hasty = False
        while True:
            words = self.next_words()
            if words is None:
                return None
            began = time.monotonic()
            process = subprocess.Popen(
                [self.scene.divisi, *words], cwd=self.scene.repository, env=self.scene.environment,
                stdin=subprocess.DEVNULL, stdout=self.output(), stderr=subprocess.STDOUT, start_new_session=True)
            try:
                if self.left == 0:
                    patience = 120
                elif is_hasty:
                    patience = self.chance.uniform(0, 0.12)
                else:
                    patience = self.chance.uniform(0.02, 1.2)
                status = process.wait(patience)
            except subprocess.TimeoutExpired:
                if self.left == 0:
                    self.dump(process)
                    return f"`divisi {' '.join(words)}` did not end in 120 s"
                # Sometimes the next is killed while it is still finding its way.
                is_hasty = self.chance.random() < 0.3
                self.strike(process)
                continue
            self.story.append(f"{' '.join(words)}: status {status} after {time.monotonic() - began:.2f} s")
            if status != 0:
                return f"`divisi {' '.join(words)}` ended with status {status}"

    def strike(self, process):
        mode = self.modes[(self.first + self.kills) % len(self.modes)]
        self.modes_met.append(mode)
        self.kills += 1
        self.left -= 1
        # First of all: what divisi does about the other deaths is for the one that comes after it.
        if mode == GROUP:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        count = 0
        if mode in (SUPERVISORS, EVERYTHING):
            for other in self.scene.processes():
                if mode == SUPERVISORS and not other.is_supervisor:
                    continue
                try:
                    os.kill(other.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                count += 1
                if other.step:
                    self.struck.add((other.step, int(other.attempt)))
        self.story.append(f"killed: {mode}" + (f", with {count} processes" if count else ""))

    def next_words(self):
        """What a person would do now; nothing where the run is completed."""
        database = self.scene.repository + "/.divisi/journal.db"
        runs = []
        if os.path.exists(database):
            connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
            try:
                runs = connection.execute("SELECT status, ended FROM runs").fetchall()
            except sqlite3.OperationalError as error:
                # It was killed while it made its tables, which the next one does.
                if "no such table" not in str(error):
                    raise
            finally:
                connection.close()
        if not runs:
            return ["run", "storm", "-y"]
        if len(runs) > 1:
            raise AssertionError(f"{len(runs)} runs were begun of one plan")
        return ["resume"] if runs[0][1] is None else None

    def output(self):
        return open(self.scene.folder + "/output", "ab")

    def dump(self, process):
        """What the one that hangs is doing, for whoever looks for the reason; then it is ended."""
        with open(self.scene.folder + "/hanging", "w") as file:
            for other in self.scene.processes():
                file.write(f"{other}\n")
        process.kill()
        process.wait()
