package import JSONValues

extension Launch {
  private static let version = 1

  package var json: JSON {
    let variables = environment.sorted { $0.key < $1.key }
    var members: [JSON.Member] = [
      .init("version", .int(Self.version)),
      .init("argv", .array(arguments.map { .string($0) })),
      .init("cwd", .string(folder)),
      .init("environment", .object(variables.map { .init($0.key, .string($0.value)) })),
      .init("stdout", .string(output)),
      .init("stderr", .string(errors)),
      .init("marker", .string(marker)),
      .init("durable", .bool(isDurable)),
      .init("interrupt_grace_ms", .int(interruptGrace.milliseconds)),
      .init("grace_ms", .int(grace.milliseconds)),
    ]
    if !handedOn.isEmpty {
      members.append(.init("handed_on", .array(handedOn.map { .string($0) })))
    }
    if let input { members.append(.init("stdin", .string(input))) }
    if let timeout { members.append(.init("timeout_ms", .int(timeout.milliseconds))) }
    if let idleTimeout { members.append(.init("idle_timeout_ms", .int(idleTimeout.milliseconds))) }
    if let outputLimit { members.append(.init("output_limit", .int(outputLimit))) }
    members.append(.init("limits", limits.json))
    if let cgroupRoot { members.append(.init("cgroup_root", .string(cgroupRoot))) }
    return .object(members)
  }

  package init(json: JSON) throws(RecordError) {
    let record = try RecordReader(json, of: "launch.json")
    self.init(
      try record.strings("argv"), in: try record.string("cwd"),
      environment: try record.stringsByName("environment"),
      marker: try record.string("marker"),
      timeout: try record.optionalDuration("timeout_ms"),
      idleTimeout: try record.optionalDuration("idle_timeout_ms"),
      outputLimit: try record.optionalInt("output_limit"),
      limits: try Limits(record.optionalObject("limits")),
      cgroupRoot: try record.optionalString("cgroup_root"))
    guard !arguments.isEmpty else { throw record.flaw("argv", "names no program") }
    guard !marker.isEmpty else { throw record.flaw("marker", "is empty") }
    handedOn = try record.optionalStrings("handed_on") ?? []
    input = try record.optionalString("stdin")
    if let name = try record.optionalFileName("stdout") { output = name }
    if let name = try record.optionalFileName("stderr") { errors = name }
    if let value = try record.optionalDuration("interrupt_grace_ms") { interruptGrace = value }
    if let value = try record.optionalDuration("grace_ms") { grace = value }
    if let value = try record.optionalBool("durable") { isDurable = value }
  }
}

extension Launch.Limits {
  fileprivate var json: JSON {
    var members: [JSON.Member] = []
    if let memory { members.append(.init("memory", .int(memory))) }
    if let processes { members.append(.init("processes", .int(processes))) }
    if let cpus { members.append(.init("cpus", .double(cpus))) }
    if let cpuTime { members.append(.init("cpu_time_ms", .int(cpuTime.milliseconds))) }
    return .object(members)
  }

  fileprivate init(_ record: RecordReader?) throws(RecordError) {
    guard let record else {
      self.init()
      return
    }
    self.init(
      memory: try record.optionalInt("memory"), processes: try record.optionalInt("processes"),
      cpus: try record.optionalDouble("cpus"),
      cpuTime: try record.optionalDuration("cpu_time_ms"))
  }
}
