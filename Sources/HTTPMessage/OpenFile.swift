// A file descriptor with an owner: closed when the last reference goes.

import Glibc

/// An open file for reading.
package final class OpenFile: Sendable {
  /// The descriptor; it belongs to this object.
  package let descriptor: Int32

  /// Takes over an open descriptor.
  package init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    // The file was only read: there is nothing that a failing close could lose.
    _ = close(descriptor)
  }
}
