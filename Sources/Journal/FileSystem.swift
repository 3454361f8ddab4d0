internal import CSupport
internal import Files
internal import Glibc

/// What kind of disk a folder lies on.
struct FileSystem: Hashable, Sendable {
  let magic: UInt32

  init(magic: UInt32) { self.magic = magic }

  init(of path: String) throws(JournalError) {
    let magic = divisi_file_system(path)
    guard magic != -1 else {
      throw .folder(FileError("look at the file system of", path, code: errno))
    }
    self.magic = UInt32(truncatingIfNeeded: magic)
  }

  /// The name of the network file system, where it is one.
  ///
  /// There the processes of two machines share no memory, which a write-ahead log needs, and locks
  /// are kept loosely or not at all. FUSE counts as local: most of it is, and which is not cannot be
  /// seen.
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
    default: nil
    }
  }
}
