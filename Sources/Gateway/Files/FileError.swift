// A system call on a file that failed, with the call and the system's reason but no content.

import Glibc

/// Why a file of the gateway could not be used.
package struct FileError: Error, Sendable, CustomStringConvertible {
  /// What the gateway wanted, such as `create the spool`.
  package let purpose: String

  /// The system's error number.
  package let number: Int32

  /// Takes `errno` of the call that just failed.
  package init(_ purpose: String, number: Int32 = errno) {
    self.purpose = purpose
    self.number = number
  }

  /// Whether the disk or the quota is full.
  package var isFull: Bool { number == ENOSPC || number == EDQUOT }

  package var description: String {
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return "cannot \(purpose): \(reason)"
  }
}
