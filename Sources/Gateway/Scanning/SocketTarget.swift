// Where a written address leads: the path of a Unix socket, or the numbers behind a host's name.

import Glibc

/// One socket address.
struct SocketTarget: Sendable {
  /// The address family.
  let family: Int32
  private let storage: [UInt8]

  /// Connects a socket; the result of `connect`.
  func connect(_ socket: Int32) -> Int32 {
    unsafe storage.withUnsafeBytes { bytes in
      // The storage holds a whole address of its family, as it was given by the system.
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return unsafe Glibc.connect(
        socket, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  /// Binds a socket; the result of `bind`.
  func bind(_ socket: Int32) -> Int32 {
    unsafe storage.withUnsafeBytes { bytes in
      // The storage holds a whole address of its family, as it was given by the system.
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return unsafe Glibc.bind(
        socket, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  /// The addresses to try, in order; none for a name that is not known.
  ///
  /// Blocks as long as the system looks for a name.
  static func find(_ address: AddressSetting) -> [SocketTarget] {
    switch address {
    case .unix(let path): [unix(path)].compactMap(\.self)
    case .tcp(let host, let port): named(host, port)
    }
  }

  private static func unix(_ path: String) -> SocketTarget? {
    var name = sockaddr_un()
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return nil }
    name.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let storage = unsafe withUnsafeBytes(of: &name) { unsafe Array($0) }
    return SocketTarget(family: AF_UNIX, storage: storage)
  }

  private static func named(_ host: String, _ port: UInt16) -> [SocketTarget] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_NUMERICSERV
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, String(port), &hints, &found) == 0 else { return [] }
    defer { unsafe freeaddrinfo(found) }
    var targets = [SocketTarget]()
    var next = unsafe found
    // The list and the addresses in it live until it is freed.
    while let entry = unsafe next {
      if let name = unsafe entry.pointee.ai_addr {
        let storage = unsafe Array(
          UnsafeRawBufferPointer(start: name, count: Int(entry.pointee.ai_addrlen)))
        targets.append(SocketTarget(family: unsafe entry.pointee.ai_family, storage: storage))
      }
      unsafe next = entry.pointee.ai_next
    }
    return targets
  }
}
