// Asks every part how it is. Whoever asks for readiness does not wait long.

import Base
import Delivery
import S3
import SQLiteStore

/// Finds the reasons of a `Readiness`.
struct ReadinessCheck: Sendable {
  /// The longest wait for the object store.
  private static let storeSeconds = 3

  /// The difference of clocks that is worth a reason, in milliseconds.
  static let skewMilliseconds: Int64 = 60_000

  let isDraining: @Sendable () -> Bool
  let store: SQLiteStore
  let client: S3Client
  let bucket: String
  let pool: ScrubWorkerPool
  let scanner: ClamdScanner?
  let sealer: SealWatch
  let disk: DiskSpace
  let clockWatch: ClockWatch
  let trust: TokenTrustKeeper

  /// All reasons, the blocking ones first.
  func callAsFunction() async -> Readiness {
    var reasons = [Readiness.Reason]()
    if isDraining() { reasons.append(.init(.draining)) }
    let writer = store.writerStatus
    if let failure = writer.failure {
      reasons.append(.init(.databaseRefusesWrites, cause: failure.rawValue))
    }
    if writer.isFull || disk.isLow { reasons.append(.init(.diskFull)) }
    if let fault = await storeFault() { reasons.append(fault) }
    let state = sealer.state()
    if !state.isUp { reasons.append(.init(.sealerDown)) }
    if state.isUp, let status = state.status, status.failing > 0 {
      reasons.append(.init(.sealFailing))
    }
    if pool.status.isFailing { reasons.append(.init(.scrubberUnavailable)) }
    if let scanner, await !scanner.isReachable() { reasons.append(.init(.scannerUnreachable)) }
    if trust.issuersWithoutKeys > 0 { reasons.append(.init(.issuerKeysMissing)) }
    if let skew = client.lastSkewMilliseconds, abs(skew) > Self.skewMilliseconds {
      reasons.append(.init(.clockSkewed))
    }
    if clockWatch.look().isRecent { reasons.append(.init(.clockJumped)) }
    return Readiness(reasons)
  }

  private func storeFault() async -> Readiness.Reason? {
    await withTaskGroup(of: Readiness.Reason?.self) { group in
      group.addTask {
        do throws(S3Error) {
          return try await client.hasBucket(bucket) ? nil : .init(.bucketMissing)
        } catch {
          return .init(.objectStoreUnavailable, cause: error.code.rawValue)
        }
      }
      group.addTask {
        // Cancelled when the store was faster; its answer has been taken by then.
        do { try await Task.sleep(for: .seconds(Self.storeSeconds)) } catch { return nil }
        return .init(.objectStoreUnavailable, cause: "timeout")
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}
