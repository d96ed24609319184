// A port of 127.0.0.1 that nobody listens on at this moment.

import Glibc

enum FreePort {
  /// Lets the system choose a port and gives it back.
  static func find() throws(CommandError) -> UInt16 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard number >= 0 else { throw LocalFile.failure("open", "a socket") }
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Both calls take the address as a `sockaddr` of `size` bytes, which a `sockaddr_in` is.
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        unsafe bind(number, general, size) == 0 && getsockname(number, general, &size) == 0
      }
    }
    guard isBound else { throw LocalFile.failure("bind", "a port") }
    return UInt16(bigEndian: address.sin_port)
  }
}
