// Who is at the other end of the connection, as the kernel says; never from a field.

/// The process at the other end of a Unix socket (`SO_PEERCRED`), at the time of its connect.
package struct UnixCredentials: Sendable, Hashable {
  /// The process id.
  package let process: Int32
  /// The effective user id.
  package let user: UInt32
  /// The effective group id.
  package let group: UInt32

  /// Creates credentials.
  package init(process: Int32, user: UInt32, group: UInt32) {
    self.process = process
    self.user = user
    self.group = group
  }
}

/// The other end of a connection.
package enum Peer: Sendable, Hashable {
  /// A TCP connection.
  case tcp(IPAddress, port: UInt16)
  /// A Unix socket connection.
  case unix(UnixCredentials)

  /// The address of a TCP peer.
  package var address: IPAddress? {
    switch self {
    case .tcp(let address, _): address
    case .unix: nil
    }
  }
}
