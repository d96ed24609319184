// Whether the gateway can do its work, and why not: codes that stay the same forever, for people,
// load balancers and alerts.

import Base
package import HTTPMessage
import JSONText

/// Why a gateway is not, or not fully, ready.
package enum ReadinessCode: String, Sendable, CaseIterable {
  /// It is stopping.
  case draining = "draining"
  /// The database stopped writing after an error of the disk; it needs a restart.
  case databaseRefusesWrites = "database-refuses-writes"
  /// The last commit found no room, or the disk is nearly full.
  case diskFull = "disk-full"
  /// The object store does not answer, or refuses us.
  case objectStoreUnavailable = "object-store-unavailable"
  /// The object store has no bucket of the configured name.
  case bucketMissing = "bucket-missing"
  /// Nobody signs checkpoints. Events are still recorded and are signed when the sealer is back.
  case sealerDown = "sealer-down"
  /// Some log cannot be signed; the sealer's log says why.
  case sealFailing = "seal-failing"
  /// No scrub worker can be started: uploads fail, links work.
  case scrubberUnavailable = "scrubber-unavailable"
  /// The malware scanner does not answer: uploads are refused, or pass unscanned where the settings
  /// say so; links work.
  case scannerUnreachable = "scanner-unreachable"
  /// Some issuer has no keys yet, or only outdated ones: its tokens are refused, others' are not.
  case issuerKeysMissing = "issuer-keys-missing"
  /// Our clock and the object store's are more than a minute apart; at 15 it refuses us.
  case clockSkewed = "clock-skewed"
  /// The machine's clock was set, or the machine slept, within the last quarter of an hour: links and
  /// tokens may have ended early, or live longer.
  case clockJumped = "clock-jumped"

  /// Whether no request should be sent here. The others leave most of the service intact, and
  /// sending everybody away would make an outage of a fault.
  package var isBlocking: Bool {
    switch self {
    case .draining, .databaseRefusesWrites, .diskFull, .objectStoreUnavailable, .bucketMissing:
      true
    case .sealerDown, .sealFailing, .scrubberUnavailable, .scannerUnreachable,
      .issuerKeysMissing, .clockSkewed, .clockJumped:
      false
    }
  }
}

/// The verdict about a gateway.
package struct Readiness: Sendable {
  /// One thing that is wrong.
  package struct Reason: Sendable, Hashable {
    /// What is wrong.
    package let code: ReadinessCode
    /// The code of a deeper reason, never a value.
    package let cause: String?

    /// Creates a reason.
    package init(_ code: ReadinessCode, cause: String? = nil) {
      self.code = code
      self.cause = cause
    }
  }

  /// What is wrong; empty if all is well.
  package let reasons: [Reason]

  /// Creates a verdict.
  package init(_ reasons: [Reason]) { self.reasons = reasons }

  /// Whether requests should be sent here.
  package var isReady: Bool { !reasons.contains { $0.code.isBlocking } }

  /// 200 or 503, and `{"status":"ready"|"degraded"|"unready","reasons":[...]}`.
  package var response: HTTPResponse {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    writer.member("status", !isReady ? "unready" : reasons.isEmpty ? "ready" : "degraded")
    writer.key("reasons")
    writer.beginArray()
    for reason in reasons {
      writer.beginObject()
      writer.member("code", reason.code.rawValue)
      if let cause = reason.cause { writer.member("cause", cause) }
      writer.member("blocking", reason.code.isBlocking)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return HTTPResponse(
      isReady ? .ok : .serviceUnavailable,
      fields: HTTPFields([(.contentType, "application/json"), (.cacheControl, "no-store")]),
      body: .bytes(writer.bytes + [UInt8(ascii: "\n")]))
  }
}
