internal import CSupport
internal import Files
internal import Glibc

/// What kind of disk a folder lies on.
struct FileSystem: Hashable, Sendable {
  private static let fuse: UInt32 = 0x6573_5546

  let magic: UInt32
  /// The name of its kind, as the list of mounts has it; asked for only where the number says
  /// nothing.
  let kind: String?

  init(magic: UInt32, kind: String? = nil) {
    self.magic = magic
    self.kind = kind
  }

  init(of path: String) throws(JournalError) {
    let magic = divisi_file_system(path)
    guard magic != -1 else {
      throw .folder(FileError("look at the file system of", path, code: errno))
    }
    self.magic = UInt32(truncatingIfNeeded: magic)
    kind = self.magic == Self.fuse ? Self.kind(of: path) : nil
  }

  /// The name of the network file system, where it is one.
  ///
  /// There the processes of two machines share no memory, which a write-ahead log needs, and locks
  /// are kept loosely or not at all.
  var network: String? {
    switch magic {
    case 0x6969: "NFS"
    case 0x517B, 0xFF53_4D42, 0xFE53_4D42: "SMB"
    case 0x5346_414F, 0x6B41_4653: "AFS"
    case 0x7375_7245: "Coda"
    case 0x0102_1997: "9P"
    case 0x00C3_6400: "Ceph"
    case 0x0BD0_0BD0: "Lustre"
    case 0x4750_4653: "GPFS"
    case 0x7461_636F: "OCFS2"
    case 0x0116_1970: "GFS2"
    case 0x786F_4256: "a folder shared with a virtual machine"
    case Self.fuse: kind.flatMap { Self.remoteKinds.contains($0) ? $0 : nil }
    default: nil
    }
  }

  /// Of file systems that are programs, those that are known to speak to other machines.
  private static let remoteKinds: Set<String> = [
    "fuse.sshfs", "fuse.glusterfs", "fuse.ceph-fuse", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse",
    "fuse.goofys", "fuse.davfs", "fuse.juicefs", "fuse.moosefs", "fuse.curlftpfs", "fuse.smbnetfs",
    "fuse.vmhgfs-fuse",
  ]

  private static func kind(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, let bytes = try? readFile("/proc/self/mountinfo") else {
      return nil
    }
    // As Linux packs the two numbers of a device into one.
    let device = UInt64(status.st_dev)
    let major = (device >> 8) & 0xFFF | (device >> 32) & 0xFFFF_F000
    let minor = device & 0xFF | (device >> 12) & 0xFFFF_FF00
    return kind(of: "\(major):\(minor)", inMounts: String(decoding: bytes, as: UTF8.self))
  }

  /// Each line: two numbers, the device, paths and options, a dash, the kind, the rest.
  static func kind(of device: String, inMounts mounts: String) -> String? {
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 2, words[2] == device, let dash = words.firstIndex(of: "-"),
        dash + 1 < words.count
      else { continue }
      return String(words[dash + 1])
    }
    return nil
  }
}
