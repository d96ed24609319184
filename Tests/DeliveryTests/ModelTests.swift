// Names, tokens, keys, receipts: the small values.

import Base
import Cryptography
import Delivery
import JSONText
import TestSupport
import Testing

@Suite struct ModelTests {
  @Test func `a token survives its text, and one wrong character is noticed`() throws {
    for random in [(0, 0), (.max, .max), (0x0123_4567_89ab_cdef, 42)] as [(UInt64, UInt64)] {
      let moment = Timestamp(milliseconds: 1_795_219_200_123)
      let token = LinkToken(at: moment, random: random)
      let text = Array(token.secretText.utf8)
      #expect(text.count == LinkToken.textBytes && token.secretText.hasPrefix("pst_"))
      let pepper = Pepper(id: "p", key: HMACSHA256(key: [1]))
      #expect(try LinkToken(text).unwrapped().digest(pepper) == token.digest(pepper))
      #expect(try LinkToken(text).unwrapped().issuedAt == moment)
      for position in text.indices {
        var wrong = text
        wrong[position] =
          wrong[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(LinkToken(wrong) == nil)
      }
      #expect(LinkToken(text.dropLast()) == nil && LinkToken(text + [65]) == nil)
      var shown = "\(token) "
      dump(token, to: &shown)
      #expect(!shown.contains(token.secretText.dropFirst(4)))
      #expect(!String(reflecting: token).contains(token.secretText.dropFirst(4)))
    }
  }

  @Test func `the checksum is that of zip and Ethernet, and the digest is the HMAC`() throws {
    let token = LinkToken(at: Timestamp(milliseconds: 0), random: (0, 0))
    // The CRC-32 of 22 zero bytes is a829b1e0.
    #expect(token.secretText == "pst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAqCmx4A")
    let key = HMACSHA256(key: [5])
    let digest = token.digest(Pepper(id: "p5", key: key))
    #expect(
      digest.pepper == "p5" && digest.digest == key.authenticate([UInt8](repeating: 0, count: 22)))
  }

  @Test(arguments: [
    ("a", true), ("0-a", true), (String(repeating: "a", count: 63), true), ("", false),
    (String(repeating: "a", count: 64), false), ("-a", false), ("A", false), ("a_b", false),
    ("a.b", false), ("ä", false), ("_system", false), ("a/b", false),
  ])
  func `a tenant's slug is lower case, digits and hyphens`(text: String, isRight: Bool) {
    #expect((TenantID(text) != nil) == isRight)
  }

  @Test(arguments: [
    ("photo.jpg", "photo.jpg"), ("/etc/passwd", "passwd"), ("C:\\a\\b.txt", "b.txt"),
    ("..", "file"),
    ("", "file"), ("a/..", "file"), ("exe\u{202e}gpj.x", "exegpj.x"), ("a\r\nb", "ab"),
    ("\u{0}", "file"), ("a/\u{301}b", "\u{301}b"), ("a\\\u{338}b", "\u{338}b"),
    ("a\u{600}/b", "b"),
    ("Größe 1.png", "Größe 1.png"),
    (String(repeating: "x", count: 300), String(repeating: "x", count: 255)),
    (String(repeating: "é", count: 200), String(repeating: "é", count: 127)),
  ])
  func `any file name becomes harmless`(text: String, wanted: String) throws {
    let name = FileName(cleaning: text)
    #expect(name.text == wanted && FileName(name.text) == name)
    #expect(FileName(text) == nil || text == wanted)
    #expect("\(name)" == "a file name")
  }

  @Test func `names that only look alike are different people and roles`() throws {
    let (one, other) = ("jos\u{e9}", "jose\u{301}")
    let people = [try #require(SubjectID(one)), try #require(SubjectID(other))]
    let roles = [try #require(Role(one)), try #require(Role(other))]
    #expect(one == other && people[0] != people[1] && roles[0] != roles[1])
    #expect(Set(people + people).count == 2 && Set(roles + roles).count == 2)
    let references = [one, other].flatMap { issuer in
      people.map { PersonReference(issuer: issuer, subject: $0) }
    }
    #expect(Set(references + references).count == 4)
    let holders = [one, other].map { TokenHolders(tenant: nil, issuer: $0, subject: nil) }
    #expect(Set(holders + holders).count == 2)
  }

  @Test func `keys, media types and reasons take their own form only`() throws {
    let house = ObjectPrefix(random: 7)
    let key = ObjectKey(prefix: house, version: VersionID(high: 1, low: 2))
    #expect(ObjectKey(key.text) == key && key.text.utf8.count == 50)
    for wrong in [
      "", "v1/x", key.text + "/", "v2" + key.text.dropFirst(2), "v1//" + key.text.dropFirst(20),
    ] {
      #expect(ObjectKey(wrong) == nil)
    }
    let types = [
      "image/jpeg": true, "application/vnd.ms-excel": true, "image/svg+xml": true, "image": false,
      "image/": false, "Image/jpeg": false, "a/b/c": false, "a/b; c=d": false, "a b/c": false,
    ]
    for (text, isRight) in types { #expect((MediaType(text) != nil) == isRight) }
    #expect(RefusalReason("Bad Reason").text == "unnamed-reason")
    #expect(RefusalReason("jpeg-truncated").text == "jpeg-truncated")
  }

  @Test func `a receipt survives its JSON and nothing else passes for one`() throws {
    let type = try MediaType("image/png").unwrapped()
    let receipt = ScrubReceipt(
      policy: "strict-1", tool: "postern-scrub 1.0", mediaType: type,
      sha256Before: SHA256.hash([1]),
      sha256After: SHA256.hash([2]), sizeBefore: 10, sizeAfter: 9,
      removed: [.init(name: "png-text", count: 2), .init(name: "exif", count: 1)])
    #expect(ScrubReceipt(json: receipt.json) == receipt)
    #expect(receipt.removed.map(\.name) == ["exif", "png-text"])
    let members = try receipt.json.objectValue.unwrapped().members
    for member in members {
      var fewer = receipt.json.objectValue
      fewer?[member.name] = .null
      #expect(ScrubReceipt(json: .object(try fewer.unwrapped())) == nil)
    }
    #expect(ScrubReceipt(json: "x") == nil)
    let staying = ScrubReceipt(
      policy: "strict-1", tool: "postern-scrub 1.0", mediaType: type,
      sha256Before: SHA256.hash([1]),
      sha256After: SHA256.hash([2]), sizeBefore: 10, sizeAfter: 9, removed: [],
      staying: [.init(name: "hidden", count: 2)])
    #expect(ScrubReceipt(json: staying.json) == staying && receipt.json["stays"] == nil)
    for wrong: JSONValue in [.null, 1, [1], [["class": "hidden", "count": 0]]] {
      var other = staying.json.objectValue
      other?["stays"] = wrong
      #expect(ScrubReceipt(json: .object(try other.unwrapped())) == nil)
    }
  }

  @Test func `scopes and rights are sets that keep their words`() {
    let all = ScopeSet(Scope.allCases)
    #expect(all.scopes == Scope.allCases && ScopeSet().scopes.isEmpty)
    for scope in Scope.allCases { #expect(ScopeSet([scope]).scopes == [scope]) }
    for raw in 0..<8 { #expect(Rights(Rights(rawValue: raw).list).rawValue == raw) }
  }

  @Test func `a page has 1 to 200 items`() throws {
    for (limit, isRight) in [(0, false), (1, true), (200, true), (201, false), (-1, false)] {
      let made = try? PageRequest<Int>(limit: limit)
      #expect((made != nil) == isRight)
    }
  }

  @Test func `a request's texts are cut, not refused`() {
    let long = String(repeating: "é", count: 600)
    let context = RequestContext(id: long, traceID: long, address: long, userAgent: long)
    #expect(context.id.utf8.count == 64 && context.traceID?.utf8.count == 32)
    #expect(context.address?.utf8.count == 64 && context.userAgent?.utf8.count == 512)
  }
}
