#!/usr/bin/env python3
"""A scripted model server, for running real agent programs without a model.

    model_server.py SCRIPT.json [--port N] [--port-file FILE] [--log FILE] [--until-eof]

It listens on the loopback interface only, prints `listening on PORT`, and speaks the three protocols
that agent programs use:

    /v1/messages            Anthropic Messages (Claude Code: ANTHROPIC_BASE_URL=http://127.0.0.1:PORT)
    /v1/responses           OpenAI Responses (Codex: base_url="http://127.0.0.1:PORT/v1")
    /v1/chat/completions    OpenAI Chat Completions (aider, vibe and others; the same base URL)

What it answers stands in the script, a JSON file that is read again for every request:

    {"conversations": [
        {"when": "write the greeting",
         "turns": [
            {"think": "hm", "say": "I will write it.", "write": {"hello.txt": "hello\\n"}},
            {"shell": "git add -A && git commit -qm greeting"},
            {"fault": {"status": 429, "retry_after": 1, "times": 2}, "say": "Done."}]}]}

A conversation is chosen by `when`, a text that must stand in what the person said; the one whose text
stands last counts, so that a resumed conversation goes by its last prompt. A conversation without `when`
takes what no other takes. Which turn it is, is counted from the model's answers since that prompt: the
server keeps no state but the count of faults given, so it is the same at any concurrency.
Behind the last turn it says "Done.".

A turn may have
    say, think      text, and reasoning before it
    write           {path: content}: writes files, paths relative to the agent's working folder
    shell           a command
    call            {"tool": NAME, "input": {...}}: any tool, as the program itself names it
    refuse          true: the model declines
    cut             true: the answer ends because it is too long
    usage           {"input": N, "output": N}: what the turn is said to have used (100 and 10)
    wait            seconds before anything is sent
    drip            seconds between the parts of the answer
    fault           instead of the answer, for the first `times` requests (always, where it is not given):
        status          an HTTP status with a body as the protocol has it; retry_after in seconds,
                        resets_in seconds (limits of a subscription, in the headers of the protocol),
                        type and message of the error
        drop            "before" or "within" the answer: the connection is cut
        silent          "before" or "within" the answer: nothing comes any more, for `seconds` (3600)
        error           the name of an error event within the stream

With `--until-eof` it ends when its standard input does, and so with whoever started it.
`--log` writes each request as a line of JSON: path, headers that matter, model, conversation, turn.
"""
import argparse
import json
import re
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK = threading.Lock()
FAULTS_GIVEN = {}


class Script:
    """Which conversation a request belongs to, and which of its turns is next."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.conversations = json.load(file)["conversations"]

    def find(self, entries):
        """entries: ("person" | "model" | "tool", text) in order. Gives (name, turn number, turn)."""
        best = (-1, None, 0)
        for number, (who, text) in enumerate(entries):
            if who != "person":
                continue
            for conversation in self.conversations:
                when = conversation.get("when")
                if when and when in text and number >= best[0]:
                    best = (number, conversation, text.rfind(when))
        position, conversation, _ = best
        if conversation is None:
            conversation = next((c for c in self.conversations if "when" not in c), {"turns": []})
            position = max((n for n, (who, _) in enumerate(entries) if who == "person"), default=0)
        # One answer of the model may stand as several entries in a row.
        turn, last = 0, None
        for who, _ in entries[position + 1:]:
            if who == "model" and last != "model":
                turn += 1
            last = who
        turns = conversation.get("turns", [])
        name = conversation.get("when", "")
        return name, turn, turns[turn] if turn < len(turns) else {"say": "Done."}


def text_of(content):
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or [] if isinstance(part, dict))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.answer(200, {})

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/v1/models":
            self.answer(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})
        else:
            self.answer(404, {"error": {"type": "not_found_error", "message": "no " + path}})

    def do_POST(self):
        size = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(size)
        if self.headers.get("content-encoding"):
            self.answer(415, {"error": {"message": "only plain bodies are read"}})
            return
        try:
            request = json.loads(body)
        except ValueError:
            self.answer(400, {"error": {"type": "invalid_request_error", "message": "no JSON"}})
            return
        path = self.path.split("?")[0]
        protocols = {"/v1/messages": Messages, "/v1/responses": Responses,
                     "/v1/chat/completions": ChatCompletions}
        if path == "/v1/messages/count_tokens":
            self.answer(200, {"input_tokens": max(1, size // 4)})
        elif path in protocols:
            self.play(protocols[path](self, request))
        else:
            self.answer(404, {"error": {"type": "not_found_error", "message": "no " + path}})

    def play(self, protocol):
        name, number, turn = Script(self.server.script).find(protocol.entries())
        if protocol.is_aside():
            name, number, turn = "aside", 0, {"say": "aside"}
        self.note(protocol, name, number)
        time.sleep(turn.get("wait", 0))
        fault = turn.get("fault")
        if fault and self.is_due(fault, name, number):
            self.fail(protocol, fault, turn)
        else:
            protocol.send(turn)

    def note(self, protocol, name, number):
        if not self.server.log:
            return
        line = {"path": self.path, "model": protocol.request.get("model"), "conversation": name,
                "turn": number, "key": (self.headers.get("x-api-key") or
                                        self.headers.get("authorization") or "")[-12:]}
        with LOCK, open(self.server.log, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def is_due(self, fault, name, number):
        if "times" not in fault:
            return True
        with LOCK:
            given = FAULTS_GIVEN.get((name, number), 0)
            FAULTS_GIVEN[(name, number)] = given + 1
        return given < fault["times"]

    def fail(self, protocol, fault, turn):
        if "status" in fault:
            headers, error = protocol.error(fault)
            self.answer(fault["status"], error, headers)
        elif "drop" in fault:
            if fault["drop"] == "within":
                protocol.begin()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif "silent" in fault:
            if fault["silent"] == "within":
                protocol.begin()
            time.sleep(fault.get("seconds", 3600))
            self.close_connection = True
        elif "error" in fault:
            protocol.begin()
            protocol.error_event(fault)
            self.end_events()

    def answer(self, status, body, headers=None):
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def begin_events(self, headers=None):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()

    def event(self, name, data):
        line = (f"event: {name}\n" if name else "") + f"data: {data}\n\n"
        payload = line.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(payload), payload))
        self.wfile.flush()

    def end_events(self):
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()


class Protocol:
    """What the three have in common: a turn as parts, each a text, a thought or a tool call."""

    def __init__(self, handler, request):
        self.handler = handler
        self.request = request
        self.has_begun = False

    def is_aside(self):
        """Whether the program asks for something of its own, such as a title for the session."""
        return False

    def usage(self, turn):
        usage = turn.get("usage", {})
        return usage.get("input", 100), usage.get("output", 10)

    def identifier(self, prefix):
        with LOCK:
            FAULTS_GIVEN["ids"] = FAULTS_GIVEN.get("ids", 0) + 1
            return f"{prefix}_{FAULTS_GIVEN['ids']:08d}"

    def drip(self, turn):
        time.sleep(turn.get("drip", 0))

    def calls(self, turn):
        found = []
        for path, content in turn.get("write", {}).items():
            found.append(self.writing(path, content))
        if "shell" in turn:
            found.append(self.running(turn["shell"]))
        if "call" in turn:
            found.append((turn["call"]["tool"], turn["call"].get("input", {})))
        return found

    def shell_for_writing(self, path, content):
        folder = path.rpartition("/")[0] or "."
        ending = "" if content.endswith("\n") or not content else "\n"
        return f"mkdir -p '{folder}' && cat > '{path}' <<'END-OF-FILE'\n{content}{ending}END-OF-FILE"


class Messages(Protocol):
    def entries(self):
        found = []
        for message in self.request.get("messages", []):
            content = message.get("content")
            if message["role"] == "assistant":
                found.append(("model", ""))
            elif isinstance(content, list) and any(
                    part.get("type") == "tool_result" for part in content):
                found.append(("tool", ""))
            elif "<task-notification>" in text_of(content):
                found.append(("tool", ""))  # the program itself tells of a sub-agent's end
            else:
                found.append(("person", text_of(content)))
        return found

    def is_aside(self):
        return not self.request.get("tools")

    def folder(self):
        system = text_of(self.request.get("system"))
        for message in self.request.get("messages", []):
            system += "\n" + text_of(message.get("content"))
        match = re.search(r"orking directory: (/[^\n]*)", system)
        return match.group(1).strip() if match else None

    def has_tool(self, name):
        return any(tool.get("name") == name for tool in self.request.get("tools", []))

    def writing(self, path, content):
        folder = self.folder()
        if folder and self.has_tool("Write"):
            return "Write", {"file_path": f"{folder}/{path}", "content": content}
        return self.running(self.shell_for_writing(path, content))

    def running(self, command):
        return "Bash", {"command": command, "description": "Run the command"}

    def error(self, fault):
        types = {400: "invalid_request_error", 401: "authentication_error",
                 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error",
                 529: "overloaded_error"}
        kind = fault.get("type", types.get(fault["status"], "api_error"))
        headers = {}
        if "retry_after" in fault:
            headers["retry-after"] = str(fault["retry_after"])
        if "resets_in" in fault:
            reset = str(int(time.time()) + fault["resets_in"])
            headers.update({
                "anthropic-ratelimit-unified-status": "rejected",
                "anthropic-ratelimit-unified-reset": reset,
                "anthropic-ratelimit-unified-representative-claim": "five_hour",
                "anthropic-ratelimit-unified-5h-status": "rejected",
                "anthropic-ratelimit-unified-5h-reset": reset,
                "anthropic-ratelimit-unified-5h-utilization": "1.0"})
        message = fault.get("message", kind.replace("_", " "))
        return headers, {"type": "error", "error": {"type": kind, "message": message}}

    def error_event(self, fault):
        self.send_event("error", {"error": {"type": fault["error"],
                                            "message": fault.get("message", fault["error"])}})

    def send_event(self, name, data):
        self.handler.event(name, json.dumps({"type": name, **data}))

    def begin(self, tokens=100):
        self.handler.begin_events()
        self.send_event("message_start", {"message": {
            "id": self.identifier("msg"), "type": "message", "role": "assistant", "content": [],
            "model": self.request.get("model"), "stop_reason": None, "stop_sequence": None,
            "usage": {"input_tokens": tokens, "output_tokens": 1,
                      "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}}})

    def blocks(self, turn):
        blocks = []
        if "think" in turn:
            blocks.append({"type": "thinking", "thinking": turn["think"], "signature": "c2lnbmF0dXJl"})
        if "say" in turn:
            blocks.append({"type": "text", "text": turn["say"]})
        for name, given in self.calls(turn):
            blocks.append({"type": "tool_use", "id": self.identifier("toolu"), "name": name,
                           "input": given})
        return blocks

    def stop(self, turn, blocks):
        if turn.get("refuse"):
            return "refusal"
        if turn.get("cut"):
            return "max_tokens"
        return "tool_use" if any(b["type"] == "tool_use" for b in blocks) else "end_turn"

    def send(self, turn):
        blocks = self.blocks(turn)
        given, made = self.usage(turn)
        if not self.request.get("stream"):
            self.handler.answer(200, {
                "id": self.identifier("msg"), "type": "message", "role": "assistant",
                "content": blocks, "model": self.request.get("model"),
                "stop_reason": self.stop(turn, blocks), "stop_sequence": None,
                "usage": {"input_tokens": given, "output_tokens": made}})
            return
        self.begin(given)
        for index, block in enumerate(blocks):
            self.drip(turn)
            empty, delta = self.opening(block)
            self.send_event("content_block_start", {"index": index, "content_block": empty})
            for part in delta:
                self.send_event("content_block_delta", {"index": index, "delta": part})
            self.send_event("content_block_stop", {"index": index})
        self.send_event("message_delta", {
            "delta": {"stop_reason": self.stop(turn, blocks), "stop_sequence": None},
            "usage": {"output_tokens": made}})
        self.send_event("message_stop", {})
        self.handler.end_events()

    def opening(self, block):
        if block["type"] == "text":
            return {"type": "text", "text": ""}, [{"type": "text_delta", "text": block["text"]}]
        if block["type"] == "thinking":
            return ({"type": "thinking", "thinking": "", "signature": ""},
                    [{"type": "thinking_delta", "thinking": block["thinking"]},
                     {"type": "signature_delta", "signature": block["signature"]}])
        return ({**block, "input": {}},
                [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}])


class OpenAI(Protocol):
    def error(self, fault):
        types = {401: "invalid_request_error", 429: "rate_limit_exceeded", 500: "server_error"}
        kind = fault.get("type", types.get(fault["status"], "server_error"))
        headers = {}
        if "retry_after" in fault:
            headers["retry-after"] = str(fault["retry_after"])
        error = {"type": kind, "code": kind, "message": fault.get("message", kind.replace("_", " "))}
        if "resets_in" in fault:
            error.update({"type": "usage_limit_reached", "plan_type": "plus",
                          "resets_at": int(time.time()) + fault["resets_in"],
                          "resets_in_seconds": fault["resets_in"]})
        return headers, {"error": error}


class Responses(OpenAI):
    def entries(self):
        found = []
        given = self.request.get("input", [])
        if isinstance(given, str):
            return [("person", given)]
        for item in given:
            kind = item.get("type", "message")
            if kind == "message" and item.get("role") == "user":
                found.append(("person", text_of(item.get("content"))))
            elif kind == "message" and item.get("role") == "assistant":
                found.append(("model", ""))
            elif kind.endswith("_output"):
                found.append(("tool", ""))
            elif kind.endswith("_call") or kind == "reasoning":
                found.append(("model", ""))
        return found

    def tool_names(self):
        return {tool.get("name") or tool.get("type"): tool for tool in self.request.get("tools", [])}

    def writing(self, path, content):
        if self.tool_names().get("apply_patch", {}).get("type") == "custom":
            lines = "".join(f"+{line}\n" for line in content.splitlines())
            return "apply_patch", f"*** Begin Patch\n*** Add File: {path}\n{lines}*** End Patch"
        return self.running(self.shell_for_writing(path, content))

    def running(self, command):
        names = self.tool_names()
        if "exec_command" in names:
            return "exec_command", {"cmd": command}
        if "shell_command" in names:
            return "shell_command", {"command": command}
        return "shell", {"command": ["bash", "-lc", command]}

    def error_event(self, fault):
        self.send_event("response.failed", {"response": {
            "id": "resp", "status": "failed",
            "error": {"code": fault["error"], "message": fault.get("message", fault["error"])}}})

    def send_event(self, name, data):
        self.handler.event(name, json.dumps({"type": name, **data}))

    def begin(self):
        self.handler.begin_events()
        self.send_event("response.created", {"response": {"id": self.identifier("resp")}})

    def send(self, turn):
        self.begin()
        items = []
        if "think" in turn:
            items.append({"type": "reasoning", "id": self.identifier("rs"), "encrypted_content": None,
                          "summary": [{"type": "summary_text", "text": turn["think"]}]})
        if turn.get("refuse"):
            items.append({"type": "message", "role": "assistant", "id": self.identifier("msg"),
                          "content": [{"type": "refusal", "refusal": turn.get("say", "No.")}]})
        elif "say" in turn:
            items.append({"type": "message", "role": "assistant", "id": self.identifier("msg"),
                          "content": [{"type": "output_text", "text": turn["say"]}]})
        for name, given in self.calls(turn):
            call = {"id": self.identifier("fc"), "call_id": self.identifier("call"), "name": name}
            if isinstance(given, str):
                items.append({"type": "custom_tool_call", "input": given, **call})
            else:
                items.append({"type": "function_call", "arguments": json.dumps(given), **call})
        for index, item in enumerate(items):
            self.drip(turn)
            self.send_event("response.output_item.done", {"output_index": index, "item": item})
        given, made = self.usage(turn)
        self.send_event("response.completed", {"response": {
            "id": self.identifier("resp"), "usage": {
                "input_tokens": given, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": made, "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": given + made}}})
        self.handler.end_events()


class ChatCompletions(OpenAI):
    def entries(self):
        found = []
        for message in self.request.get("messages", []):
            role = {"user": "person", "assistant": "model", "tool": "tool"}.get(message["role"])
            if role:
                found.append((role, text_of(message.get("content"))))
        return found

    def tool_names(self):
        return {tool["function"]["name"]: tool for tool in self.request.get("tools") or []}

    def writing(self, path, content):
        names = self.tool_names()
        if "write_file" in names:
            return "write_file", {"path": path, "content": content}
        return self.running(self.shell_for_writing(path, content))

    def running(self, command):
        name = next((n for n in ("bash", "shell", "run_command") if n in self.tool_names()), "bash")
        return name, {"command": command}

    def error_event(self, fault):
        self.handler.event(None, json.dumps({"error": {
            "type": fault["error"], "message": fault.get("message", fault["error"])}}))

    def chunk(self, delta, finish=None, usage=None):
        data = {"id": "chatcmpl", "object": "chat.completion.chunk", "created": 0,
                "model": self.request.get("model"),
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        if usage:
            data["usage"] = usage
        self.handler.event(None, json.dumps(data))

    def begin(self):
        self.handler.begin_events()
        self.chunk({"role": "assistant", "content": ""})

    def send(self, turn):
        text = turn.get("say", "")
        calls = []
        # A program without tools reads edits out of the answer: a path, then a fence.
        if not self.request.get("tools"):
            for path, content in turn.get("write", {}).items():
                text += f"\n\n{path}\n```\n{content}```\n"
        else:
            for index, (name, given) in enumerate(self.calls(turn)):
                calls.append({"index": index, "id": self.identifier("call"), "type": "function",
                              "function": {"name": name, "arguments": json.dumps(given)}})
        finish = "length" if turn.get("cut") else "tool_calls" if calls else "stop"
        if turn.get("refuse"):
            finish = "content_filter"
        given, made = self.usage(turn)
        usage = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
        if not self.request.get("stream"):
            message = {"role": "assistant", "content": text}
            if calls:
                message["tool_calls"] = calls
            self.handler.answer(200, {
                "id": "chatcmpl", "object": "chat.completion", "created": 0,
                "model": self.request.get("model"), "usage": usage,
                "choices": [{"index": 0, "message": message, "finish_reason": finish}]})
            return
        self.begin()
        self.drip(turn)
        if text:
            self.chunk({"content": text})
        if calls:
            self.chunk({"tool_calls": calls})
        self.chunk({}, finish, usage)
        self.handler.event(None, "[DONE]")
        self.handler.end_events()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        # A program that was ended closes its connection in the middle: nothing to tell.
        if not isinstance(sys.exc_info()[1], (ConnectionError, BrokenPipeError, OSError)):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description="A scripted model server on the loopback interface.")
    parser.add_argument("script")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--log")
    parser.add_argument("--until-eof", action="store_true")
    options = parser.parse_args()
    Script(options.script)
    server = Server(("127.0.0.1", options.port), Handler)
    server.script = options.script
    server.log = options.log
    port = server.server_address[1]
    if options.port_file:
        with open(options.port_file, "w", encoding="utf-8") as file:
            file.write(f"{port}\n")
    print(f"listening on {port}", flush=True)
    if options.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
