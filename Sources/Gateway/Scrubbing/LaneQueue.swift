// Lanes that work on one file at a time, and the bounded line of files before them.

import Base

/// Lends lanes, the one given back last first; those who wait are served in their order.
final class LaneQueue<Lane: Sendable>: Sendable {
  private struct State {
    var free: [Lane]
    var waiting: [CheckedContinuation<Lane?, Never>] = []
    var isClosed = false
    var drained: CheckedContinuation<Void, Never>?
  }

  /// All lanes, lent or not.
  let lanes: [Lane]
  private let waitingMax: Int
  private let state: Lock<State>

  /// Takes the lanes and how many may wait for one.
  init(_ lanes: [Lane], waitingMax: Int) {
    self.lanes = lanes
    self.waitingMax = waitingMax
    state = Lock(State(free: lanes))
  }

  /// Lanes that are lent, and files that wait for one.
  var load: (busy: Int, waiting: Int) {
    state.withLock { (lanes.count - $0.free.count, $0.waiting.count) }
  }

  /// Works with a lane, after waiting for one if need be; nothing if too many wait or it is closed.
  func use<Value: Sendable>(_ work: (Lane) async -> Value) async -> Value? {
    guard let lane = await take() else { return nil }
    let value = await work(lane)
    giveBack(lane)
    return value
  }

  /// Sends away those who wait, lends no more and returns when all lanes are back.
  func close() async {
    await withCheckedContinuation { continuation in
      let (turnedAway, isIdle) = state.withLock { state in
        state.isClosed = true
        let turnedAway = state.waiting
        state.waiting = []
        let isIdle = state.free.count == lanes.count
        if !isIdle { state.drained = continuation }
        return (turnedAway, isIdle)
      }
      for waiter in turnedAway { waiter.resume(returning: nil) }
      if isIdle { continuation.resume() }
    }
  }

  private func take() async -> Lane? {
    await withCheckedContinuation { (continuation: CheckedContinuation<Lane?, Never>) in
      let answer: Lane?? = state.withLock { state in
        if state.isClosed { return .some(nil) }
        if let lane = state.free.popLast() { return lane }
        if state.waiting.count >= waitingMax { return .some(nil) }
        state.waiting.append(continuation)
        return .none
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  private func giveBack(_ lane: Lane) {
    let (next, drained) = state.withLock {
      state -> (CheckedContinuation<Lane?, Never>?, CheckedContinuation<Void, Never>?) in
      if !state.waiting.isEmpty { return (state.waiting.removeFirst(), nil) }
      state.free.append(lane)
      guard state.free.count == lanes.count else { return (nil, nil) }
      defer { state.drained = nil }
      return (nil, state.drained)
    }
    next?.resume(returning: lane)
    drained?.resume()
  }
}
