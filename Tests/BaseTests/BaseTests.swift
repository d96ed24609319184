import Base
import Testing

private enum SampleKind: IDKind {
  static var prefix: StaticString { "smp" }
}

@Suite struct TimestampTests {
  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000Z", "19700101T000000Z", 4),
    (951_782_400_000, "2000-02-29T00:00:00.000Z", "20000229T000000Z", 2),
    (1_795_254_999_123, "2026-11-21T09:56:39.123Z", "20261121T095639Z", 6),
    (-1, "1969-12-31T23:59:59.999Z", "19691231T235959Z", 3),
    (253_402_300_799_999, "9999-12-31T23:59:59.999Z", "99991231T235959Z", 5),
  ])
  func `a moment is written and read back`(
    milliseconds: Int64, text: String, basic: String, weekday: Int
  ) {
    let moment = Timestamp(milliseconds: milliseconds)
    #expect(moment.description == text)
    #expect(moment.basicFormat == basic)
    #expect(Timestamp(text) == moment)
    #expect(CalendarParts.weekday(moment) == weekday)
  }

  @Test(arguments: [
    "", "2026-11-21", "2026-11-21T09:56:39", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-11-21T24:00:00Z", "2026-11-21T09:56:60Z", "2026-11-21T09:56:39.Z",
    "2026-11-21T09:56:39.1234Z", "2026-11-21T09:56:39+00:00", "2026-11-21t09:56:39Z",
    "２026-11-21T09:56:39Z",
  ])
  func `text that is not a UTC moment is refused`(text: String) {
    #expect(Timestamp(text) == nil)
  }
}

@Suite struct TypedIDTests {
  @Test func `an identifier is UUIDv7, sorts by time and survives its text form`() throws {
    let early = TypedID<SampleKind>(at: Timestamp(seconds: 1), random: (.max, .max))
    let late = TypedID<SampleKind>(at: Timestamp(seconds: 2), random: (0, 0))
    #expect(early < late)
    #expect(early.description < late.description)
    #expect(early.high >> 12 & 15 == 7)
    #expect(early.low >> 62 == 2)
    #expect(TypedID<SampleKind>(early.description) == early)
    #expect(TypedID<SampleKind>(bytes: early.bytes) == early)
    #expect(TypedID<SampleKind>("smp_7zzzzzzzzzzzzzzzzzzzzzzzzz")?.high == .max)
  }

  @Test(arguments: [
    "", "smp_", "doc_00000000000000000000000000", "smp_0000000000000000000000000",
    "smp_000000000000000000000000000", "smp_80000000000000000000000000",
    "smp_0000000000000000000000000U", "smp_0000000000000000000000000i",
    "smp-00000000000000000000000000", "SMP_00000000000000000000000000",
  ])
  func `text of another kind or shape is no identifier`(text: String) {
    #expect(TypedID<SampleKind>(text) == nil)
  }
}

@Suite struct CodingTests {
  @Test func `base64 and hexadecimal round-trip every length`() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + 200) }
      for variant in [Base64.Variant.standard, .url] {
        let text = Base64.encode(bytes, variant)
        #expect(Base64.decode(Array(text.utf8), variant) == bytes)
      }
      #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
    #expect(Base64.encode([0xfb, 0xff], .url) == "-_8")
    #expect(Base64.encode([0xfb, 0xff], .standard) == "+/8=")
  }

  @Test(arguments: ["A", "AA==", "A+/A", "AAA=", "AB", "AA A", "AAAAA", "AA\0A"])
  func `base64url that is not canonical is refused`(text: String) {
    #expect(Base64.decode(Array(text.utf8), .url) == nil)
  }

  @Test(arguments: ["A", "AA", "AA=", "A===", "AA==AA==", "AB==", "A-_A"])
  func `base64 that is not canonical is refused`(text: String) {
    #expect(Base64.decode(Array(text.utf8), .standard) == nil)
  }

  @Test(arguments: ["0", "AB", "0g", "00 "])
  func `hexadecimal that is not canonical is refused`(text: String) {
    #expect(Hex.decode(text) == nil)
  }
}

@Suite struct GuardedValueTests {
  @Test func `a lock serialises writers`() async {
    let lock = Lock(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<1000 { lock.withLock { $0 += 1 } } }
      }
    }
    #expect(lock.withLock { $0 } == 8000)
  }

  @Test func `a secret shows nothing of itself`() {
    let secret = Secret(Array("hunter2".utf8))
    #expect("\(secret)" == "redacted")
    #expect(String(reflecting: secret) == "redacted")
    #expect(String(describing: Mirror(reflecting: secret).children.count) == "0")
    #expect(secret.withBytes { $0.count } == 7)
  }
}
