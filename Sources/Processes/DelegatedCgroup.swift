import Files
import Glibc

/// The folder below which this process may make cgroups that hold limits, or nothing: where the
/// system still has the first version, or nothing was delegated.
///
/// The kernel lets no cgroup have both processes and limited children, so the place for new ones is
/// beside this process: it must be in a leaf of what was delegated, as the sessions of a user's
/// systemd are, or a unit with `Delegate=yes` and `DelegateSubgroup=`.
package func delegatedCgroup(
  membership: String = "/proc/self/cgroup", mounts: String = "/proc/self/mounts"
) -> String? {
  guard let own = lines(of: membership).first(where: { $0.hasPrefix("0::/") }),
    let mount = lines(of: mounts).map({ $0.split(separator: " ") })
      .first(where: { $0.count > 2 && $0[2] == "cgroup2" })
  else { return nil }
  let folder = parentFolder(of: String(mount[1]) + own.dropFirst("0::".count))
  let controllers = lines(of: folder + "/cgroup.subtree_control").first?.split(separator: " ") ?? []
  guard controllers.contains("memory"), controllers.contains("pids"),
    access(folder, W_OK) == 0, access(folder + "/cgroup.procs", W_OK) == 0
  else { return nil }
  return folder
}

private func lines(of path: String) -> [Substring] {
  guard let bytes = try? readFile(path) else { return [] }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
}
