// One exchange as both sides share it: the task that waits, and the loop thread that moves bytes.
// Everything that both touch is in one lock; the libcurl handle is the loop's alone (`Transfer`).

import Base
import HTTPMessage

/// The meeting point of a waiting task and the loop thread.
final class Exchange: Sendable {
  /// Where the bytes of the answer go.
  enum Sink: Sendable {
    /// Kept until the end; more than this many bytes are an error.
    case buffer(bytesMax: Int)
    /// Handed out in pieces; the connection pauses when this many wait.
    case stream(windowBytes: Int)
    /// Written with `pwrite` if the status is 2xx, else kept as a buffer.
    case file(descriptor: Int32, offset: Int64, bytesMax: Int64, errorBytesMax: Int)
  }

  /// What a waiting task asks for.
  enum Wish: Sendable { case head, chunk, end }

  /// What a waiting task gets.
  enum Step: Sendable {
    case head(ClientResponseHead)
    case chunk([UInt8], wasPaused: Bool)
    case ended(Result<Void, HTTPClientError>)
  }

  /// What the loop finds when it wants more of a streamed request body.
  enum UploadStep: Sendable {
    case bytes([UInt8])
    case pause, end
    case failed(HTTPClientError)
  }

  private struct State: Sendable {
    var head: ClientResponseHead?
    var buffer: [UInt8] = []
    var isPaused = false
    var outcome: Result<Void, HTTPClientError>?
    var waiter: (Wish, CheckedContinuation<Step, Never>)?
    var upload: [UInt8] = []
    var hasUploadEnded = false
    var uploadFailure: HTTPClientError?
    var isUploadPaused = false
    var uploadWaiter: CheckedContinuation<Bool, Never>?
  }

  let request: ClientRequest
  let sink: Sink
  private let state: Lock<State>

  init(_ request: ClientRequest, sink: Sink) {
    self.request = request
    self.sink = sink
    state = Lock(State())
  }

  // MARK: The task's side

  /// Waits for a step; the end is reported for every wish once nothing else is left.
  func nextStep(_ wish: Wish) async -> Step {
    await withCheckedContinuation { continuation in
      let ready: Step? = state.withLock { state in
        if let step = Exchange.take(wish, &state) { return step }
        precondition(state.waiter == nil, "an answer has one reader")
        state.waiter = (wish, continuation)
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  /// Everything that was buffered; for the end of a buffered exchange.
  func takeBuffer() -> [UInt8] {
    state.withLock { state in
      let bytes = state.buffer
      state.buffer = []
      return bytes
    }
  }

  var head: ClientResponseHead? { state.withLock { $0.head } }

  /// Offers the next bytes of a streamed request body; waits while older ones are still unsent.
  /// Returns whether the loop sleeps on them, and false for `isWanted` once nobody reads any more.
  func offerUpload(_ bytes: [UInt8]) async -> (isWanted: Bool, wakesLoop: Bool) {
    let isWanted = await withCheckedContinuation { continuation in
      let ready: Bool? = state.withLock { state in
        if state.outcome != nil { return false }
        if state.upload.isEmpty { return true }
        state.uploadWaiter = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
    guard isWanted else { return (false, false) }
    return state.withLock { state in
      guard state.outcome == nil else { return (false, false) }
      state.upload = bytes
      defer { state.isUploadPaused = false }
      return (true, state.isUploadPaused)
    }
  }

  /// Ends a streamed request body; returns whether the loop sleeps on it.
  func endUpload(failure: HTTPClientError?) -> Bool {
    state.withLock { state in
      state.hasUploadEnded = true
      state.uploadFailure = failure
      defer { state.isUploadPaused = false }
      return state.isUploadPaused
    }
  }

  // MARK: The loop's side

  func publish(_ head: ClientResponseHead) {
    resume { $0.head = head }
  }

  /// Keeps bytes of the answer; false when the window is full, and the loop must pause.
  func keep(_ bytes: UnsafeRawBufferPointer, windowBytes: Int) -> Bool {
    let copy = unsafe Array(bytes)
    var isKept = true
    resume { state in
      if state.buffer.count >= windowBytes {
        state.isPaused = true
        isKept = false
      } else if state.buffer.isEmpty {
        state.buffer = copy
      } else {
        state.buffer += copy
      }
    }
    return isKept
  }

  var bufferedCount: Int { state.withLock { $0.buffer.count } }

  func nextUpload(countMax: Int) -> UploadStep {
    let (step, waiter): (UploadStep, CheckedContinuation<Bool, Never>?) = state.withLock { state in
      if let failure = state.uploadFailure { return (.failed(failure), nil) }
      if !state.upload.isEmpty {
        let piece = Array(state.upload.prefix(countMax))
        state.upload.removeFirst(piece.count)
        guard state.upload.isEmpty else { return (.bytes(piece), nil) }
        defer { state.uploadWaiter = nil }
        return (.bytes(piece), state.uploadWaiter)
      }
      if state.hasUploadEnded { return (.end, nil) }
      state.isUploadPaused = true
      return (.pause, nil)
    }
    waiter?.resume(returning: true)
    return step
  }

  /// Ends the exchange; only the first outcome counts.
  func finish(_ outcome: Result<Void, HTTPClientError>) {
    let uploadWaiter: CheckedContinuation<Bool, Never>? = state.withLock { state in
      defer { state.uploadWaiter = nil }
      return state.uploadWaiter
    }
    resume { state in
      if state.outcome == nil { state.outcome = outcome }
    }
    uploadWaiter?.resume(returning: false)
  }

  /// Changes the state, then wakes the waiting task if its wish can be met. The task is resumed
  /// outside the lock.
  private func resume(after change: (inout State) -> Void) {
    let ready: (Step, CheckedContinuation<Step, Never>)? = state.withLock { state in
      change(&state)
      guard let (wish, continuation) = state.waiter, let step = Exchange.take(wish, &state) else {
        return nil
      }
      state.waiter = nil
      return (step, continuation)
    }
    if let (step, continuation) = ready { continuation.resume(returning: step) }
  }

  private static func take(_ wish: Wish, _ state: inout State) -> Step? {
    switch wish {
    case .head:
      if let head = state.head { return .head(head) }
    case .chunk:
      if !state.buffer.isEmpty {
        let bytes = state.buffer
        state.buffer = []
        defer { state.isPaused = false }
        return .chunk(bytes, wasPaused: state.isPaused)
      }
    case .end: break
    }
    return state.outcome.map { .ended($0) }
  }
}
