package import JSONValues

extension AttemptExit {
  private static let version = 1

  package var json: JSON {
    var members: [JSON.Member] = [
      .init("version", .int(Self.version)),
      .init("reason", .string(reason.word)),
    ]
    switch end {
    case .exited(let status)?: members.append(.init("status", .int(status)))
    case .signalled(let signal)?: members.append(.init("signal", .int(signal)))
    case nil: break
    }
    if let problem { members.append(.init("problem", .string(problem))) }
    members += [
      .init("started_at_ms", .int(startedAt)),
      .init("ended_at_ms", .int(endedAt)),
      .init("duration_ms", .int(duration.milliseconds)),
      .init("user_ms", .int(usage.userTime.milliseconds)),
      .init("system_ms", .int(usage.systemTime.milliseconds)),
      .init("largest_process", .int(usage.largestProcess)),
      .init("stdout_bytes", .int(outputBytes)),
      .init("stderr_bytes", .int(errorBytes)),
      .init("leftovers", .int(leftovers)),
    ]
    if let treeMemory { members.append(.init("tree_memory", .int(treeMemory))) }
    if let memoryKills { members.append(.init("memory_kills", .int(memoryKills))) }
    return .object(members)
  }

  package init(json: JSON) throws(RecordError) {
    let record = try RecordReader(json, of: "exit.json")
    self.init(Reason(word: try record.string("reason")))
    if let status = try record.optionalInt("status") {
      end = .exited(status)
    } else if let signal = try record.optionalInt("signal") {
      end = .signalled(signal)
    }
    problem = try record.optionalString("problem")
    startedAt = try record.optionalInt("started_at_ms") ?? 0
    endedAt = try record.optionalInt("ended_at_ms") ?? 0
    duration = try record.optionalDuration("duration_ms") ?? .zero
    usage = ResourceUsage(
      userTime: try record.optionalDuration("user_ms") ?? .zero,
      systemTime: try record.optionalDuration("system_ms") ?? .zero,
      largestProcess: try record.optionalInt("largest_process") ?? 0)
    outputBytes = try record.optionalInt("stdout_bytes") ?? 0
    errorBytes = try record.optionalInt("stderr_bytes") ?? 0
    leftovers = try record.optionalInt("leftovers") ?? 0
    treeMemory = try record.optionalInt("tree_memory")
    memoryKills = try record.optionalInt("memory_kills")
  }
}
