// What a revocation cannot take back: presigned URLs that were handed out before, and downloads that
// are under way for the moment that it takes to cut them.

package import Base

/// What was handed out and may still work.
package struct HandedOut: Sendable, Hashable {
  /// When the last presigned URL dies; nothing if there is none or it is dead.
  package var lastURLExpiresAt: Timestamp?
  /// Whether a download through the gateway is under way.
  package var isSending: Bool

  /// Takes the values as they are.
  package init(lastURLExpiresAt: Timestamp? = nil, isSending: Bool = false) {
    self.lastURLExpiresAt = lastURLExpiresAt
    self.isSending = isSending
  }
}

/// For how long something can still be had after it was taken back, in whole seconds for each way.
package struct ResidualExposure: Sendable, Hashable {
  /// Through a link: each redemption asks, so never.
  package static let linkSeconds: Int64 = 0

  /// Through a presigned URL of the object store: what is left of the life of the last one.
  package let presignedURLSeconds: Int64
  /// Through a download under way: 0, or `RunningDownloads.cutSeconds`.
  package let downloadSeconds: Int64

  /// What is left at `moment` of what was handed out.
  package init(_ handedOut: HandedOut, at moment: Timestamp) {
    presignedURLSeconds = ResidualExposure.seconds(until: handedOut.lastURLExpiresAt, at: moment)
    downloadSeconds = handedOut.isSending ? RunningDownloads.cutSeconds : 0
  }

  /// The longest of them.
  package var seconds: Int64 {
    max(ResidualExposure.linkSeconds, presignedURLSeconds, downloadSeconds)
  }

  /// Seconds from `moment` until `end`, rounded up; 0 without an end or after it.
  static func seconds(until end: Timestamp?, at moment: Timestamp) -> Int64 {
    guard let end, moment < end else { return 0 }
    return (end.milliseconds - moment.milliseconds + 999) / 1000
  }
}
