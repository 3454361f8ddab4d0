import Diagnostics
import Documents
import Files
import Foundation
import TestSupport
import Testing

@Suite struct EditTests {
  private func edited(_ text: String, _ edits: YAMLEdit...) throws -> String {
    var editor = YAMLEditor(Array(text.utf8))
    for edit in edits { try editor.apply(edit) }
    return String(decoding: editor.bytes, as: UTF8.self)
  }

  private func path(_ text: String) throws -> YAMLPath { try #require(YAMLPath(text)) }

  @Test func aStatusIsSetAndEverythingElseStays() throws {
    let plan = """
      # The shop
      workflow:
        phases:
          - id: api    # first
            status: pending   # set by hand
          - id: form
            status: "pending"
      """
    #expect(
      try edited(
        plan, .set(path("workflow.phases[0].status"), .text("completed")),
        .set(path("workflow.phases[id=form].status"), .text("failed"))) == """
          # The shop
          workflow:
            phases:
              - id: api    # first
                status: completed   # set by hand
              - id: form
                status: "failed"
          """)
  }

  @Test func missingKeysAreMadeInTheFilesOwnIndentation() throws {
    #expect(
      try edited(
        "id: a\nworkflow:\n    phases: []   # none yet\n",
        .set(path("coordination.percentage"), .plain("5")),
        .set(path("workflow.note"), .text("a: b")))
        == "id: a\nworkflow:\n    phases: []   # none yet\n    note: 'a: b'\ncoordination:\n    percentage: 5\n"
    )
  }

  @Test func listsOfEveryWritingGrow() throws {
    #expect(
      try edited(
        "a: [x, y]  # why\nb:\n- x\n- y # last\nc:\n  - z\nd:\ne: []\n",
        .append(path("a"), .text("p, q")), .append(path("b"), .text("new")),
        .append(path("c"), .mapping([.init("id", .text("k"))])), .append(path("d"), .plain("1")),
        .append(path("e"), .text("only")), .append(path("f.g"), .text("deep"))) == """
          a: [x, y, 'p, q']  # why
          b:
          - x
          - y # last
          - new
          c:
            - z
            - {id: k}
          d: [1]
          e: [only]
          f:
            g:
              - deep

          """)
  }

  @Test func keysAndItemsAreTakenAway() throws {
    #expect(
      try edited(
        "a: 1\nb:   # gone too\n  c: |\n    text\n  d: 2\n# stays\ne:\n  - id: x\n    f: 1\n  - id: y\ng: {h: 1, i: 2, j: 3}\n",
        .remove(path("b.c")), .remove(path("e[id=x].id")), .remove(path("g.i")),
        .remove(path("a")))
        == "b:   # gone too\n  d: 2\n# stays\ne:\n  - f: 1\n  - id: y\ng: {h: 1, j: 3}\n")
    #expect(try edited("a:\n  - x\n", .remove(path("a[0]"))) == "a: []\n")
    #expect(try edited("a: {b: 1}\n", .remove(path("a.b"))) == "a: {}\n")
  }

  @Test func carriageReturnsAndTheByteOrderMarkStay() throws {
    #expect(
      try edited(
        "\u{FEFF}a: 1\r\nb: 2\r\n", .set(path("a"), .plain("3")), .set(path("c"), .plain("4")))
        == "\u{FEFF}a: 3\r\nb: 2\r\nc: 4\r\n")
  }

  @Test func aBlockOfTextAtTheEndOfAFileKeepsItsMeaning() throws {
    #expect(
      try edited("id: a\ntask: |\n  do it", .set(path("status"), .text("completed")))
        == "id: a\nstatus: completed\ntask: |\n  do it")
  }

  @Test func whatComesFromAnAliasIsNotChangedBehindItsBack() throws {
    let text = "usual: &u {a: 1}\nb: *u\nc: {<<: *u, d: 2}\n"
    #expect(throws: YAMLEditError.shared(try path("b.a"))) {
      try edited(text, .set(path("b.a"), .plain("2")))
    }
    #expect(throws: YAMLEditError.shared(try path("c.a"))) {
      try edited(text, .set(path("c.a"), .plain("2")))
    }
    #expect(try edited(text, .set(path("c.d"), .plain("3"))).hasSuffix("c: {<<: *u, d: 3}\n"))
  }

  @Test func aChangeWithoutEffectChangesNothing() throws {
    let text = "a:   1  # one\n"
    #expect(try edited(text, .set(path("a"), .plain("1"))) == text)
  }

  @Test(arguments: ["", ".a", "a.", "a[", "a[x]", "a[-1]", "a..b", "[id=a"])
  func whatIsNoPathIsRefused(text: String) {
    #expect(YAMLPath(text) == nil)
  }

  @Test func pathsAreWrittenAsTheyAreRead() throws {
    for text in ["a", "a.b[1].c", "workflow.phases[id=x.y].status", "[0].a"] {
      #expect(YAMLPath(text)?.description == text)
    }
  }
}

@Suite struct EditFileTests {
  @Test func aFileIsChangedThroughALinkAndKeepsItsMode() throws {
    let folder = try TemporaryFolder()
    let real = try folder.write("real/plan.yaml", "status: planned # now\n")
    chmod(real, 0o640)
    let link = folder.path + "/link.yaml"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
    try editFile(link, [.set(#require(YAMLPath("status")), .text("paused"))])
    #expect(try folder.read("real/plan.yaml") == "status: paused # now\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == real)
    var status = stat()
    stat(real, &status)
    #expect(status.st_mode & 0o777 == 0o640)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/real") == ["plan.yaml"])
  }

  @Test func nothingOfManyWritersIsLost() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("plan.yaml", "# all of it\n")
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<5 {
            do {
              try editFile(file, [.set(YAMLPath([.key("w\(writer)-\(round)")]), .plain("1"))])
            } catch {
              Issue.record("\(error)")
            }
          }
        }
      }
    }
    let text = try folder.read("plan.yaml")
    #expect(text.hasPrefix("# all of it\n"))
    #expect(text.split(separator: "\n").count == 41)
    #expect(!YAMLTree.parse(.init(path: "", text)).hasErrors)
  }

  @Test func whatAnotherProgramWroteMeanwhileIsBuiltOn() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("plan.yaml", "a: 1\n")
    var looks = 0
    let isReplaced = try replaceFile(file, with: Array("a: 2\n".utf8)) { () throws(FileError) in
      looks += 1
      return false
    }
    #expect(!isReplaced && looks == 1)
    #expect(try folder.read("plan.yaml") == "a: 1\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.yaml"])
  }

  @Test func aFileThatIsNotThereIsToldWithItsPath() throws {
    #expect(throws: EditFileError.self) {
      try editFile("/nowhere/plan.yaml", [.remove(YAMLPath([.key("a")]))])
    }
  }
}
