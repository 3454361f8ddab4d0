package import Files

/// Why a mirror is not as it should be. The run goes on all the same.
package enum MirrorWarning: Error, Hashable, Sendable {
  case unwritable(FileError)
  /// The plan file is none any more, or cannot be changed in place.
  case planUnreadable(path: String, reason: String)
  case planGone(path: String)
  /// Another plan lies in the plan's file.
  case otherPlan(path: String, id: String)
  /// Steps whose text is used elsewhere too, through an alias.
  case sharedSteps(path: String, steps: [String])
  /// A log could not be written for so long that lines were given up.
  case behind(path: String)

  var path: String {
    switch self {
    case .unwritable(let error): error.path
    case .planUnreadable(let path, _), .planGone(let path), .otherPlan(let path, _),
      .sharedSteps(let path, _), .behind(let path):
      path
    }
  }
}

extension MirrorWarning: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unwritable(let error): error.description
    case .planUnreadable(let path, let reason):
      "the status of the run is not written into \(path): \(reason)"
    case .planGone(let path): "\(path) is gone; the run goes on with the plan that it began with"
    case .otherPlan(let path, let id):
      "the status of the run is not written into \(path): it holds the plan `\(id)` now"
    case .sharedSteps(let path, let steps):
      "the status of \(steps.joined(separator: ", ")) is not written into \(path): "
        + "an alias uses the same text elsewhere"
    case .behind(let path): "\(path) lacks lines, because it could not be written for long"
    }
  }

  /// What to do about it.
  package var hint: String {
    switch self {
    case .unwritable: "check the disk and who may write there; then: divisi journal mirror"
    case .planUnreadable: "mend the file; its status is written again then"
    case .planGone, .otherPlan: "put the plan back where it was to see its status there"
    case .sharedSteps: "write the steps out"
    case .behind: "divisi journal mirror"
    }
  }
}
