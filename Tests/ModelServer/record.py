#!/usr/bin/env python3
"""Records what real agent programs print, against the scripted model server beside this file.

    record.py [--claude PATH] [--codex PATH] [--vibe PATH] --into Tests/AgentsTests/Streams [--only NAME...]

Each scenario is run in a scratch repository of its own. Its standard output is kept as NAME.jsonl, with
paths of the machine and long lists of the first line shortened, and how it ended in ends.json. To be
sure that nothing is asked of the network:

    unshare -rn sh -c 'ip link set lo up && record.py ...'
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
WRITING = [{"think": "hm", "say": "I will write the greeting.", "write": {"hello.txt": "hello\n"}},
           {"shell": "cat hello.txt && git add -A && git commit -qm greeting"},
           {"say": "All done."}]
SESSION = "0b7a1c1e-4a58-4e9c-9c39-8d1f6a3c5e01"


def claude(name, turns, arguments=(), environment=None, **more):
    return {"name": f"claude-{name}", "program": "claude", "turns": turns,
            "arguments": list(arguments), "environment": environment or {}, **more}


def codex(name, turns, arguments=(), environment=None, **more):
    return {"name": f"codex-{name}", "program": "codex", "turns": turns,
            "arguments": list(arguments), "environment": environment or {}, **more}


def vibe(name, turns, arguments=(), **more):
    return {"name": f"vibe-{name}", "program": "vibe", "turns": turns,
            "arguments": list(arguments), "environment": {}, **more}


ONE_RETRY = {"CLAUDE_CODE_MAX_RETRIES": "1"}
NO_RETRIES = ["-c", "model_providers.lab.request_max_retries=0",
              "-c", "model_providers.lab.stream_max_retries=1"]
LONG = [{"say": "I will wait.", "shell": "echo waiting; sleep 120"}, {"say": "All done."}]

SCENARIOS = [
    claude("success", WRITING),
    claude("resumed", [{"say": "Mended."}], ["--resume", SESSION], after=claude(
        "first", [{"say": "Begun."}], ["--session-id", SESSION])),
    claude("max-turns", [{"shell": "echo 1"}, {"shell": "echo 2"}, {"shell": "echo 3"}],
           ["--max-turns", "2"]),
    claude("refusal", [{"say": "I cannot help with that.", "refuse": True}] * 6),
    claude("usage-limit", [{"fault": {"status": 429, "resets_in": 5000}}],
           environment={"CLAUDE_CODE_OAUTH_TOKEN": "dummy", "ANTHROPIC_API_KEY": None}),
    claude("rate-limit", [{"fault": {"status": 429, "retry_after": 90}}]),
    claude("overload", [{"fault": {"status": 529}}], environment=ONE_RETRY),
    claude("authentication", [{"fault": {"status": 401, "message": "invalid x-api-key"}}],
           environment=ONE_RETRY),
    claude("network", [{"fault": {"drop": "before"}}], environment=ONE_RETRY),
    claude("retried", [{"fault": {"status": 529, "times": 1}, "say": "All done."}]),
    claude("denied", [{"shell": "curl http://127.0.0.1:9 ; touch x"}, {"say": "It was denied."}],
           permissions=["--permission-mode", "acceptEdits"]),
    claude("question", [{"call": {"tool": "AskUserQuestion", "input": {"questions": [
        {"question": "Which colour?", "header": "Colour", "multiSelect": False, "options": [
            {"label": "Red", "description": "r"}, {"label": "Blue", "description": "b"}]}]}}},
        {"say": "I could not ask."}]),
    claude("sub-agent", [{"call": {"tool": "Agent", "input": {
        "description": "look", "prompt": "Look around.", "subagent_type": "general-purpose"}}},
        {"say": "Asked."}, {"say": "All done."}],
        others=[{"when": "Look around.", "turns": [{"say": "I looked."}]}]),
    claude("interrupted", LONG, signal=signal.SIGINT, wait_for="tool_use"),
    claude("interrupted-early", [{"wait": 60, "say": "late"}], signal=signal.SIGINT,
           wait_for="init"),
    claude("terminated", LONG, signal=signal.SIGTERM, wait_for="tool_use"),
    claude("killed", LONG, signal=signal.SIGKILL, wait_for="tool_use"),
    claude("unknown-session", WRITING, ["--resume", str(uuid.UUID(int=7))]),
    claude("bad-model", [{"fault": {"status": 404, "message": "model: nope"}}]),
    codex("success", WRITING),
    codex("patch", [{"shell": "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: hello.txt\n+hello\n"
                              "*** End Patch\nEOF\n"},
                    {"call": {"tool": "update_plan", "input": {"plan": [
                        {"step": "Write", "status": "completed"}]}}},
                    {"say": "All done."}]),
    codex("failing-command", [{"shell": "echo no >&2; exit 3"}, {"say": "It failed."}]),
    codex("resumed", [{"say": "Mended."}], resumes=True, after=codex(
        "first", [{"say": "Begun."}])),
    codex("refusal", [{"say": "I cannot help with that.", "refuse": True}]),
    codex("usage-limit", [{"fault": {"status": 429, "resets_in": 5000}}]),
    codex("rate-limit", [{"fault": {"status": 429}}]),
    codex("quota", [{"fault": {"status": 429, "type": "insufficient_quota",
                               "message": "You exceeded your current quota."}}]),
    codex("overload", [{"fault": {"status": 529}}], NO_RETRIES),
    codex("overload-event", [{"fault": {"error": "server_is_overloaded"}}], NO_RETRIES),
    codex("authentication", [{"fault": {"status": 401, "message": "Incorrect API key"}}],
          NO_RETRIES),
    codex("network", [{"fault": {"drop": "before"}}], NO_RETRIES),
    codex("dropped", [{"fault": {"drop": "within"}}], NO_RETRIES),
    codex("retried", [{"fault": {"drop": "within", "times": 1}, "say": "All done."}], NO_RETRIES),
    codex("interrupted", LONG, signal=signal.SIGINT, wait_for="in_progress"),
    codex("terminated", LONG, signal=signal.SIGTERM, wait_for="in_progress"),
    codex("killed", LONG, signal=signal.SIGKILL, wait_for="in_progress"),
    codex("unknown-session", WRITING, resumes=str(uuid.UUID(int=7))),
    codex("bad-flag", WRITING, ["--no-such-flag"]),
    vibe("success", WRITING),
    vibe("max-turns", WRITING, ["--max-turns", "1"]),
    vibe("authentication", [{"fault": {"status": 401, "message": "Incorrect API key"}}]),
]


def command(scenario, options, home, port, thread):
    environment = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": f"{home}/tmp",
                   "LANG": "C.UTF-8"}
    if scenario["program"] == "claude":
        environment.update({
            "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{port}", "ANTHROPIC_API_KEY": "dummy",
            "CLAUDE_CONFIG_DIR": f"{home}/claude", "IS_SANDBOX": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1"})
        arguments = [options.claude, "-p", "Do what is asked.", "--output-format", "stream-json",
                     "--verbose", "--model", "claude-sonnet-4-5"]
        arguments += scenario.get("permissions", ["--dangerously-skip-permissions"])
    elif scenario["program"] == "vibe":
        environment["MISTRAL_API_KEY"] = "dummy"
        arguments = [options.vibe, "-p", "Do what is asked.", "--output", "streaming",
                     "--auto-approve", "--trust", "--output-dir", f"{home}/output"]
        os.makedirs(f"{home}/.vibe", exist_ok=True)
        with open(f"{home}/.vibe/config.toml", "w", encoding="utf-8") as file:
            file.write(f"""active_model = "scripted"
enable_telemetry = false
enable_update_checks = false
[[providers]]
name = "lab"
api_base = "http://127.0.0.1:{port}/v1"
api_key_env_var = "MISTRAL_API_KEY"
backend = "generic"
[[models]]
name = "scripted"
provider = "lab"
alias = "scripted"
""")
    else:
        environment.update({"LAB_KEY": "dummy", "CODEX_HOME": f"{home}/codex"})
        arguments = [options.codex, "exec"] + (["resume", thread] if thread else []) + [
            "--json", "--dangerously-bypass-approvals-and-sandbox",
            "--disable", "plugins", "-c", "analytics.enabled=false", "-c", 'model="scripted"',
            "-c", 'model_provider="lab"', "-c",
            f'model_providers.lab={{name="lab",base_url="http://127.0.0.1:{port}/v1",'
            'env_key="LAB_KEY",wire_api="responses"}']
    arguments += scenario["arguments"]
    if scenario["program"] == "codex":
        arguments.append("Do what is asked.")
    for key, value in scenario["environment"].items():
        environment.pop(key, None) if value is None else environment.update({key: value})
    return arguments, environment


def run(scenario, options, home, repository, thread=None):
    script = f"{home}/script.json"
    with open(script, "w", encoding="utf-8") as file:
        others = scenario.get("others", [])
        json.dump({"conversations": [{"turns": scenario["turns"]}] + others}, file)
    server = subprocess.Popen([sys.executable, f"{HERE}/model_server.py", script],
                              stdout=subprocess.PIPE, text=True)
    port = server.stdout.readline().split()[-1]
    try:
        arguments, environment = command(scenario, options, home, port, thread)
        began = time.time()
        process = subprocess.Popen(arguments, cwd=repository, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        lines = []
        guard = threading.Timer(90, process.kill)
        guard.start()
        for line in process.stdout:
            lines.append(line)
            if "wait_for" in scenario and scenario["wait_for"].encode() in line:
                time.sleep(1)
                process.send_signal(scenario["signal"])
                del scenario["wait_for"]
        errors = process.stderr.read().decode(errors="replace")
        status = process.wait()
        guard.cancel()
    finally:
        server.kill()
        server.wait()
        end_what_is_left(home)
    return lines, errors, status, round(time.time() - began, 1)


def end_what_is_left(home):
    """Tools of an agent that was killed live on, in sessions of their own: their HOME finds them."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/environ", "rb") as file:
                if f"HOME={home}\0".encode() in file.read():
                    os.kill(int(number), signal.SIGKILL)
        except OSError:
            continue


def shortened(line, paths):
    text = line.decode(errors="replace")
    for path, name in paths:
        text = text.replace(path, name)
    try:
        event = json.loads(text)
    except ValueError:
        return text
    if event.get("subtype") == "init":
        for key, value in list(event.items()):
            if isinstance(value, list) and len(value) > 3:
                event[key] = value[:3]
            if key in ("plugins", "plugin_errors", "memory_paths", "slash_commands", "skills",
                       "agents"):
                del event[key]
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"


def record(scenario, options):
    root = tempfile.mkdtemp(prefix="record-")
    home, repository = f"{root}/home", f"{root}/repository"
    for folder in (f"{home}/tmp", f"{home}/codex", repository):
        os.makedirs(folder)
    for arguments in (["init", "-q", "-b", "main"], ["config", "user.name", "Test"],
                      ["config", "user.email", "test@localhost"],
                      ["commit", "-q", "--allow-empty", "-m", "Begin"]):
        subprocess.run(["git", "-C", repository] + arguments, check=True)
    paths = [(repository, "/repository"), (home, "/home"), (root, "/root")]
    ends = {}
    thread = None
    try:
        steps = [scenario["after"], scenario] if "after" in scenario else [scenario]
        for step in steps:
            resumed = step.get("resumes")
            lines, errors, status, seconds = run(
                step, options, home, repository,
                thread if resumed is True else resumed)
            for line in lines:
                if b"thread.started" in line:
                    thread = json.loads(line)["thread_id"]
            with open(f"{options.into}/{step['name']}.jsonl", "w", encoding="utf-8") as file:
                file.writelines(shortened(line, paths) for line in lines)
            for path, name in paths:
                errors = errors.replace(path, name)
            ends[step["name"]] = {
                "status": status if status >= 0 else None,
                "signal": -status if status < 0 else None, "stderr": errors[-2000:]}
            print(f"{step['name']}: {status} in {seconds} s, {len(lines)} lines", flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return ends


def main():
    parser = argparse.ArgumentParser(description="Records what real agent programs print.")
    for program in ("claude", "codex", "vibe"):
        parser.add_argument(f"--{program}")
    parser.add_argument("--into", required=True)
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    os.makedirs(options.into, exist_ok=True)
    path = f"{options.into}/ends.json"
    ends = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            ends = json.load(file)
    for scenario in SCENARIOS:
        if options.only and scenario["name"] not in options.only:
            continue
        if not getattr(options, scenario["program"]):
            continue
        ends.update(record(scenario, options))
        with open(path, "w", encoding="utf-8") as file:
            json.dump(dict(sorted(ends.items())), file, indent=1, ensure_ascii=False)
            file.write("\n")


if __name__ == "__main__":
    main()
