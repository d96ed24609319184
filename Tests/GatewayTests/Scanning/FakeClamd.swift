// A stand-in for clamd on a socket, which says what a script wants.

import Base
import Foundation
import Gateway
import TestSupport

/// Answers VERSION like clamd unless told otherwise, and INSTREAM as the script says.
final class FakeClamd: Sendable {
  /// What it does about a file.
  enum Behaviour: Sendable {
    /// Takes the whole file, sends these bytes and closes.
    case answer(String)
    /// Takes the whole file, sends these bytes one by one and closes.
    case drips(String)
    /// Answers after the first bytes of the file, and takes no more.
    case early(String)
    /// Takes the whole file and is silent until the client goes.
    case hangs
    /// Closes as soon as the command is there.
    case closes
  }

  /// What it says about itself; nothing is silence.
  static let version = "ClamAV 1.4.3/27432/Tue Oct 22 08:29:00 2024\0"

  private let server: ScriptedServer
  private let received: Lock<[[UInt8]]>
  private let behaviour: Lock<Behaviour>

  init(
    unixPath: String? = nil, version: String? = FakeClamd.version, _ behaviour: Behaviour
  ) throws {
    let received = Lock<[[UInt8]]>([])
    let current = Lock(behaviour)
    self.received = received
    self.behaviour = current
    server = try ScriptedServer(unixPath: unixPath) { connection in
      var command = [UInt8]()
      while command.last != 0 {
        guard let byte = connection.read(1).first else { return }
        command.append(byte)
      }
      switch String(decoding: command, as: UTF8.self) {
      case "zVERSION\0":
        guard let version else {
          connection.waitForClose()
          return
        }
        connection.send(version)
      case "zINSTREAM\0":
        FakeClamd.stream(connection, current.withLock { $0 }, received)
      default: connection.send("UNKNOWN COMMAND\0")
      }
    }
  }

  /// The files that came whole.
  var files: [[UInt8]] { received.withLock { $0 } }

  /// Where it listens on TCP.
  var address: String { "127.0.0.1:\(server.port)" }

  /// Behaves otherwise from now on.
  func behave(_ behaviour: Behaviour) { self.behaviour.withLock { $0 = behaviour } }

  private static func stream(
    _ connection: ScriptedServer.Connection, _ behaviour: Behaviour, _ received: Lock<[[UInt8]]>
  ) {
    if case .closes = behaviour { return }
    if case .early(let text) = behaviour {
      connection.read(4)
      connection.send(text)
      return
    }
    var file = [UInt8]()
    while true {
      let count = connection.read(4).reduce(0) { $0 << 8 | Int($1) }
      if count == 0 { break }
      file += connection.read(count)
    }
    received.withLock { $0.append(file) }
    switch behaviour {
    case .answer(let text): connection.send(text)
    case .drips(let text): for byte in text.utf8 { connection.send([byte]) }
    case .hangs: connection.waitForClose()
    case .early, .closes: break
    }
  }
}
