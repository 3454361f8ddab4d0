import Processes
import TestSupport
import Testing

@Suite struct DelegatedCgroupTests {
  private let system: TemporaryFolder

  /// A system with one scope delegated to this process, which is in a leaf of it.
  init() throws {
    system = try TemporaryFolder()
    try system.write("mounts", "proc /proc proc rw 0 0\nnone \(system.path)/cg cgroup2 rw 0 0\n")
    try system.write("membership", "4:memory:/x\n0::/user/scope/leaf\n")
    try system.write("cg/user/scope/cgroup.procs", "")
    try system.write("cg/user/scope/cgroup.subtree_control", "cpu memory pids\n")
  }

  private var found: String? {
    delegatedCgroup(
      membership: system.path + "/membership", mounts: system.path + "/mounts")
  }

  @Test func whatWasDelegatedIsFound() {
    #expect(found == system.path + "/cg/user/scope")
  }

  @Test func withoutTheControllersItDoesNotServe() throws {
    try system.write("cg/user/scope/cgroup.subtree_control", "cpu\n")
    #expect(found == nil)
  }

  @Test func theFirstVersionOfCgroupsDoesNotServe() throws {
    try system.write("mounts", "cgroup \(system.path)/cg cgroup rw,memory 0 0\n")
    #expect(found == nil)
    try system.write("membership", "4:memory:/x\n")
    #expect(found == nil)
  }
}
