import Foundation

/// A folder for one test, removed when the test lets go of it.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    let template = NSTemporaryDirectory() + "/divisi-test-XXXXXX"
    var bytes = Array(template.utf8CString)
    guard mkdtemp(&bytes) != nil else { throw CocoaError(.fileWriteUnknown) }
    // The real path, so that it can be compared with what programs print.
    path = bytes.withUnsafeBufferPointer { buffer in
      realpath(buffer.baseAddress!, nil).map { pointer in
        defer { free(pointer) }
        return String(cString: pointer)
      } ?? String(cString: buffer.baseAddress!)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file below the folder, with the folders above it, and gives its full path.
  @discardableResult
  package func write(_ relativePath: String, _ text: String) throws -> String {
    let full = path + "/" + relativePath
    let parent = (full as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: full))
    return full
  }

  package func read(_ relativePath: String) throws -> String {
    String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + relativePath)), as: UTF8.self
    )
  }
}
