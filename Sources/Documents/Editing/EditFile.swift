package import Files

/// Why a file was not changed.
package enum EditFileError: Error, Hashable, Sendable, CustomStringConvertible {
  case file(FileError)
  case edit(YAMLEditError, path: String)
  /// Others kept changing it for as long as was tried.
  case neverAtRest(String)

  package var description: String {
    switch self {
    case .file(let error): error.description
    case .edit(let error, let path): "\(path): \(error)"
    case .neverAtRest(let path): "cannot change \(path): others change it all the time"
    }
  }
}

/// Changes single values of a YAML file in place.
///
/// What others write meanwhile is not lost. Writers of Divisi wait for each other. What another
/// program writes is seen right before the new file takes the place of the old one: the old one is
/// read again, and if it is not what the change was made from, the change is made once more from
/// what is there. Between that look and the rename remain some microseconds, in which only a lock
/// that all programs honour could help.
package func editFile(_ path: String, _ edits: [YAMLEdit]) throws(EditFileError) {
  try editFile(path) { bytes throws(YAMLEditError) in
    var editor = YAMLEditor(bytes)
    for edit in edits { try editor.apply(edit) }
    return editor.bytes
  }
}

/// As above, by whatever makes the new text from the one that is there; it may be asked several
/// times.
package func editFile(
  _ path: String, by change: ([UInt8]) throws(YAMLEditError) -> [UInt8]
) throws(EditFileError) {
  do {
    try withLock(onFolderOf: path) { try editAtRest(path, change) }
  } catch let error as FileError {
    throw .file(error)
  } catch let error as YAMLEditError {
    throw .edit(error, path: path)
  } catch {
    throw .neverAtRest(path)
  }
}

private func editAtRest(
  _ path: String, _ change: ([UInt8]) throws(YAMLEditError) -> [UInt8]
) throws {
  for _ in 0..<20 {
    let before = try readFile(path)
    let after = try change(before)
    if after == before { return }
    let isDone = try replaceFile(path, with: after) { () throws(FileError) in
      try readFile(path) == before
    }
    if isDone { return }
  }
  throw EditFileError.neverAtRest(path)
}
