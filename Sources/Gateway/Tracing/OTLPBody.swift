// The JSON form of OTLP (opentelemetry.io/docs/specs/otlp, JSON Protobuf encoding): ids are hex, 64-bit
// numbers are strings, enumerations are numbers.

import Base
import JSONText

/// Writes an `ExportTraceServiceRequest`.
package enum OTLPBody {
  /// The request for some spans of this service.
  package static func bytes(of spans: [Span], instance: String) -> [UInt8] {
    var writer = JSONWriter(capacity: 256 + 512 * spans.count)
    writer.beginObject()
    writer.key("resourceSpans")
    writer.beginArray()
    writer.beginObject()
    writer.key("resource")
    writer.beginObject()
    attributes(
      [
        ("service.name", "postern"), ("service.version", .text(Release.number)),
        ("service.instance.id", .text(instance)),
      ], &writer)
    writer.endObject()
    writer.key("scopeSpans")
    writer.beginArray()
    writer.beginObject()
    writer.key("scope")
    writer.beginObject()
    writer.member("name", "postern")
    writer.endObject()
    writer.key("spans")
    writer.beginArray()
    for span in spans { write(span, &writer) }
    writer.endArray()
    writer.endObject()
    writer.endArray()
    writer.endObject()
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  private static func write(_ span: Span, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("traceId", span.context.traceID)
    writer.member("spanId", span.context.spanID)
    if let parent = span.parent { writer.member("parentSpanId", TraceContext.digits(parent)) }
    writer.member("name", span.name)
    writer.member("kind", span.kind.rawValue)
    writer.member("startTimeUnixNano", String(span.startNanoseconds))
    writer.member("endTimeUnixNano", String(span.startNanoseconds + span.durationNanoseconds))
    attributes(span.attributes, &writer)
    if span.isError {
      writer.key("status")
      writer.beginObject()
      writer.member("code", 2)
      writer.endObject()
    }
    writer.endObject()
  }

  private static func attributes(
    _ list: [(name: String, value: LogValue)], _ writer: inout JSONWriter
  ) {
    writer.key("attributes")
    writer.beginArray()
    for (name, value) in list {
      writer.beginObject()
      writer.member("key", name)
      writer.key("value")
      writer.beginObject()
      switch value {
      case .text(let text): writer.member("stringValue", text)
      case .number(let number): writer.member("intValue", String(number))
      case .truth(let truth): writer.member("boolValue", truth)
      }
      writer.endObject()
      writer.endObject()
    }
    writer.endArray()
  }
}
