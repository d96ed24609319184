// The server: opens listeners, starts one thread for each loop, and ends them again.

import Base
import Glibc
import HTTPMessage
import Synchronization

/// A running HTTP/1.1 server.
///
/// It runs until `shutdown`, whether it is referenced or not.
package final class HTTPServer: Sendable {
  /// The addresses listened on, with the ports that the kernel chose for port 0; those with a PROXY
  /// header last.
  package let addresses: [ListenAddress]
  private let core: ServerCore
  private let loopMetrics: [LoopMetrics]

  /// Opens the listeners and starts the loops.
  ///
  /// Throws `setting-invalid`, `listen-failed` and `system-failed`. The process ignores SIGPIPE from
  /// then on.
  package init(
    _ configuration: HTTPServerConfiguration, handler: any HTTPHandler
  ) throws(HTTPServerError) {
    try HTTPServer.check(configuration)
    let core = ServerCore(configuration, handler)
    var listeners: [Listener] = []
    do throws(HTTPServerError) {
      for address in configuration.listeners { listeners.append(try Listener(address)) }
      for address in configuration.proxyListeners {
        listeners.append(try Listener(address, isProxied: true))
      }
      var loops: [EventLoop] = []
      for index in 0..<configuration.loopCount {
        loops.append(try EventLoop(index: index, core: core))
      }
      core.adopt(loops)
      loops[0].listen(listeners)
    } catch {
      for listener in listeners { listener.close() }
      throw error
    }
    // sendfile has no flag against the signal.
    _ = signal(SIGPIPE, SIG_IGN)
    self.core = core
    addresses = listeners.map(\.address)
    let loops = core.loops
    loopMetrics = loops.map(\.metrics)
    do throws(HTTPServerError) {
      for loop in loops { try HTTPServer.startThread(loop) }
    } catch {
      for loop in loops { loop.perform { loop.beginDrain() } }
      throw error
    }
  }

  /// The port of the first TCP listener.
  package var port: UInt16? {
    for case .tcp(_, let port) in addresses { return port }
    return nil
  }

  /// The counters of all loops together.
  package var metrics: HTTPServerMetrics { HTTPServerMetrics(loopMetrics) }

  /// Stops accepting, lets answers in flight end until the drain limit, then closes everything.
  ///
  /// Answers during that time carry `Connection: close`. May be called more than once.
  package func shutdown() async {
    for loop in core.loops { loop.perform { loop.beginDrain() } }
    await core.waitForEnd()
  }

  private static func check(
    _ configuration: HTTPServerConfiguration
  ) throws(HTTPServerError) {
    let limits = configuration.limits
    let timeouts = configuration.timeouts
    let times = [
      timeouts.headSeconds, timeouts.bodySeconds, timeouts.idleSeconds, timeouts.writeSeconds,
      timeouts.lingerSeconds, timeouts.proxySeconds, timeouts.handshakeSeconds,
    ]
    let addresses = configuration.listeners + configuration.proxyListeners
    let rules: [(Bool, String)] = [
      (!addresses.isEmpty, "a server needs a listener"),
      ((1...64).contains(configuration.loopCount), "the number of loops is 1...64"),
      ((1024...65_536).contains(limits.headBytesMax), "the head limit is 1 KiB...64 KiB"),
      ((64...limits.headBytesMax).contains(limits.targetBytesMax), "the target fits in the head"),
      ((8...1000).contains(limits.fieldCountMax), "the field limit is 8...1000"),
      (limits.connectionsMax > 0 && limits.connectionsPerAddressMax > 0, "limits are positive"),
      (limits.requestsPerConnectionMax > 0, "limits are positive"),
      (times.allSatisfy { $0 > 0 && $0 <= 86_400 }, "times are over 0 s and up to a day"),
      ((0...86_400).contains(configuration.drainSeconds), "the drain limit is 0...86,400 s"),
      ((0...1e9).contains(timeouts.bytesPerSecondMin), "the minimum rate is 0...1e9"),
    ]
    for (holds, rule) in rules where !holds { throw HTTPServerError(.settingInvalid, rule) }
  }

  private static func startThread(_ loop: EventLoop) throws(HTTPServerError) {
    var thread = pthread_t()
    let reference = unsafe Unmanaged.passRetained(loop)
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        // The reference was retained for this thread alone, which gives it up at its end.
        if let argument = unsafe argument {
          unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
      }, reference.toOpaque())
    guard code == 0 else {
      unsafe reference.release()
      throw HTTPServerError(.systemFailed, "no thread for an event loop")
    }
    pthread_detach(thread)
  }
}
