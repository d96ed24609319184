// The bytes of an event in its log: canonical JSON (RFC 8785), integers only, written directly in
// the order of the names because this runs on the writer's thread for every change. Verifiers hash
// the bytes as they are stored and never write them anew.

package import Base
import Cryptography
import JSONText

/// A random name for a person in one tenant's log: 16 hexadecimal digits, from an erasable table.
package struct Pseudonym: Sendable, Hashable, CustomStringConvertible {
  /// The digits.
  package let text: String

  /// Makes a new pseudonym from random bits.
  package init(random: UInt64) {
    text = Hex.encode((0..<8).map { UInt8(truncatingIfNeeded: random >> UInt64($0 * 8)) })
  }

  /// Reads a stored pseudonym; nothing for other text.
  package init?(_ text: String) {
    guard text.utf8.count == 16, Hex.decode(text) != nil else { return nil }
    self.text = text
  }

  package var description: String { text }
}

/// The place that the store gives to an event.
package struct AuditPlace: Sendable, Hashable {
  /// When it was recorded; never before the event recorded last.
  package let time: Timestamp
  /// The name of the node that recorded it, up to 64 bytes.
  package let node: String
  /// The node's counter: one more with each event, so that a gap shows a lost one.
  package let counter: Int64
  /// The actor's name in this log.
  package let actor: Pseudonym?
  /// The recipient's name in this log.
  package let recipient: Pseudonym?

  /// Takes the values as they are.
  package init(
    time: Timestamp, node: String, counter: Int64, actor: Pseudonym?, recipient: Pseudonym?
  ) {
    self.time = time
    self.node = node
    self.counter = counter
    self.actor = actor
    self.recipient = recipient
  }
}

extension AuditEvent {
  /// The version of the leaf's form, its member `v`.
  package static let formVersion: Int64 = 1
  /// The largest leaf that a log entry can hold (tlog-tiles).
  package static let leafBytesMax = 65_535

  /// The leaf; throws `event-too-large` above 65,535 bytes.
  package func leaf(at place: AuditPlace) throws(StoreError) -> [UInt8] {
    var writer = JSONWriter(capacity: 768)
    writer.beginObject()
    writeActor(place, to: &writer)
    writeAuthority(to: &writer)
    writer.member("count", count)
    writer.member("id", id.description)
    writeLink(to: &writer)
    writer.member("log", log.description)
    writer.key("node")
    writer.beginObject()
    writer.member("c", place.counter)
    writer.member("n", place.node)
    writer.endObject()
    writeObject(to: &writer)
    writer.member("out", outcome.rawValue)
    writer.member("pii", personal.map { Base64.encode($0.commitment.bytes, .standard) })
    writer.member("req", request)
    writer.member("t", place.time.description)
    writer.member("trace", trace)
    writer.member("type", kind.rawValue)
    writer.member("v", AuditEvent.formVersion)
    writer.member("why", why)
    writeTransfer(to: &writer)
    writer.endObject()
    guard writer.bytes.count <= AuditEvent.leafBytesMax else {
      throw StoreError(.eventTooLarge, "An audit event has at most 65535 bytes.")
    }
    return writer.bytes
  }

  private func writeActor(_ place: AuditPlace, to writer: inout JSONWriter) {
    writer.key("actor")
    writer.beginObject()
    writer.member("az", actor.client)
    writer.member("jti", actor.token.map { Hex.encode($0.bytes.prefix(8)) })
    writer.member("k", actor.kind.rawValue)
    writer.member("p", place.actor?.text)
    writer.member("r", place.recipient?.text)
    writer.endObject()
  }

  private func writeAuthority(to writer: inout JSONWriter) {
    guard let authority else { return }
    writer.key("auth")
    writer.beginObject()
    writer.member("grant", authority.grant?.description)
    writer.member("rule", authority.rule)
    if !authority.scopes.isEmpty {
      writer.member("scopes", authority.scopes.scopes.map(\.rawValue))
    }
    writer.endObject()
  }

  private func writeLink(to writer: inout JSONWriter) {
    guard let link else { return }
    writer.key("link")
    writer.beginObject()
    writer.member("exp", link.expiresAt?.description)
    writer.member("id", link.id.description)
    writer.member("uses_left", link.usesLeft)
    writer.endObject()
  }

  private func writeObject(to writer: inout JSONWriter) {
    guard let object else { return }
    writer.key("obj")
    writer.beginObject()
    writer.member("doc", object.document?.description)
    writer.member("sha256", object.sha256?.hex)
    writer.member("size", object.size)
    writer.member("upl", object.upload?.description)
    writer.member("ver", object.version?.description)
    writer.endObject()
  }

  private func writeTransfer(to writer: inout JSONWriter) {
    guard let transfer else { return }
    writer.key("xfer")
    writer.beginObject()
    writer.member("dlv", transfer.delivery?.description)
    writer.member("exp", transfer.urlExpiresAt?.description)
    writer.member("len", transfer.length)
    writer.member("off", transfer.offset)
    writer.member("rcpt", transfer.receiptDigest?.hex)
    if let scan = transfer.scan {
      writer.key("scan")
      writer.beginObject()
      writer.member("db", scan.database)
      writer.member("eng", scan.scanner)
      if case .found(let name) = scan.verdict { writer.member("name", name) }
      writer.member("res", scan.verdict.word)
      writer.endObject()
    }
    writer.member("scrub", transfer.scrubPolicy)
    writer.member("sent", transfer.sent)
    writer.member("status", transfer.status)
    writer.endObject()
  }
}
