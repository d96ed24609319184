// A server on loopback that does exactly what a script says, byte for byte: for tests of clients
// against answers that no decent server would give.

import Base
import Foundation
import Glibc

/// Runs a script for each connection, on a thread of its own.
package final class ScriptedServer: Sendable {
  /// Talks with one client, blocking; reads give up after a minute.
  package struct Connection: Sendable {
    /// The socket.
    package let descriptor: Int32

    /// Which connection this is, from 0.
    package let number: Int

    fileprivate let log: Lock<[String]>

    /// Reads one head up to its blank line and notes it; nothing if the client went away.
    @discardableResult
    package func readHead() -> String? {
      var head = [UInt8]()
      var byte = UInt8(0)
      while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
        guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
        head.append(byte)
      }
      let text = String(decoding: head, as: UTF8.self)
      log.withLock { $0.append(text) }
      return text
    }

    /// Reads up to `count` bytes; fewer if the client went away.
    @discardableResult
    package func read(_ count: Int) -> [UInt8] {
      var result = [UInt8](repeating: 0, count: count)
      var done = 0
      while done < count {
        let part = result.withUnsafeMutableBytes { buffer in
          recv(descriptor, buffer.baseAddress?.advanced(by: done), count - done, 0)
        }
        guard part > 0 else { break }
        done += part
      }
      return Array(result[..<done])
    }

    /// Sends text; returns false if the client went away.
    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends bytes; returns false if the client went away.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
      var done = 0
      while done < bytes.count {
        let part = bytes.withUnsafeBytes { buffer in
          Glibc.send(
            descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done,
            Int32(MSG_NOSIGNAL))
        }
        guard part > 0 else { return false }
        done += part
      }
      return true
    }

    /// Sends a whole answer with its length.
    @discardableResult
    package func answer(_ status: String, _ body: String = "", fields: String = "") -> Bool {
      send("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Says that nothing more will come, and reads until the client is done too.
    package func drain() -> Int {
      shutdown(descriptor, Int32(SHUT_WR))
      var total = 0
      while true {
        let count = read(4096).count
        total += count
        if count < 4096 { return total }
      }
    }

    /// Waits until the client closes; returns whether it did.
    @discardableResult
    package func waitForClose() -> Bool {
      var byte = UInt8(0)
      while true {
        let count = recv(descriptor, &byte, 1, 0)
        if count <= 0 { return count == 0 || errno == ECONNRESET }
      }
    }
  }

  /// The port on 127.0.0.1; 0 for a Unix socket.
  package let port: UInt16

  private let listener: Int32
  private let log = Lock<[String]>([])
  private let connections = Lock(0)

  /// Starts a server on 127.0.0.1, or on a Unix socket.
  package init(
    unixPath: String? = nil, _ script: @escaping @Sendable (Connection) -> Void
  ) throws {
    listener = socket(unixPath == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    port = try ScriptedServer.bind(listener, unixPath)
    guard listen(listener, 64) == 0 else { throw POSIXError(.EIO) }
    let (listener, log, connections) = (listener, log, connections)
    Thread.detachNewThread {
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else {
          // Closed here, where nobody else can still mean this number.
          close(listener)
          return
        }
        let number = connections.withLock { count in
          count += 1
          return count - 1
        }
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
          descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        Thread.detachNewThread {
          script(Connection(descriptor: descriptor, number: number, log: log))
          close(descriptor)
        }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The URL of a path on this server.
  package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// The heads that were read so far.
  package var heads: [String] { log.withLock { $0 } }

  /// How many connections were accepted so far.
  package var connectionCount: Int { connections.withLock { $0 } }

  private static func bind(_ listener: Int32, _ unixPath: String?) throws -> UInt16 {
    if let unixPath {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { room in
        room.copyBytes(from: unixPath.utf8.prefix(room.count - 1))
      }
      try check(withBytes(of: &address) { Glibc.bind(listener, $0, $1) })
      return 0
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    try check(withBytes(of: &address) { Glibc.bind(listener, $0, $1) })
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try check(withBytes(of: &address) { pointer, _ in getsockname(listener, pointer, &size) })
    return UInt16(bigEndian: address.sin_port)
  }

  private static func withBytes<Address>(
    of address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  private static func check(_ result: Int32) throws {
    guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }
}
