// Listening sockets: opening, accepting, closing. All are non-blocking and closed on exec.

import CSystem
import Glibc
import HTTPMessage

/// A listening socket on one address.
struct Listener {
  /// What an accept call gave.
  enum Accepted {
    case connection(Transport, Peer)
    /// Nobody is waiting.
    case none
    /// The process or system is out of descriptors or memory: try again later.
    case exhausted
  }

  let descriptor: Int32
  /// Whether connections begin with a PROXY header.
  let isProxied: Bool
  /// The address with the port that the kernel chose.
  let address: ListenAddress

  init(_ wanted: ListenAddress, isProxied: Bool = false) throws(HTTPServerError) {
    self.isProxied = isProxied
    switch wanted {
    case .tcp(let address, let port):
      descriptor = try Listener.open(
        address.v4 == nil ? AF_INET6 : AF_INET, tcp: address.v4 == nil)
      do throws(HTTPServerError) {
        let chosen = try Listener.bind(descriptor, address, port)
        self.address = .tcp(address, port: chosen)
      } catch {
        _ = Glibc.close(descriptor)
        throw error
      }
    case .unix(let path, let mode):
      descriptor = try Listener.open(AF_UNIX, tcp: nil)
      address = wanted
      do throws(HTTPServerError) {
        try Listener.bind(descriptor, path: path, mode: mode)
      } catch {
        _ = Glibc.close(descriptor)
        throw error
      }
    }
  }

  func accept() -> Accepted {
    var storage = sockaddr_storage()
    let connected = unsafe postern_accept(descriptor, &storage)
    guard connected >= 0 else {
      switch errno {
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      // A connection that was reset while it waited is passed over by the next event.
      default: return .none
      }
    }
    let transport = Transport(descriptor: connected)
    if case .unix = address {
      guard let credentials = Listener.credentials(connected) else {
        _ = Glibc.close(connected)
        return .none
      }
      return .connection(transport, .unix(credentials))
    }
    let (peer, port) = Listener.peer(storage)
    return .connection(transport, .tcp(peer, port: port))
  }

  func close() {
    _ = Glibc.close(descriptor)
    // The name goes too, so that the next start does not find a dead socket.
    if case .unix(let path, _) = address { _ = unsafe unlink(path) }
  }

  private static func open(_ family: Int32, tcp isV6: Bool?) throws(HTTPServerError) -> Int32 {
    let kind =
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(family, kind, 0)
    guard descriptor >= 0 else { throw failure("socket") }
    guard let isV6 else { return descriptor }
    // TCP_NODELAY is inherited by accepted sockets.
    var options = [(SOL_SOCKET, SO_REUSEADDR), (Int32(IPPROTO_TCP), TCP_NODELAY)]
    if isV6 { options.append((Int32(IPPROTO_IPV6), IPV6_V6ONLY)) }
    for (level, option) in options {
      var one: Int32 = 1
      let size = socklen_t(MemoryLayout<Int32>.size)
      guard unsafe setsockopt(descriptor, level, option, &one, size) == 0 else {
        let error = failure("setsockopt")
        _ = Glibc.close(descriptor)
        throw error
      }
    }
    return descriptor
  }

  private static func bind(
    _ descriptor: Int32, _ address: IPAddress, _ port: UInt16
  ) throws(HTTPServerError) -> UInt16 {
    var result: Int32
    if let v4 = address.v4 {
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = v4.bigEndian
      result = bind(descriptor, &name, MemoryLayout<sockaddr_in>.size)
    } else {
      var name = sockaddr_in6()
      name.sin6_family = sa_family_t(AF_INET6)
      name.sin6_port = port.bigEndian
      var words = (address.high.bigEndian, address.low.bigEndian)
      unsafe memcpy(&name.sin6_addr, &words, 16)
      result = bind(descriptor, &name, MemoryLayout<sockaddr_in6>.size)
    }
    guard result == 0, listen(descriptor, 4096) == 0 else {
      throw failure("cannot listen on \(address) port \(port)")
    }
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      }
    }
    guard result == 0 else { throw failure("getsockname") }
    return peer(storage).1
  }

  private static func bind(
    _ descriptor: Int32, path: String, mode: UInt32
  ) throws(HTTPServerError) {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: name.sun_path),
      !bytes.contains(0)
    else {
      throw HTTPServerError(.settingInvalid, "a socket path has 1 to 107 bytes")
    }
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { unsafe $0.copyBytes(from: bytes) }
    try removeStale(path, &name)
    // The mode of the descriptor is that of the new name, so that it is never open to others.
    guard fchmod(descriptor, mode_t(mode)) == 0,
      bind(descriptor, &name, MemoryLayout<sockaddr_un>.size) == 0,
      unsafe chmod(path, mode_t(mode)) == 0, listen(descriptor, 1024) == 0
    else { throw failure("cannot listen on \(path)") }
  }

  // A socket that nobody accepts on is left from a dead process; anything else is not ours.
  private static func removeStale(
    _ path: String, _ name: inout sockaddr_un
  ) throws(HTTPServerError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard probe >= 0 else { throw failure("socket") }
    defer { _ = Glibc.close(probe) }
    let isLive = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard status.st_mode & S_IFMT == S_IFSOCK, !isLive, errno == ECONNREFUSED else {
      throw HTTPServerError(.listenFailed, "\(path) is in use")
    }
    guard unsafe unlink(path) == 0 else { throw failure("cannot remove \(path)") }
  }

  private static func bind<Name>(
    _ descriptor: Int32, _ name: inout Name, _ size: Int
  ) -> Int32 {
    unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.bind(descriptor, $0, socklen_t(size))
      }
    }
  }

  private static func peer(_ storage: sockaddr_storage) -> (IPAddress, UInt16) {
    var copy = storage
    return unsafe withUnsafeBytes(of: &copy) { bytes in
      if Int32(storage.ss_family) == AF_INET6 {
        let name = unsafe bytes.loadUnaligned(as: sockaddr_in6.self)
        var address = name.sin6_addr
        let high = unsafe withUnsafeBytes(of: &address) { unsafe $0.loadUnaligned(as: UInt64.self) }
        let low = unsafe withUnsafeBytes(of: &address) {
          unsafe $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        }
        return (
          IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low)),
          UInt16(bigEndian: name.sin6_port)
        )
      }
      let name = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
      return (
        IPAddress(v4: UInt32(bigEndian: name.sin_addr.s_addr)), UInt16(bigEndian: name.sin_port)
      )
    }
  }

  private static func credentials(_ descriptor: Int32) -> UnixCredentials? {
    var (process, user, group): (Int32, UInt32, UInt32) = (0, 0, 0)
    guard unsafe postern_peer_credentials(descriptor, &process, &user, &group) == 0 else {
      return nil
    }
    return UnixCredentials(process: process, user: user, group: group)
  }

  private static func failure(_ what: String) -> HTTPServerError {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "unknown"
    return HTTPServerError(.listenFailed, "\(what): \(reason)")
  }
}
