// The walls around a parser of hostile bytes, raised before the first of them is read: limits on
// memory, time and output, no way back to privileges, no files by name, and a list of system calls
// that lets it use the descriptors it was handed and nothing else. Anything else kills the process.

import CSeccomp
import Glibc

/// Raises the walls; there is no way to lower them.
enum Sandbox {
  /// Address space above what the program occupies already: 512 MiB.
  static let memoryBytesMax: UInt = 512 << 20
  /// Processor time: 60 seconds.
  static let processorSecondsMax: UInt = 60
  /// Bytes of a file that is written: 2 GiB and 8 MiB, the largest input and a profile.
  static let fileBytesMax: UInt = (2 << 30) + (8 << 20)
  /// Descriptors: the socket, the null device, two files.
  static let descriptorsMax: UInt = 16

  /// The wall that could not be raised.
  struct Failure: Error {
    let wall: String
  }

  /// The first walls, which copies of the process inherit: no debugger, no way to more privileges.
  static func giveUpPrivileges() throws(Failure) {
    guard postern_set_not_dumpable() == 0 else { throw Failure(wall: "dumpable") }
    guard postern_set_no_new_privileges() == 0 else { throw Failure(wall: "privileges") }
  }

  /// Closes the sandbox; throws if a wall that must hold does not.
  static func close() throws(Failure) {
    try giveUpPrivileges()
    try limit(RLIMIT_AS, to: occupiedBytes() + memoryBytesMax)
    try limit(RLIMIT_CPU, to: processorSecondsMax)
    try limit(RLIMIT_FSIZE, to: fileBytesMax)
    try limit(RLIMIT_NOFILE, to: descriptorsMax)
    try limit(RLIMIT_CORE, to: 0)
    // Best effort: kernels without Landlock still have the system call list below.
    _ = postern_landlock_deny_files()
    try filterSystemCalls()
  }

  private static func limit(_ resource: __rlimit_resource, to value: UInt) throws(Failure) {
    let number = __rlimit_resource_t(resource.rawValue)
    var limits = rlimit()
    guard unsafe getrlimit(number, &limits) == 0 else { throw Failure(wall: "limits") }
    limits.rlim_max = min(value, limits.rlim_max)
    limits.rlim_cur = limits.rlim_max
    guard unsafe setrlimit(number, &limits) == 0 else { throw Failure(wall: "limits") }
  }

  /// The first field of /proc/self/statm: pages of address space.
  private static func occupiedBytes() throws(Failure) -> UInt {
    let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(wall: "memory") }
    defer { _ = Glibc.close(descriptor) }
    var text = [UInt8](repeating: 0, count: 128)
    // The kernel writes at most the size of the array.
    let count = unsafe read(descriptor, &text, text.count)
    guard count > 0,
      let pages = UInt(
        String(decoding: text[..<count].prefix { $0 != 0x20 }, as: UTF8.self))
    else { throw Failure(wall: "memory") }
    return pages * UInt(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Memory and time, reading, measuring and writing open descriptors, receiving the job, ending.
  private static let allowed = [
    "read", "pread64", "lseek", "write", "pwrite64", "recvmsg", "close", "brk", "munmap", "mremap",
    "madvise", "futex", "clock_gettime", "getrandom", "rt_sigprocmask", "rt_sigreturn",
    "sched_yield", "exit", "exit_group",
  ]

  private static func filterSystemCalls() throws(Failure) {
    guard let context = unsafe postern_seccomp_create() else { throw Failure(wall: "calls") }
    defer { unsafe seccomp_release(context) }
    for name in allowed {
      let call = unsafe seccomp_syscall_resolve_name(name)
      guard unsafe postern_seccomp_allow(context, call) == 0 else { throw Failure(wall: "calls") }
    }
    // Memory may be mapped and its protection changed, but never to hold code.
    for name in ["mmap", "mprotect"] {
      let call = unsafe seccomp_syscall_resolve_name(name)
      guard unsafe postern_seccomp_allow_without(context, call, 2, UInt64(PROT_EXEC)) == 0 else {
        throw Failure(wall: "calls")
      }
    }
    guard unsafe seccomp_load(context) == 0 else { throw Failure(wall: "calls") }
  }
}
