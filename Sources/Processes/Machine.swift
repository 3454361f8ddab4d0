internal import Glibc

/// How many processors this process may be run on; at least one.
package func coreCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
