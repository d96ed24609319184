// The downloads at work in this process: how many there may be, and a handle to cut each of them.

import Base

/// Knows the downloads at work.
package final class RunningDownloads: Sendable {
  /// The most downloads of one link at a time; download managers open up to 16 connections.
  package static let perLinkMax = 16
  /// How often running downloads are looked at, in milliseconds.
  package static let checkMilliseconds = 500
  /// How long a download may go on after its ground is gone, in seconds.
  package static let cutSeconds: Int64 = 1

  private struct State {
    var slots = 0
    var slotsOfLink: [LinkID: Int] = [:]
    var controls: [DeliveryID: DownloadControl] = [:]
    var refusals = 0
    var ends: [DownloadEnd: Int] = [:]
    var sentBytes: Int64 = 0
  }

  /// The most downloads at a time.
  package let countMax: Int
  private let state = Lock(State())

  /// Nothing at work.
  package init(countMax: Int) { self.countMax = countMax }

  /// A place for a download of a link; nothing if all are taken. It is given back when it is dropped.
  func enter(_ link: LinkID) -> DownloadSlot? {
    let isFree = state.withLock { state in
      guard state.slots < countMax, state.slotsOfLink[link, default: 0] < Self.perLinkMax else {
        state.refusals += 1
        return false
      }
      state.slots += 1
      state.slotsOfLink[link, default: 0] += 1
      return true
    }
    return isFree ? DownloadSlot(self, link) : nil
  }

  fileprivate func leave(_ link: LinkID) {
    state.withLock { state in
      state.slots -= 1
      let left = state.slotsOfLink[link, default: 1] - 1
      state.slotsOfLink[link] = left > 0 ? left : nil
    }
  }

  func add(_ control: DownloadControl) {
    state.withLock { $0.controls[control.started.delivery] = control }
  }

  func remove(_ control: DownloadControl) {
    state.withLock { _ = $0.controls.removeValue(forKey: control.started.delivery) }
  }

  /// Counts an end.
  func count(_ end: DownloadEnd, bytes: Int64) {
    state.withLock { state in
      state.ends[end, default: 0] += 1
      state.sentBytes += bytes
    }
  }

  /// The downloads whose end is not recorded yet.
  var controls: [DownloadControl] { state.withLock { Array($0.controls.values) } }

  /// The downloads at work.
  package var count: Int { state.withLock { $0.slots } }
  /// Downloads that found no place, since the start.
  package var refusals: Int { state.withLock { $0.refusals } }
  /// Downloads that ended, since the start, by how.
  package var ends: [DownloadEnd: Int] { state.withLock { $0.ends } }
  /// Bytes that ended downloads sent, since the start.
  package var sentBytes: Int64 { state.withLock { $0.sentBytes } }
}

/// A place among the downloads at work.
final class DownloadSlot: Sendable {
  let running: RunningDownloads
  private let link: LinkID

  fileprivate init(_ running: RunningDownloads, _ link: LinkID) {
    self.running = running
    self.link = link
  }

  deinit { running.leave(link) }
}

/// What others may do to a download at work: cut it.
final class DownloadControl: Sendable {
  private enum State {
    /// Nobody sends yet; perhaps it is cut already.
    case waiting(DownloadEnd?)
    /// It is sent; the closure ends the connection.
    case sending(@Sendable () -> Void)
    /// It was sent and is cut now; the sender will notice.
    case cut(DownloadEnd)
    /// The sender knows the end.
    case ended
    /// Nobody will ever send it.
    case abandoned
  }

  let started: StartedDownload
  private let state = Lock(State.waiting(nil))

  init(_ started: StartedDownload) { self.started = started }

  /// Begins to send; gives why it must not.
  func begin(_ cut: @escaping @Sendable () -> Void) -> DownloadEnd? {
    state.withLock { state in
      guard case .waiting(let end) = state else { preconditionFailure("a download is sent once") }
      state = .sending(cut)
      return end
    }
  }

  /// Ends the sending; gives the reason, which is `end` unless somebody cut it.
  func finish(_ end: DownloadEnd) -> DownloadEnd {
    state.withLock { state in
      defer { state = .ended }
      // All bytes were on their way before the cut.
      if case .cut(let reason) = state, end != .whole { return reason }
      return end
    }
  }

  /// Cuts the download, unless it is over.
  func cut(_ end: DownloadEnd) {
    let sender: (@Sendable () -> Void)? = state.withLock { state in
      switch state {
      case .waiting(nil): state = .waiting(end)
      case .sending(let cut):
        state = .cut(end)
        return cut
      case .waiting, .cut, .ended, .abandoned: break
      }
      return nil
    }
    sender?()
  }

  /// Notes that the download was dropped; without effect on one that was sent.
  func abandon() {
    state.withLock { state in
      if case .waiting = state { state = .abandoned }
    }
  }

  var isAbandoned: Bool {
    state.withLock { state in
      if case .abandoned = state { return true }
      return false
    }
  }
}
