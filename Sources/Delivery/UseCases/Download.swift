// One download at work: from the object store to the client, piece by piece, with one piece in hand.
// Its end is recorded whatever happens; a download that is dropped unsent is ended by the watch.

import Base
import Cryptography

/// A download that has begun; sent once.
package final class Download: Sendable {
  /// How often the object is opened again in a row without a byte in between: stores close
  /// connections that a slow client leaves waiting.
  package static let reopeningsMax = 3

  /// What began.
  package let started: StartedDownload
  private let control: DownloadControl
  private let slot: DownloadSlot
  private let first: ObjectReader?
  private let request: RequestContext
  private let store: any MetadataStore
  private let clock: Clock
  private let reopen: @Sendable (Range<Int64>) async throws(ObjectError) -> ObjectReader

  init(
    _ started: StartedDownload, _ slot: DownloadSlot, _ reader: ObjectReader?,
    _ request: RequestContext, store: any MetadataStore, clock: Clock,
    reopen: @escaping @Sendable (Range<Int64>) async throws(ObjectError) -> ObjectReader
  ) {
    self.started = started
    self.slot = slot
    first = reader
    self.request = request
    self.store = store
    self.clock = clock
    self.reopen = reopen
    control = DownloadControl(started)
    slot.running.add(control)
  }

  deinit { control.abandon() }

  /// Sends the bytes to the client and records the end; returns how it ended, never before the record
  /// is durable.
  ///
  /// Throws `store-…` if the end could not be recorded; the next gateway does then.
  package func send(to sink: DownloadSink) async throws(DeliveryError) -> DownloadEnd {
    var end = control.begin(sink.cut)
    if end == nil { end = await carry(to: sink) }
    // What cut the connection is the reason, not the connection.
    let reason = control.finish(end ?? .whole)
    defer { slot.running.remove(control) }
    let moment = clock.now()
    let sent = min(sink.sentBytes(), Int64(started.part.count))
    let event = started.event(
      reason, sent: sent, id: EventID(at: moment, random: Random.pair()), request: request)
    do {
      _ = try await store.endDownload(started.delivery, of: started.tenant, event: event)
    } catch {
      throw DeliveryError(error)
    }
    slot.running.count(reason, bytes: sent)
    return reason
  }

  /// Carries the bytes; gives why it stopped early.
  private func carry(to sink: DownloadSink) async -> DownloadEnd? {
    var reader = first
    var position = started.part.lowerBound
    var openings = 0
    while position < started.part.upperBound {
      let rest = position..<started.part.upperBound
      guard let piece = await next(&reader, rest, &openings) else {
        return Task.isCancelled ? .clientGone : .objectStoreFailed
      }
      do { try await sink.write(piece) } catch { return .clientGone }
      position += Int64(piece.count)
    }
    do { try await sink.drain() } catch { return .clientGone }
    return nil
  }

  /// The next piece of the rest; nothing if the store does not give it, or gives too much.
  private func next(
    _ reader: inout ObjectReader?, _ rest: Range<Int64>, _ openings: inout Int
  ) async -> [UInt8]? {
    while true {
      do throws(ObjectError) {
        if let piece = try await reader?.next() {
          openings = 0
          return piece.count <= rest.count ? piece : nil
        }
      } catch {
        // Opened again below; what the store says then decides.
        guard error.code == .unavailable else { return nil }
      }
      reader = nil
      guard openings < Download.reopeningsMax, !Task.isCancelled else { return nil }
      openings += 1
      do { reader = try await reopen(rest) } catch { return nil }
    }
  }
}

/// Where the bytes of a download go.
package struct DownloadSink: Sendable {
  let write: @Sendable ([UInt8]) async throws -> Void
  let drain: @Sendable () async throws -> Void
  let cut: @Sendable () -> Void
  let sentBytes: @Sendable () -> Int64

  /// Takes closures that send bytes and return when there is room for more, wait until all of them are
  /// on their way, end the connection at once from any thread, and count what was sent. The first two
  /// throw when the client is gone.
  package init(
    write: @escaping @Sendable ([UInt8]) async throws -> Void,
    drain: @escaping @Sendable () async throws -> Void, cut: @escaping @Sendable () -> Void,
    sentBytes: @escaping @Sendable () -> Int64
  ) {
    self.write = write
    self.drain = drain
    self.cut = cut
    self.sentBytes = sentBytes
  }
}
