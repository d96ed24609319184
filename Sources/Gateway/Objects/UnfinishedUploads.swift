// Ends multipart uploads that a crash or an outage left in the object store, where their parts cost
// money and are never seen. Run at start and from time to time.

import Base
import S3

/// The sweep of one bucket.
struct UnfinishedUploads: Sendable {
  /// Younger uploads may belong to another gateway on the same bucket and still be under way.
  static let ageSeconds: Int64 = 24 * 3600

  let client: S3Client
  let bucket: String
  let clock: Clock

  /// Aborts old uploads below our prefix and logs what could not be done.
  func sweep(_ log: Log) async {
    guard client.configuration.profile.hasMultipart else { return }
    // The store told when they began, so its clock counts.
    let skew = client.lastSkewMilliseconds ?? 0
    let moment = Timestamp(milliseconds: clock.now().milliseconds + skew)
    do throws(S3Error) {
      let swept = try await client.sweepUploads(
        bucket: bucket, prefix: "v1/", startedBefore: moment.adding(seconds: -Self.ageSeconds))
      if swept.aborted > 0 {
        log.event(.info, "unfinished-uploads-ended", [("count", .number(Int64(swept.aborted)))])
      }
      for (code, count) in swept.failures {
        log.event(
          .warning, "unfinished-uploads-left",
          [("code", .text(code.rawValue)), ("count", .number(Int64(count)))])
      }
    } catch {
      log.event(.warning, "unfinished-uploads-not-listed", [("code", .text(error.code.rawValue))])
    }
  }
}
