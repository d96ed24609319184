// The trace that a piece of work belongs to (W3C Trace Context, version 00). It travels with the task,
// so that a call of the object store names the request that caused it. `tracestate` is not carried:
// the store is another's system, and what a caller put there is none of its business.

/// One span of one trace.
package struct TraceContext: Sendable, Hashable {
  /// The upper and lower half of the trace id, which is not zero.
  package let traceHigh: UInt64
  package let traceLow: UInt64
  /// The id of the span, which is not zero.
  package let span: UInt64
  /// Whether the caller records the trace.
  package let isSampled: Bool

  /// The length of the field in version 00.
  package static let fieldBytes = 55

  /// The context of the work that the present task does; nothing where nobody traces.
  @TaskLocal package static var current: TraceContext?

  /// Takes the ids; nothing if one of them is zero.
  package init?(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
    guard traceHigh | traceLow != 0, span != 0 else { return nil }
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.isSampled = isSampled
  }

  /// Reads a `traceparent` field (section 3.2); nothing for anything that is not well-formed.
  ///
  /// A later version than 00 may have more parts, which are left out (section 4.3).
  package init?(traceparent bytes: some RandomAccessCollection<UInt8>) {
    guard bytes.count >= TraceContext.fieldBytes else { return nil }
    var reader = FieldReader(bytes: Array(bytes.prefix(TraceContext.fieldBytes + 1)))
    guard let version = reader.hex(2), version != 0xff, reader.dash(),
      let high = reader.hex(16), let low = reader.hex(16), reader.dash(),
      let span = reader.hex(16), reader.dash(), let flags = reader.hex(2),
      bytes.count == TraceContext.fieldBytes || version != 0 && reader.dash()
    else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 != 0)
  }

  /// The same trace with another span.
  package func child(_ span: UInt64) -> TraceContext {
    TraceContext(of: self, span: span == 0 ? 1 : span)
  }

  private init(of parent: TraceContext, span: UInt64) {
    traceHigh = parent.traceHigh
    traceLow = parent.traceLow
    isSampled = parent.isSampled
    self.span = span
  }

  /// The 32 digits of the trace id.
  package var traceID: String { TraceContext.digits(traceHigh) + TraceContext.digits(traceLow) }

  /// The 16 digits of the span id.
  package var spanID: String { TraceContext.digits(span) }

  /// The value of a `traceparent` field.
  package var field: String { "00-\(traceID)-\(spanID)-0\(isSampled ? 1 : 0)" }

  /// A span's id as its 16 digits.
  package static func digits(_ word: UInt64) -> String {
    Hex.encode((0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) })
  }
}

/// Walks over the field; lower-case digits only.
private struct FieldReader {
  let bytes: [UInt8]
  var index = 0

  mutating func dash() -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "-") else { return false }
    index += 1
    return true
  }

  mutating func hex(_ count: Int) -> UInt64? {
    var value: UInt64 = 0
    for _ in 0..<count {
      let byte = bytes[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      value = value << 4 | UInt64(digit)
      index += 1
    }
    return value
  }
}
