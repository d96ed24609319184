// Files that the gateway sends itself: ranges, conditions, fields, sessions, limits, records.

import API
import Base
import Cryptography
import Delivery
import Foundation
import JSONText
import TestSupport
import Testing

@Suite struct ProxyTests {
  private static let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
  private static let firefox = [("User-Agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0")]

  /// A house whose tenant delivers through the gateway, and the document's version.
  private func house(
    _ change: @escaping (inout TenantPolicy) -> Void = { $0.delivery = .proxy },
    _ settings: HouseSettings = HouseSettings()
  ) async throws -> (House, Document, Version) {
    let house = try await House(settings)
    let (document, version, _) = try await house.openDocument()
    house.objects.add(version.objectKey, Self.content)
    try await house.setPolicy(change)
    return (house, document, version)
  }

  private func kinds(_ house: House, _ prefix: String) async -> [AuditEvent] {
    await house.store.recorded(in: .tenant(house.acme)).filter {
      $0.kind.rawValue.hasPrefix(prefix)
    }
  }

  @Test func `the answer has the bytes, the store's fields and our protection`() async throws {
    let (house, document, version) = try await house()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"filename":"R\u00e4chnung.pdf"}"#)
      let get = try await door.knock("GET", path)
      #expect(get.status == 200 && get.body == Self.content)
      let head = try await door.knock("HEAD", path)
      #expect(head.status == 200 && head.body.isEmpty)
      let expected = [
        ("Content-Length", "1000"), ("Content-Type", "image/jpeg"), ("Accept-Ranges", "bytes"),
        ("ETag", "\"\(version.sha256.hex)\""), ("X-Content-Type-Options", "nosniff"),
        (
          "Content-Disposition",
          "attachment; filename=\"R_chnung_pdf.jpg\"; filename*=UTF-8''R%C3%A4chnung_pdf.jpg"
        ),
        (
          "Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"
        ),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex, nofollow, noarchive"),
        ("Strict-Transport-Security", "max-age=31536000"),
      ]
      for (name, value) in expected {
        #expect(get.all(name) == [value], "\(name)")
        #expect(head.all(name) == [value], "\(name)")
      }
      #expect(get["Repr-Digest"]?.hasPrefix("sha-256=:") == true && get["Set-Cookie"] == nil)
      #expect(house.objects.orders.isEmpty)
      let events = await kinds(house, "download.")
      #expect(events.map(\.kind) == [.downloadStart, .downloadEnd])
      #expect(events.last?.transfer?.sent == 1000 && events.last?.outcome == .success)
    }
  }

  /// A Range value, the status, the bytes.
  private static let ranges: [(String, Int, Range<Int>)] = [
    ("bytes=0-0", 206, 0..<1), ("bytes=999-", 206, 999..<1000), ("bytes=-1", 206, 999..<1000),
    ("bytes=10-19", 206, 10..<20), ("bytes=0-5000", 206, 0..<1000), ("bytes=-5000", 206, 0..<1000),
    ("bytes=0-1,5-6", 200, 0..<1000), ("bytes=5-4", 200, 0..<1000), ("lines=1-2", 200, 0..<1000),
    ("bytes=x", 200, 0..<1000), ("bytes=1000-", 416, 0..<0), ("bytes=-0", 416, 0..<0),
  ]

  @Test func `one range is a part, any other is the whole, none is 416`() async throws {
    let (house, document, _) = try await house()
    try await house.open { door in
      let path = try await door.link(to: document.id)
      for (value, status, range) in Self.ranges {
        let before = await kinds(house, "download.").count
        let answer = try await door.knock("GET", path, fields: [("Range", value)])
        #expect(answer.status == status, "\(value)")
        let after = await kinds(house, "download.")
        guard status != 416 else {
          #expect(answer["Content-Range"] == "bytes */1000" && answer.code == "range-unsatisfiable")
          #expect(after.count == before)
          continue
        }
        #expect(answer.body == Array(Self.content[range]), "\(value)")
        #expect(answer["Content-Length"] == "\(range.count)")
        #expect(
          answer["Content-Range"]
            == (status == 206 ? "bytes \(range.lowerBound)-\(range.upperBound - 1)/1000" : nil))
        let end = try #require(after.last)
        #expect(after.count == before + 2 && end.transfer?.status == status)
        #expect(end.transfer?.offset == Int64(range.lowerBound))
        #expect(end.transfer?.sent == Int64(range.count))
      }
    }
  }

  @Test func `conditions are those of RFC 9110 with the digest as the tag`() async throws {
    let (house, document, version) = try await house()
    try await house.open { door in
      let path = try await door.link(to: document.id)
      let tag = "\"\(version.sha256.hex)\""
      let part = ("Range", "bytes=500-")
      let cases: [([(String, String)], Int, Int)] = [
        ([part, ("If-Range", tag)], 206, 500), ([part, ("If-Range", "\"other\"")], 200, 1000),
        ([part, ("If-Range", "W/" + tag)], 200, 1000),
        ([part, ("If-Range", "Sat, 01 Jan 2026 00:00:00 GMT")], 200, 1000),
        ([("If-None-Match", tag)], 304, 0), ([("If-None-Match", "W/" + tag)], 304, 0),
        ([("If-None-Match", "*")], 304, 0), ([("If-None-Match", "\"other\"")], 200, 1000),
        ([("If-Match", tag)], 200, 1000), ([("If-Match", "\"other\"")], 412, -1),
      ]
      for (fields, status, count) in cases {
        let before = await kinds(house, "download.").count
        let get = try await door.knock("GET", path, fields: fields)
        #expect(get.status == status, "\(fields)")
        if count >= 0 { #expect(get.body.count == count, "\(fields)") }
        if status == 304 { #expect(get["ETag"] == tag) }
        let events = await kinds(house, "download.").count
        #expect(events == before + (get.status < 300 ? 2 : 0), "\(fields)")
        let head = try await door.knock("HEAD", path, fields: fields)
        #expect(head.status == (status == 206 ? 200 : status) && head.body.isEmpty)
        #expect(await kinds(house, "download.").count == events)
      }
    }
  }

  @Test func `the form leads back to the link, where its session has the file and resumes it`()
    async throws
  {
    let (house, document, _) = try await house()
    try await house.open { door in
      for order in [#"{"max_downloads":1}"#, #"{"landing":"page"}"#] {
        let path = try await door.link(to: document.id, order)
        let form = try await door.form(of: path)
        let pressed = try await door.press(path, nonce: form.nonce, cookie: form.cookie)
        #expect(pressed.status == 303 && pressed["Location"] == path)
        let cookie = try #require(
          pressed["Set-Cookie"]?.split(separator: ";").first.map(String.init))
        let session = [("Cookie", cookie)]
        let whole = try await door.knock("GET", path, fields: session)
        #expect(whole.status == 200 && whole.body == Self.content)
        let rest = try await door.knock("GET", path, fields: session + [("Range", "bytes=900-")])
        #expect(rest.status == 206 && rest.body == Array(Self.content[900...]))
        let head = try await door.knock("HEAD", path, fields: session)
        #expect(head["Content-Length"] == "1000")
        let isCounted = order.contains("max")
        #expect(try await door.knock("GET", path).status == (isCounted ? 410 : 200))
        #expect(try await door.knock("HEAD", path)["ETag"] == nil)
        let prefetch = try await door.knock(
          "GET", path, fields: session + [("Sec-Purpose", "prefetch")])
        #expect(prefetch["Content-Type"]?.hasPrefix("text/html") == true)
      }
      #expect(await kinds(house, "link.redeem").filter { $0.outcome == .success }.count == 2)
      #expect(await kinds(house, "download.start").count == 4)
    }
  }

  @Test func `above a size browsers resume at us, other programs and small files at the store`()
    async throws
  {
    let (house, document, _) = try await house { $0.proxyAboveBytes = 999 }
    try await house.open { door in
      let path = try await door.link(to: document.id)
      #expect(try await door.knock("GET", path).status == 303)
      #expect(try await door.knock("GET", path, fields: [("User-Agent", "curl/8")]).status == 303)
      let browser = try await door.knock("GET", path, fields: Self.firefox)
      #expect(browser.status == 200 && browser.body == Self.content)
      #expect(try await door.knock("HEAD", path, fields: Self.firefox)["ETag"] != nil)
      try await house.setPolicy { $0.proxyAboveBytes = 1000 }
      #expect(try await door.knock("GET", path, fields: Self.firefox).status == 303)
    }
  }

  @Test func `a link that is over answers a resumed download with 410`() async throws {
    let (house, document, _) = try await house()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"expires_in":60}"#)
      let part = RedeemTests.program + [("Range", "bytes=1-")]
      #expect(try await door.knock("GET", path, fields: part).status == 206)
      house.time.advance(seconds: 60)
      let late = try await door.knock("GET", path, fields: part)
      #expect(late.status == 410 && late.code == "link-expired" && late["ETag"] == nil)
    }
  }

  @Test func `a store that is away is a problem before the head, a cut after it`() async throws {
    let (house, document, version) = try await house()
    try await house.open { door in
      let path = try await door.link(to: document.id)
      house.objects.fail(.open, with: .unavailable)
      let away = try await door.knock("GET", path, fields: RedeemTests.program)
      #expect(away.status == 503 && away.code == "object-store-unavailable")
      #expect(away["Retry-After"] == "5")
      let page = try await door.knock("GET", path, fields: RedeemTests.browser)
      #expect(page.status == 503 && page["Content-Type"]?.hasPrefix("text/html") == true)
      #expect(await kinds(house, "download.").isEmpty)
      house.objects.fail(.open, with: nil)
      house.objects.add(version.objectKey, Array(Self.content.prefix(250)))
      let cut = try await door.knock("GET", path)
      #expect(cut.status == 200 && cut["Content-Length"] == "1000" && cut.body.count == 250)
      let end = await kinds(house, "download.").last
      #expect(end?.outcome == .failure && end?.transfer?.sent == 250)
    }
  }

  @Test func `a download over the limit is told to wait`() async throws {
    var settings = HouseSettings()
    settings.downloadsMax = 0
    let (house, document, _) = try await house({ $0.delivery = .proxy }, settings)
    try await house.open { door in
      let path = try await door.link(to: document.id)
      let answer = try await door.knock("GET", path, fields: RedeemTests.program)
      #expect(answer.status == 503 && answer.code == "downloads-busy")
      #expect(answer["Retry-After"] == "5")
      #expect(try await door.knock("HEAD", path).status == 200)
      #expect(await kinds(house, "download.").isEmpty)
    }
  }

  @Test func `an end that cannot be recorded cuts the connection and is reported`() async throws {
    let (house, document, _) = try await house()
    try await house.open { door in
      let path = try await door.link(to: document.id)
      let store = house.store
      await store.beforeNextChange { _ in
        await store.beforeNextChange { _ in
          await store.failChanges(with: StoreError(.full, "The test wants it."))
        }
      }
      #expect(try await door.knock("GET", path).status == 200)
      await store.failChanges(with: nil)
      #expect(house.reported.withLock { $0 } == ["store-full"])
    }
  }

  @Test func `the policy has its members, and both are optional in a request`() async throws {
    let house = try await House()
    try await house.open { door in
      let path = "/v1/policy"
      let shown = try await door.ask("GET", path)
      #expect(shown.member("delivery") == "redirect" && shown.json?["proxy_above_bytes"] == nil)
      func put(_ from: String, _ to: String) async throws -> Answer {
        let text = shown.text.replacingOccurrences(of: "\"version\":0", with: "\"version\":1")
        return try await door.ask(
          "PUT", path, json: text.replacingOccurrences(of: from, with: to))
      }
      let mode = #""delivery":"redirect""#
      for bad in [#""delivery":"pigeon""#, mode + #","proxy_above_bytes":-1"#] {
        #expect(try await put(mode, bad).code == "policy-invalid")
      }
      let changed = try await put(mode, #""delivery":"proxy","proxy_above_bytes":5"#)
      #expect(changed.status == 200, "\(changed.text)")
      #expect(try await house.store.policy(of: house.acme).delivery == .proxy)
      #expect(try await house.store.policy(of: house.acme).proxyAboveBytes == 5)
    }
  }
}
