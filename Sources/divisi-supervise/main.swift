// divisi-supervise: owns the processes of one attempt, from the start of the agent until nothing of
// its tree lives, whatever becomes of Divisi meanwhile.
//
// usage: divisi-supervise FOLDER. The folder holds `launch.json`; `supervisor.json` and `exit.json`
// are written into it. Prints `owned` once the attempt is in its hands, and nothing after that.
//
// May import: Supervision, Files, JSONValues, CSupport. Start reading at `Supervisor.run`.

import Glibc
import Supervision

func fail(_ message: String, status: Int32) -> Never {
  let line = Array("divisi-supervise: \(message)\n".utf8)
  _ = write(2, line, line.count)
  exit(status)
}

guard CommandLine.argc == 2 else {
  fail(
    "usage: divisi-supervise FOLDER (the folder of one attempt, with its launch.json)", status: 2)
}
do {
  try Supervisor.own(AttemptFolder(CommandLine.arguments[1]))
} catch {
  switch error {
  case .refused(let why): fail(why, status: 3)
  case .unusable(let why): fail(why, status: 2)
  }
}
