import Diagnostics
package import Files

extension Configuration {
  /// The configuration of a repository, from the user's file, the repository's file, the
  /// environment and flags, in rising order of weight.
  ///
  /// - Parameters:
  ///   - root: the top of the repository; nothing outside of one.
  ///   - file: read instead of the repository's file, and then it must be there.
  ///   - flags: settings that flags of the command line set.
  package static func load(
    root: String?, file: String?, environment: [String: String],
    flags: [(flag: String, setting: String, value: String)] = []
  ) throws(FileError) -> Configuration {
    var layers: [Layer] = []
    if let path = userFile(environment), let source = try read(path, called: path) {
      layers.append(.userFile(source))
    }
    if let file {
      layers.append(.repositoryFile(SourceText(path: file, bytes: try readFile(file))))
    } else if let root, let source = try read(root + "/divisi.yaml", called: "divisi.yaml") {
      layers.append(.repositoryFile(source))
    }
    for setting in Settings.shared.all {
      if let value = environment[setting.variable] {
        layers.append(
          .environment(variable: setting.variable, setting: setting.name, value: value))
      }
    }
    layers += flags.map { .flag($0.flag, setting: $0.setting, value: $0.value) }
    return Configuration(layers)
  }

  /// Where the user's own file lies.
  package static func userFile(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
      return folder + "/divisi/config.yaml"
    }
    return environment["HOME"].map { $0 + "/.config/divisi/config.yaml" }
  }

  /// A file that may be missing.
  private static func read(_ path: String, called name: String) throws(FileError) -> SourceText? {
    do {
      return SourceText(path: name, bytes: try readFile(path))
    } catch  where error.isMissing {
      return nil
    }
  }
}
