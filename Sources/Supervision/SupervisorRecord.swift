package import JSONValues

/// Who owns an attempt: the content of `supervisor.json`.
package struct SupervisorRecord: Sendable, Hashable {
  /// How the limits of the launch are kept to.
  package enum Enforcement: String, Sendable, Hashable {
    case cgroup
    case process
  }

  package var supervisor: ProcessIdentity
  /// The program that was asked for, once it has begun.
  package var leader: ProcessIdentity?
  package var marker: String
  package var enforcement: Enforcement
  package var cgroup: String?
  /// Sessions of their own that were last seen below the supervisor: the leader of each, or the oldest that was left of it.
  package var sessions: [ProcessIdentity] = []
  /// When that was, in clock ticks from the boot; nothing before the first look.
  package var surveyed: Int?

  package init(
    supervisor: ProcessIdentity, leader: ProcessIdentity? = nil, marker: String,
    enforcement: Enforcement = .process, cgroup: String? = nil
  ) {
    self.supervisor = supervisor
    self.leader = leader
    self.marker = marker
    self.enforcement = enforcement
    self.cgroup = cgroup
  }

  package var json: JSON {
    var members: [JSON.Member] = [
      .init("version", 1),
      .init("pid", .int(Int(supervisor.pid))),
      .init("start_ticks", .int(supervisor.startTicks)),
      .init("boot_id", .string(supervisor.bootID)),
      .init("marker", .string(marker)),
      .init("limits_by", .string(enforcement.rawValue)),
    ]
    if let leader {
      members.append(.init("leader_pid", .int(Int(leader.pid))))
      members.append(.init("leader_start_ticks", .int(leader.startTicks)))
    }
    if let cgroup { members.append(.init("cgroup", .string(cgroup))) }
    if !sessions.isEmpty {
      let seen = sessions.map { session -> JSON in
        ["pid": .int(Int(session.pid)), "start_ticks": .int(session.startTicks)]
      }
      members.append(.init("sessions", .array(seen)))
    }
    if let surveyed { members.append(.init("surveyed_ticks", .int(surveyed))) }
    return .object(members)
  }

  package init(json: JSON) throws(RecordError) {
    let record = try RecordReader(json, of: "supervisor.json")
    let bootID = try record.string("boot_id")
    supervisor = ProcessIdentity(
      pid: try record.pid("pid"), startTicks: try record.int("start_ticks"), bootID: bootID)
    if try record.optionalInt("leader_pid") != nil {
      leader = ProcessIdentity(
        pid: try record.pid("leader_pid"), startTicks: try record.int("leader_start_ticks"),
        bootID: bootID)
    }
    marker = try record.string("marker")
    enforcement =
      try record.optionalString("limits_by").flatMap { Enforcement(rawValue: $0) } ?? .process
    cgroup = try record.optionalString("cgroup")
    for session in try record.objects("sessions") {
      sessions.append(
        ProcessIdentity(
          pid: try session.pid("pid"), startTicks: try session.int("start_ticks"), bootID: bootID))
    }
    surveyed = try record.optionalInt("surveyed_ticks")
  }
}

extension RecordReader {
  /// 0 and 1 are no process that may ever be meant: a signal to 0 goes to one's own group.
  fileprivate func pid(_ name: String) throws(RecordError) -> Int32 {
    guard let pid = Int32(exactly: try int(name)), pid > 1 else { throw flaw(name, "is no pid") }
    return pid
  }
}
