/// The harnesses that are there without a word of configuration, defined as a person would define them.
enum StandardHarnesses {
  static let all: [(name: String, text: String, help: String)] = [
    ("claude", "{kind: claude}", "Claude Code"),
    ("codex", "{kind: codex}", "Codex"),
    (
      "aider",
      """
      {command: [aider, --message-file, "{prompt_file}", --yes-always, --no-auto-commits, \
      --no-check-update, --no-show-release-notes, --analytics-disable, --no-pretty, --no-stream, \
      --no-show-model-warnings, --no-gitignore, --chat-history-file, "{attempt_dir}/aider.md", \
      --input-history-file, "{attempt_dir}/aider.history"], \
      model: [--model, "{model}"], leaves: [".aider*", ".aider*/**"], version: [aider, --version], \
      environment: {LITELLM_LOCAL_MODEL_COST_MAP: "True"}, \
      pass: [OPENAI_API_KEY, OPENAI_API_BASE, ANTHROPIC_API_KEY, OPENROUTER_API_KEY, DEEPSEEK_API_KEY, GEMINI_API_KEY]}
      """, "aider, which edits files by the model's answer"
    ),
    (
      "gemini",
      """
      {command: [gemini, --output-format, stream-json, --approval-mode, yolo], prompt: stdin, \
      output: entries, model: [--model, "{model}"], version: [gemini, --version], \
      exit_statuses: {41: authentication, 42: usage, 53: turn limit, 130: interrupted}, \
      pass: [GEMINI_API_KEY, GOOGLE_API_KEY, GOOGLE_CLOUD_PROJECT, GOOGLE_GENAI_USE_VERTEXAI]}
      """, "Gemini CLI"
    ),
    (
      "vibe",
      """
      {command: [vibe, -p, "{prompt}", --output, streaming, --auto-approve, --trust, --workdir, "{worktree}", \
      --output-dir, "{attempt_dir}"], output: entries, turns: [--max-turns, "{turns}"], \
      resume: [--resume, "{session}"], exit_statuses: {3: turn limit}, version: [vibe, --version], \
      pass: [MISTRAL_API_KEY]}
      """, "Mistral Vibe"
    ),
  ]
}
