import CSupport
import Files
import Glibc
import JSONValues

/// That a harness's program was tried and worked: remembered for some hours, so that runs are not held up by
/// trying it again. Another program in its place, or another way to start it, is tried anew.
struct ProvenProgram: Sendable, Hashable {
  private static let validity: Int64 = 12 * 3_600_000

  var program: String
  var modified: Int64
  var size: Int64
  /// Everything that it was started with.
  var form: String
  var version: String
  /// Why its own walls cannot be put up; nothing where they can, or where it has none.
  var sandboxFlaw: String?
  var at: Int64

  /// A program as it lies on the disk now; nothing where it is gone.
  init?(program: String, form: String, version: String = "", at now: Int64) {
    guard let real = realPath(program) else { return nil }
    var status = stat()
    guard stat(real, &status) == 0 else { return nil }
    self.program = real
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    size = Int64(status.st_size)
    self.form = form
    self.version = version
    at = now
  }

  /// What is remembered of a harness, where it is still the same program and not too long ago.
  func remembered(in folder: String, as harness: String) -> ProvenProgram? {
    guard let bytes = try? readFile(Self.file(harness, folder)),
      let json = try? JSON.parse(String(decoding: bytes, as: UTF8.self)),
      let past = Self(json)
    else { return nil }
    guard past.program == program, past.modified == modified, past.size == size, past.form == form,
      (0...Self.validity).contains(at - past.at)
    else { return nil }
    return past
  }

  /// Where it cannot be remembered, it is tried again the next time.
  func remember(in folder: String, as harness: String) {
    guard (try? createFolder(folder)) != nil else { return }
    try? writeFile(Self.file(harness, folder), Array(json.text().utf8))
  }

  private static func file(_ harness: String, _ folder: String) -> String {
    "\(folder)/\(harness).json"
  }

  private var json: JSON {
    [
      "program": .string(program), "modified": .int(Int(modified)), "size": .int(Int(size)),
      "form": .string(form), "version": .string(version),
      "sandbox_flaw": sandboxFlaw.map { .string($0) } ?? .null, "at": .int(Int(at)),
    ]
  }

  private init?(_ json: JSON) {
    guard case .string(let program)? = json["program"], case .int(let modified)? = json["modified"],
      case .int(let size)? = json["size"], case .string(let form)? = json["form"],
      case .string(let version)? = json["version"], case .int(let at)? = json["at"]
    else { return nil }
    self.program = program
    self.modified = Int64(modified)
    self.size = Int64(size)
    self.form = form
    self.version = version
    self.at = Int64(at)
    if case .string(let flaw)? = json["sandbox_flaw"] { sandboxFlaw = flaw }
  }
}
