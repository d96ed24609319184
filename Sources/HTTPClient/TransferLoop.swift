// The thread that owns libcurl's multi handle. Tasks post commands into a locked inbox and wake the
// thread; it moves bytes, calls back into `Transfer` and finishes exchanges. Nothing else touches a
// handle, except `curl_multi_wakeup`, which libcurl allows from any thread.

import Base
import CCurl
import Glibc

/// A thread with a multi handle.
@safe final class TransferLoop: Sendable {
  enum Command: Sendable {
    case start(Exchange)
    /// The window has room, or the streamed request body has bytes, again.
    case resume(Exchange)
    case cancel(Exchange)
  }

  private struct Inbox: Sendable {
    var commands: [Command] = []
    var isStopping = false
  }

  private let configuration: HTTPClientConfiguration
  private let inbox = Lock(Inbox())
  // Owned: made in `init`, cleaned up in `deinit`, when the thread is gone. The pointer itself never
  // changes; all use but `curl_multi_wakeup` happens on the loop thread.
  nonisolated(unsafe) private let multi: UnsafeMutableRawPointer

  /// Starts the thread; throws `client-unavailable`.
  init(_ configuration: HTTPClientConfiguration) throws(HTTPClientError) {
    guard TransferLoop.libraryIsReady, let multi = unsafe curl_multi_init() else {
      throw HTTPClientError(.unavailable, "the HTTP client cannot be started")
    }
    self.configuration = configuration
    unsafe self.multi = multi
    let bounds: [(CURLMoption, Int)] = [
      (CURLMOPT_MAX_HOST_CONNECTIONS, configuration.connectionsPerHostMax),
      (CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.connectionsMax),
      (CURLMOPT_MAXCONNECTS, configuration.connectionsMax),
      (CURLMOPT_PIPELINING, 0),
    ]
    for (option, value) in bounds {
      guard unsafe postern_curl_multi_set_long(multi, option, value) == CURLM_OK else {
        throw HTTPClientError(.unavailable, "the HTTP client cannot be started")
      }
    }
    try startThread()
  }

  deinit {
    unsafe curl_multi_cleanup(multi)
  }

  /// Hands a command to the thread; a start after the stop ends as `client-closed`.
  func post(_ command: Command) {
    let isStopping = inbox.withLock { inbox in
      if !inbox.isStopping { inbox.commands.append(command) }
      return inbox.isStopping
    }
    guard !isStopping else {
      if case .start(let exchange) = command { exchange.finish(.failure(TransferLoop.closed)) }
      return
    }
    unsafe curl_multi_wakeup(multi)
  }

  /// Ends the thread soon; exchanges under way end as `client-closed`.
  func stop() {
    inbox.withLock { $0.isStopping = true }
    unsafe curl_multi_wakeup(multi)
  }

  private static let closed = HTTPClientError(.closed, "the HTTP client was closed")

  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  // MARK: The thread

  private func startThread() throws(HTTPClientError) {
    var thread = pthread_t()
    // The thread owns one reference to the loop and gives it back when it ends.
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        let loop = unsafe Unmanaged<TransferLoop>.fromOpaque(context).takeRetainedValue()
        loop.run()
        return nil
      }, context)
    guard code == 0 else {
      unsafe Unmanaged<TransferLoop>.fromOpaque(context).release()
      throw HTTPClientError(
        .unavailable, "the thread of the HTTP client cannot be started", cause: "errno \(code)")
    }
    pthread_detach(thread)
  }

  private func run() {
    var running: [ObjectIdentifier: Transfer] = [:]
    while true {
      let (commands, isStopping) = inbox.withLock { inbox in
        let commands = inbox.commands
        inbox.commands = []
        return (commands, inbox.isStopping)
      }
      for command in commands { execute(command, &running) }
      if isStopping { break }
      var count = Int32(0)
      let code = unsafe curl_multi_perform(multi, &count)
      if code != CURLM_OK { failAll(&running, code) }
      collectFinished(&running)
      // Wakes for sockets, libcurl's own timers and `post`; the bound is only a safety net.
      _ = unsafe curl_multi_poll(multi, nil, 0, 60_000, nil)
    }
    for transfer in running.values {
      unsafe curl_multi_remove_handle(multi, transfer.easy)
      transfer.exchange.finish(.failure(TransferLoop.closed))
    }
  }

  private func execute(_ command: Command, _ running: inout [ObjectIdentifier: Transfer]) {
    switch command {
    case .start(let exchange): start(exchange, &running)
    case .resume(let exchange):
      guard let transfer = running[ObjectIdentifier(exchange)] else { return }
      let code = unsafe curl_easy_pause(transfer.easy, 0)
      // A callback that refuses here is noted in the transfer; libcurl ends it in `perform`.
      if code != CURLE_OK { end(transfer, transfer.outcome(code), &running) }
    case .cancel(let exchange):
      let error = HTTPClientError(.cancelled, "the request was cancelled")
      guard let transfer = running[ObjectIdentifier(exchange)] else { return }
      end(transfer, .failure(error), &running)
    }
  }

  private func start(_ exchange: Exchange, _ running: inout [ObjectIdentifier: Transfer]) {
    do throws(HTTPClientError) {
      let transfer = try Transfer(exchange, configuration)
      try transfer.setUp()
      let code = unsafe curl_multi_add_handle(multi, transfer.easy)
      guard code == CURLM_OK else {
        throw HTTPClientError(
          .unavailable, "the transfer could not be started", cause: "libcurl multi \(code.rawValue)"
        )
      }
      running[ObjectIdentifier(exchange)] = transfer
    } catch {
      exchange.finish(.failure(error))
    }
  }

  private func collectFinished(_ running: inout [ObjectIdentifier: Transfer]) {
    var left = Int32(0)
    while let message = unsafe curl_multi_info_read(multi, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
      let easy = unsafe message.pointee.easy_handle
      // The message is gone once its handle is removed, so its result is read first.
      let code = unsafe message.pointee.data.result
      var context: UnsafeMutableRawPointer?
      guard unsafe postern_curl_get_private(easy, &context) == CURLE_OK,
        let context = unsafe context
      else { continue }
      let transfer = unsafe Transfer.from(context)
      end(transfer, transfer.outcome(code), &running)
    }
  }

  private func end(
    _ transfer: Transfer, _ outcome: Result<Void, HTTPClientError>,
    _ running: inout [ObjectIdentifier: Transfer]
  ) {
    running[ObjectIdentifier(transfer.exchange)] = nil
    unsafe curl_multi_remove_handle(multi, transfer.easy)
    transfer.exchange.finish(outcome)
  }

  private func failAll(_ running: inout [ObjectIdentifier: Transfer], _ code: CURLMcode) {
    let error = HTTPClientError(
      .unavailable, "the HTTP client failed", cause: "libcurl multi \(code.rawValue)")
    for transfer in running.values { end(transfer, .failure(error), &running) }
  }
}
