import Files
import Glibc
import Supervision

/// Folders for the temporary files of attempts.
///
/// They do not lie in the attempts' own folders: a socket's path may have 107 bytes, and agents and their tools put
/// sockets there. A link in the attempt's folder leads to it for as long as the attempt lives.
struct TemporaryFolders: Sendable {
  /// The environment of the person who started the run.
  let environment: [String: String]

  /// Makes the folder of an attempt, or finds it again, and gives its path: one that nobody else may look into, or, where
  /// there is no room for such, one in the attempt's folder.
  func make(for place: AttemptFolder) throws(FileError) -> String {
    guard let base = bases.first(where: { Self.isPrivate($0) }) else {
      try createFolder(place.temporary)
      return place.temporary
    }
    let path = "\(base)/\(Self.name(of: place))"
    try createFolder(path)
    try createLink(place.temporary, to: path)
    return path
  }

  /// Removes what an attempt has left of temporary files. Nothing of it lives any more.
  static func remove(of place: AttemptFolder) {
    guard let path = realPath(place.temporary), path != place.temporary else { return }
    // Whatever an agent has made of the link: only what was made here is removed.
    guard lastComponent(of: path) == name(of: place), isOwn(parentFolder(of: path)) else { return }
    try? removeAll(path)
    unlink(place.temporary)
  }

  private var bases: [String] {
    let named = environment["TMPDIR"].flatMap { path in
      path.hasPrefix("/") && path.utf8.count <= Self.longestBase ? path : nil
    }
    let runtime = environment["XDG_RUNTIME_DIR"].map { "\($0)/divisi" }
    return ["\(named ?? "/tmp")/divisi-\(geteuid())", runtime].compactMap { $0 }
  }

  /// Leaves half of a socket's path to whoever makes one.
  private static let longestBase = 24

  private static func isPrivate(_ path: String) -> Bool {
    mkdir(path, 0o700)
    return isOwn(path)
  }

  /// Whether it is a folder of this user's, and closed to all others.
  private static func isOwn(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
  }

  /// The same for the same attempt, and for no other on the machine.
  private static func name(of place: AttemptFolder) -> String {
    let hash = place.path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 36)
  }
}

extension AttemptFolder {
  /// Where the folder for temporary files is found.
  fileprivate var temporary: String { path + "/tmp" }
}
