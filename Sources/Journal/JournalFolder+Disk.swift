internal import Files

extension JournalFolder {
  /// What kind of disk a journal would lie on.
  package enum Disk: Hashable, Sendable {
    case local
    /// A network file system, on which no journal is opened.
    case network(String)
    /// A file system that is a program, and as reliable as that is.
    case program(String)
  }

  /// The disk of the folder, or of what is above it where it is not there yet.
  package var disk: Disk {
    var place = path
    while entryKind(place) == .missing, place != "/", place != "." {
      place = parentFolder(of: place)
    }
    guard let system = try? FileSystem(of: place) else { return .local }
    if let name = system.network { return .network(name) }
    return system.kind.map { .program($0) } ?? .local
  }
}
