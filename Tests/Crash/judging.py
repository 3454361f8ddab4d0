"""Judges what is left when a run that was killed many times is completed.

When and how often each step ran is read from what the steps themselves wrote, and from nothing of Divisi's.
"""

import hashlib
import os

from scene import BRANCH


def snapshot(scene):
    """All that is the person's: files with their modes and times, HEAD, index, stash, branches, configuration."""
    things = {}
    root = scene.repository
    for folder, folders, files in os.walk(root):
        if folder == root:
            folders[:] = [name for name in folders if name not in (".git", ".divisi", ".worktrees", ".orchestration")]
        for name in files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            things[path] = (status.st_mode, status.st_mtime_ns, digest(path))
    for name in ("HEAD", "index", "config", "refs/stash", "logs/refs/stash", "logs/HEAD"):
        things[name] = digest(f"{root}/.git/{name}")
    for line in scene.git("for-each-ref refs/heads refs/tags refs/remotes").splitlines():
        _, _, name = line.partition("\t")
        if not name.startswith((f"refs/heads/{BRANCH}", "refs/heads/feature/task-")):
            things[name] = line
    return things


def digest(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def judge(scene, before, expected_tree, struck, counts):
    """All promises that are broken, in words; what was counted is added to `counts`."""
    flaws = []
    left = scene.wait_for_quiet(3)
    counts["orphans"] += len(left)
    flaws += [f"orphan: process {process} is left" for process in left]
    flaws += judge_log(scene, struck, counts)
    flaws += judge_branch(scene, expected_tree)
    flaws += judge_worktrees(scene)
    after = snapshot(scene)
    for name in sorted(set(before) | set(after)):
        if before.get(name) != after.get(name):
            flaws.append(f"the person's {name} was {before.get(name)} and is {after.get(name)}")
    said = scene.git("fsck --no-dangling --no-progress")
    if said:
        flaws.append(f"git fsck: {said}")
    status, words = scene.call("journal", "check")
    if status != 0:
        flaws.append(f"journal check: {words}")
    return flaws


def judge_log(scene, struck, counts):
    flaws = []
    runs = {}
    for word, step, attempt, pid, at in scene.lines():
        run = runs.setdefault(step, {}).setdefault((attempt, pid), {"from": at, "to": at, "ended": False})
        run["to"] = at
        run["ended"] |= word == "end"
    for step in scene.plan.steps:
        tries = sorted(runs.get(step.name, {}).items(), key=lambda item: item[1]["from"])
        for (one, first), (other, second) in zip(tries, tries[1:]):
            if first["to"] >= second["from"]:
                counts["overlaps"] += 1
                flaws.append(
                    f"overlap: {step.name} {other} began at {second['from']}, while {one} ran until {first['to']}")
        ends = [key for key, run in tries if run["ended"]]
        if not ends:
            flaws.append(f"{step.name} never ended")
        # What was killed with its supervisor behind its last word is lost, and so is its work where it conflicted.
        redone = [key for key in ends[:-1] if (step.name, key[0]) not in struck]
        allowed = 1 if step.is_shared else 0
        if len(redone) > allowed:
            counts["redone"] += len(redone) - allowed
            flaws.append(f"redone: {step.name} was finished by {ends}")
        counts["starts"] += len(tries)
    return flaws


def judge_branch(scene, expected_tree):
    flaws = []
    if scene.tree() != expected_tree:
        flaws.append("the final tree is not that of a run that nobody disturbed")
    merged = scene.git(f"log --format=%(trailers:key=Divisi-Step,valueonly,separator=) main..{BRANCH}").split()
    expected = [step.name for step in scene.plan.steps if step.merges]
    if sorted(merged) != sorted(expected):
        twice = sorted({name for name in merged if merged.count(name) > 1})
        lost = sorted(set(expected) - set(merged))
        flaws.append(f"merged twice: {twice}; never: {lost}; unasked: {sorted(set(merged) - set(expected))}")
    return flaws


def judge_worktrees(scene):
    """What git lists lies on disk, and what lies there git lists."""
    listed = set()
    for line in scene.git("worktree list --porcelain").splitlines():
        word, _, path = line.partition(" ")
        if word == "worktree":
            listed.add(path)
    flaws = [f"worktree {path} is listed and not there" for path in sorted(listed) if not os.path.isdir(path)]
    place = scene.repository + "/.worktrees"
    if os.path.isdir(place):
        lying = {os.path.join(place, name) for name in os.listdir(place)}
        flaws += [f"worktree {path} is there and not listed" for path in sorted(lying - listed)]
    return flaws
