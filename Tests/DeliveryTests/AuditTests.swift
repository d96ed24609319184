// The bytes of events, commitments to personal data, floods of refusals.

import Base
import Cryptography
import Delivery
import JSONText
import TestSupport
import Testing

@Suite struct AuditTests {
  private func full() throws -> AuditEvent {
    let person = try Stage.person("anna@example.com")
    return AuditEvent(
      id: EventID(high: 1, low: 2), log: .tenant(try Stage.tenant("acme")), kind: .linkRedeem,
      outcome: .denied, why: "link-expired",
      actor: AuditActor(
        .user, person: person, recipient: person, client: "pör\"tal\n", token: SHA256.hash([1])),
      object: AuditObject(
        document: DocumentID(high: 3, low: 4), version: VersionID(high: 5, low: 6),
        sha256: SHA256.hash([2]), size: 12, upload: UploadID(high: 7, low: 8)),
      link: AuditLink(id: LinkID(high: 9, low: 1), usesLeft: 0, expiresAt: ManualClock.start),
      authority: AuditAuthority(
        grant: GrantID(high: 2, low: 2), rule: "rule 😂 \u{fb33}", scopes: ScopeSet(Scope.allCases)),
      transfer: AuditTransfer(
        delivery: DeliveryID(high: 1, low: 1), urlExpiresAt: ManualClock.start, offset: 0,
        length: 9, sent: 8, status: 206, scrubPolicy: "strict-1"),
      count: 3, request: "req", trace: "abc",
      personal: PersonalData(address: "192.0.2.1", userAgent: nil, salt: [1]))
  }

  private let place = AuditPlace(
    time: ManualClock.start, node: "n1", counter: 77, actor: Pseudonym(random: 1),
    recipient: Pseudonym(random: 2))

  @Test func `a leaf is canonical JSON with every member, and without personal data`() throws {
    let leaf = try full().leaf(at: place)
    let value = try JSONValue(parsing: leaf, limits: .request)
    #expect(try CanonicalJSON.encode(value) == leaf)
    let names = value.objectValue?.names
    #expect(
      names == [
        "actor", "auth", "count", "id", "link", "log", "node", "obj", "out", "pii", "req", "t",
        "trace", "type", "v", "why", "xfer",
      ])
    #expect(value["t"] == "2026-01-02T03:04:05.678Z" && value["node"]?["c"] == 77)
    #expect(
      value["actor"]?["p"] == "0100000000000000"
        && value["actor"]?["jti"]?.stringValue?.utf8.count == 16)
    let text = String(decoding: leaf, as: UTF8.self)
    #expect(!text.contains("anna") && !text.contains("192.0.2"))
  }

  @Test func `a small event has few members and few bytes`() throws {
    let event = AuditEvent.bySystem(
      .configuration, in: .system, at: ManualClock.start, outcome: .success)
    let bare = AuditPlace(
      time: ManualClock.start, node: "n", counter: 1, actor: nil, recipient: nil)
    let value = try JSONValue(parsing: event.leaf(at: bare), limits: .request)
    #expect(value.objectValue?.names == ["actor", "id", "log", "node", "out", "t", "type", "v"])
    #expect(value["log"] == "_system")
  }

  @Test func `a leaf of 65,535 bytes passes and one byte more does not`() throws {
    var event = try full()
    event.why = ""
    let rest = try event.leaf(at: place).count
    event.why = String(repeating: "x", count: AuditEvent.leafBytesMax - rest)
    #expect(try event.leaf(at: place).count == 65_535)
    event.why? += "x"
    let large = event
    let error = #expect(throws: StoreError.self) { try large.leaf(at: place) }
    #expect(error?.code == .eventTooLarge)
  }

  @Test func `personal data is committed to under its salt, in canonical form`() throws {
    let salt = [UInt8](repeating: 9, count: 32)
    let data = try PersonalData(
      address: "::1", userAgent: "a\"b", subject: Stage.subject("s"), recipient: Stage.subject("r"),
      filename: FileName("ä.png"), salt: salt
    ).unwrapped()
    let text = #"{"filename":"ä.png","ip":"::1","recipient":"r","sub":"s","ua":"a\"b"}"#
    #expect(data.canonicalJSON == Array(text.utf8))
    #expect(data.commitment == SHA256.hash(salt + data.canonicalJSON))
    #expect(PersonalData(salt: salt, canonicalJSON: data.canonicalJSON) == data)
    #expect(
      PersonalData(salt: [1], canonicalJSON: data.canonicalJSON).commitment != data.commitment)
    #expect(PersonalData(address: nil, userAgent: nil, salt: salt) == nil)
    #expect("\(data)" == "personal data")
  }

  @Test func `log names are _system or a slug`() {
    for (text, isRight) in [("_system", true), ("acme", true), ("_other", false), ("", false)] {
      #expect((LogID(text) != nil) == isRight)
      if let log = LogID(text) { #expect(log.description == text) }
    }
  }

  @Test func `ten refusals of a kind in ten seconds are recorded, the rest counted`() {
    var aggregate = DenialAggregate()
    let key = DenialKey(log: .system, why: "w", source: "a")
    let other = DenialKey(log: .system, why: "w", source: "b")
    let start = ManualClock.start
    let advice = (0..<15).map { _ in aggregate.note(key, at: start) }
    #expect(advice == Array(repeating: .record, count: 10) + Array(repeating: .counted, count: 5))
    #expect(aggregate.note(other, at: start) == .record)
    let last = Timestamp(milliseconds: start.milliseconds + 9999)
    #expect(aggregate.note(key, at: last) == .counted)
    #expect(aggregate.closedWindows(at: last).isEmpty)
    let end = start.adding(seconds: 10)
    #expect(aggregate.note(key, at: end) == .record)
    let closed = aggregate.closedWindows(at: end)
    #expect(closed.count == 1 && closed.first?.key == key && closed.first?.count == 6)
    #expect(aggregate.closedWindows(at: end.adding(seconds: 100)).isEmpty)
    #expect(aggregate.note(key, at: start) == .record, "a clock that went back opens a window")
  }

  @Test func `more than ten thousand kinds of refusals share one count`() {
    var aggregate = DenialAggregate()
    var recorded = 0
    for number in 0..<(DenialAggregate.kindsMax + 50) {
      let key = DenialKey(log: .system, why: "w", source: "\(number)")
      if aggregate.note(key, at: ManualClock.start) == .record { recorded += 1 }
    }
    #expect(recorded == DenialAggregate.kindsMax + DenialAggregate.individualMax)
    let closed = aggregate.closedWindows(at: ManualClock.start.adding(seconds: 10))
    #expect(closed.map(\.count) == [40])
  }

  @Test func `an error shows code and detail, and its cause only to us`() throws {
    let error = DeliveryError(StoreError(.full, "No space."))
    #expect("\(error)" == "store-full: The metadata store is full.")
    #expect(String(reflecting: error).contains("No space."))
    let codes = DeliveryError.Code.allCases.map(\.rawValue)
    for code in codes + StoreError.Code.allCases.map(\.rawValue) {
      #expect(Names.isSlug(code, bytesMax: 40))
    }
  }
}
