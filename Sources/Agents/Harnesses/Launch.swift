package import Files

/// How a program is started for an attempt: what it is given, and what must lie ready before.
package struct Launch: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    package var path: String
    package var text: String
    /// Whether a file that is there already stays: programs write on in their own settings.
    package var staysIfThere: Bool

    package init(_ path: String, _ text: String, staysIfThere: Bool = false) {
      self.path = path
      self.text = text
      self.staysIfThere = staysIfThere
    }
  }

  /// A file of the person's that must be seen at another place, if there is one.
  package struct Link: Sendable, Equatable {
    package var path: String
    package var target: String

    package init(path: String, target: String) {
      self.path = path
      self.target = target
    }
  }

  package enum Input: Sendable, Equatable {
    /// `/dev/null`: programs wait for the end of an open input.
    case nothing
    case file(String)
  }

  /// The program, to be found on the PATH where it has no slash, and its arguments.
  package var arguments: [String]
  /// Variables that are set, over everything else.
  package var environment: [String: String]
  /// Names of variables that are handed on from the person's environment where they are set there: the
  /// program's own keys, and no others.
  package var inherited: [String]
  package var folders: [String]
  package var files: [File]
  package var links: [Link]
  package var input: Input
  package var workingFolder: String

  package init(
    arguments: [String], environment: [String: String] = [:], inherited: [String] = [],
    folders: [String] = [], files: [File] = [], links: [Link] = [], input: Input = .nothing,
    workingFolder: String
  ) {
    self.arguments = arguments
    self.environment = environment
    self.inherited = inherited
    self.folders = folders
    self.files = files
    self.links = links
    self.input = input
    self.workingFolder = workingFolder
  }

  /// Makes the folders, files and links. Doing it twice changes nothing.
  package func prepare() throws(FileError) {
    for folder in folders { try createFolder(folder) }
    for file in files {
      try createFolder(parentFolder(of: file.path))
      if file.staysIfThere {
        // Two attempts may begin at once: what a program has made of its settings meanwhile is not written over.
        try writeNewFile(file.path, Array(file.text.utf8))
      } else {
        try writeFile(file.path, Array(file.text.utf8))
      }
    }
    for link in links where entryKind(link.target) != .missing {
      try createFolder(parentFolder(of: link.path))
      try createLink(link.path, to: link.target)
    }
  }
}
