// What a customer reads: the page and the pages of dead links, in both languages and in the tenant's
// brand.

import Base
import Cryptography
import Delivery
import Foundation
import JSONText
import TestSupport
import Testing

@Suite struct PageTests {
  static let german = [("Accept-Language", "de-AT,de;q=0.9,en;q=0.5")]

  @Test func `a page says who sends what until when, in the reader's language`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":2,"expires_in":600}"#)
      let page = try await door.knock("GET", path)
      #expect(page["Content-Language"] == "en" && page.text.contains("<html lang=\"en\">"))
      for text in [
        "<p>From acme</p>", "Picture (JPEG)", "less than 1 MB", "\u{A0}UTC</time>",
        "<dt>Downloads left</dt><dd>2</dd>", ">Download</button>", "--t:600}to",
      ] {
        #expect(page.text.contains(text), "\(text)")
      }
      let seite = try await door.knock("GET", path, fields: Self.german)
      #expect(seite["Content-Language"] == "de" && seite.text.contains("<html lang=\"de\">"))
      for text in [
        "Von acme", "Bild (JPEG)", "weniger als 1 MB", "\u{A0}Uhr\u{A0}UTC</time>",
        "<dt>Downloads übrig</dt><dd>2</dd>", ">Herunterladen</button>",
      ] {
        #expect(seite.text.contains(text), "\(text)")
      }
      for answer in [page, seite] {
        #expect(answer["Vary"] == "Accept, Accept-Language, Cookie")
        #expect(!answer.text.contains("<script") && !answer.text.contains("style=\""))
        #expect(answer.body.count % 4096 == 0)
      }
    }
  }

  @Test(arguments: [
    ("", "en"), ("de", "de"), ("DE-ch", "de"), ("fr,de;q=0.1", "de"), ("fr", "en"),
    ("en;q=0.8,de;q=0.9", "de"), ("de;q=0,en;q=0.1", "en"), ("de;q=0.5,en;q=0.5", "de"),
    ("en,de", "en"), ("de-x-klingon", "de"), ("*", "en"), ("*,de;q=0.2", "de"), ("dexter", "en"),
    ("de;q=2", "en"), ("de;q=x", "en"), (";;,,;q=1,de", "de"), ("de;q=0.001", "de"),
  ])
  func `the language follows the lookup of RFC 4647`(field: String, tag: String) async throws {
    let house = try await House()
    try await house.open { door in
      let answer = try await door.knock("GET", "/d/x", fields: [("Accept-Language", field)])
      #expect(answer["Content-Language"] == tag && answer.status == 404)
    }
  }

  @Test func `the brand is on the page and on the pages of its dead links, nowhere else`()
    async throws
  {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let logo = try LogoImage(Logos.png())
    try await house.setPolicy {
      $0.brand = Brand(name: "Acme <& Söhne>", colour: BrandColour("#ffee00"), logo: logo)
    }
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1,"expires_in":60}"#)
      let page = try await door.knock("GET", path)
      let picture = "<img src=\"\(logo.dataURL)\" alt=\"Acme &lt;&amp; Söhne&gt;\">"
      #expect(page.text.contains(picture) && page.text.contains("From Acme &lt;&amp; Söhne&gt;"))
      #expect(page["Content-Security-Policy"]?.contains("; img-src data:; ") == true)
      house.time.advance(seconds: 60)
      let gone = try await door.knock("GET", path)
      #expect(gone.status == 410 && gone.text.contains(picture))
      #expect(gone.text.contains("Please ask Acme &lt;&amp; Söhne&gt; for a new one."))
      #expect(gone["Content-Security-Policy"]?.contains("; img-src data:; ") == true)
      let unknown = try await door.knock("GET", "/d/x")
      #expect(!unknown.text.contains("Acme") && !unknown.text.contains("<img"))
      #expect(unknown["Content-Security-Policy"]?.contains("img-src") == false)
    }
  }

  @Test(arguments: ["#0b5cad", "#ffee00", "#ffffff", "#000000", "#808080", "#ff0000", "#161c23"])
  func `whatever the colour, the button stands out and its words can be read`(
    colour: String
  ) async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.setPolicy { $0.brand.colour = BrandColour(colour) }
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"landing":"page"}"#)
      let sheet = try await door.knock("GET", path).text
      func values(_ name: String) -> [String] {
        sheet.components(separatedBy: "--\(name):#").dropFirst().map { String($0.prefix(6)) }
      }
      for mode in 0...1 {
        let (act, on, paper) = (values("act")[mode], values("on")[mode], values("paper")[mode])
        #expect(Self.contrast(act, on) >= 4.5 && act == String(colour.dropFirst()))
        #expect(Self.contrast(values("rim")[mode], paper) >= 3)
        for ink in ["ink", "soft"] {
          #expect(Self.contrast(values(ink)[mode], paper) >= 4.5)
          #expect(Self.contrast(values(ink)[mode], values("note")[mode]) >= 4.5)
        }
      }
    }
  }

  @Test func `a pinned link to a replaced version says so, and delivers only if policy allows`()
    async throws
  {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.open { door in
      let order = #"{"version":"\#(version.id)","landing":"page"}"#
      let path = try await door.link(to: document.id, order)
      let current = try await door.link(to: document.id, #"{"landing":"page"}"#)
      let note = "There is a newer version of this file."
      #expect(try await !door.knock("GET", path).text.contains(note))
      let next = try await house.stage.publish(document)
      let page = try await door.knock("GET", path)
      #expect(page.status == 200 && page.text.contains(note))
      #expect(try await !door.knock("GET", current).text.contains(note))
      let direct = try await door.link(to: document.id, #"{"version":"\#(version.id)"}"#)
      #expect(try await door.knock("GET", direct).status == 303)
      let person = try await door.knock("GET", direct, fields: RedeemTests.browser)
      #expect(person.status == 200 && person.text.contains(note))
      let form = try await door.form(of: path)
      #expect(try await door.press(path, nonce: form.nonce, cookie: form.cookie).status == 303)
      let shown = try await door.ask("GET", "/v1/documents/\(document.id)/versions/\(version.id)")
      #expect(shown.member("replaced_by") == "\(next.id)" && shown.member("released_by") != nil)
      try await house.setPolicy { $0.allowsSupersededVersions = false }
      let gone = try await door.knock("GET", path)
      #expect(gone.status == 410 && gone.text.contains("<h1>There is a newer version"))
      #expect(
        try await door.knock("GET", path, fields: RedeemTests.program).code
          == "version-superseded")
      #expect(
        try await door.ask("POST", "/v1/documents/\(document.id)/links", json: order).code
          == "version-superseded")
      #expect(try await door.knock("GET", current).status == 200)
    }
  }

  @Test func `a link to what is not valid yet says from when it is`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"version":"\#(version.id)"}"#)
      let start = house.time.now.adding(seconds: 120)
      let change = try await door.ask(
        "PATCH", "/v1/documents/\(document.id)/versions/\(version.id)",
        json: #"{"valid_from":"\#(start)"}"#)
      #expect(change.status == 200)
      let page = try await door.knock("GET", path)
      #expect(page.status == 410 && page.text.contains("<h1>This file is not available yet</h1>"))
      #expect(page.text.contains("It is available from "))
      let seite = try await door.knock("GET", path, fields: Self.german)
      #expect(seite.text.contains("Diese Datei ist noch nicht verfügbar"))
      let problem = try await door.knock("GET", path, fields: RedeemTests.program)
      #expect(problem.status == 410 && problem.code == "version-not-yet-valid")
      house.time.advance(seconds: 120)
      #expect(try await door.knock("GET", path).status == 303)
    }
  }

  @Test func `looking is recorded as what it was and uses nothing up`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let scanner = [("Sec-Purpose", "prefetch;prerender")]
      for (method, fields) in [
        ("GET", []), ("HEAD", []), ("OPTIONS", []), ("GET", scanner), ("HEAD", scanner),
        ("OPTIONS", scanner),
      ] { _ = try await door.knock(method, path, fields: fields) }
      let kinds = await house.store.recorded(in: .tenant(house.acme)).suffix(6).map(\.kind)
      #expect(kinds == [.linkView, .linkProbe, .linkProbe, .linkScan, .linkScan, .linkScan])
      #expect(try await RedeemTests.usesLeft(house) == 1)
      let form = try await door.form(of: path)
      #expect(try await door.press(path, nonce: form.nonce, cookie: form.cookie).status == 303)
    }
  }

  @Test func `HEAD has the store's entity tag, or none if the store is silent`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id)
      house.objects.fail(.head, with: .unavailable)
      let silent = try await door.knock("HEAD", path)
      #expect(silent.status == 200 && silent["ETag"] == nil)
      #expect(silent["Content-Length"] == "\(version.size)")
      house.objects.fail(.head, with: nil)
      let stored = try await house.objects.access.head(version.objectKey)
      #expect(try await door.knock("HEAD", path)["ETag"] == stored?.entityTag)
    }
  }

  @Test func `the logo goes up as a picture and comes back as its digest`() async throws {
    let house = try await House()
    try await house.open { door in
      let logo = try LogoImage(Logos.png())
      func put(_ version: Int, _ brand: String) async throws -> Answer {
        var body = try await door.ask("GET", "/v1/policy").text
        let end = try #require(body.range(of: #""brand":"#)?.lowerBound ?? body.indices.last)
        body = String(body[..<end])
        if body.hasSuffix(",") { body.removeLast() }
        body = body.replacingOccurrences(
          of: #""version":\#(version - 1)"#, with: #""version":\#(version)"#)
        return try await door.ask("PUT", "/v1/policy", json: body + #","brand":\#(brand)}"#)
      }
      let first = try await put(1, #"{"name":"Acme","logo":"\#(logo.dataURL)"}"#)
      let digest = "sha256:" + logo.sha256.bytes.map { String(format: "%02x", $0) }.joined()
      #expect(first.status == 200 && first.json?["brand"]?["logo"]?.stringValue == digest)
      let kept = try await put(2, ##"{"colour":"#112233","logo":"\##(digest)"}"##)
      #expect(kept.status == 200 && kept.json?["brand"]?["colour"]?.stringValue == "#112233")
      #expect(try await house.store.policy(of: house.acme).brand.logo == logo)
      let foreign = "sha256:" + String(repeating: "0", count: 64)
      for bad in [foreign, "data:image/svg+xml;base64,AAAA", "https://example.com/a.png"] {
        let answer = try await put(3, #"{"logo":"\#(bad)"}"#)
        #expect(answer.status == 422 && answer.code == "policy-invalid")
      }
      #expect(try await put(3, "{}").json?["brand"] == nil)
      #expect(try await put(4, #"{"logo":"\#(digest)"}"#).code == "policy-invalid")
    }
  }

  /// WCAG's contrast ratio, written again.
  static func contrast(_ one: String, _ other: String) -> Double {
    func light(_ text: String) -> Double {
      let number = Int(text, radix: 16) ?? 0
      return zip([16, 8, 0], [0.2126, 0.7152, 0.0722]).reduce(0) { sum, part in
        let share = Double(number >> part.0 & 255) / 255
        let linear = share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        return sum + linear * part.1
      }
    }
    let pair = [light(one), light(other)].sorted()
    return (pair[1] + 0.05) / (pair[0] + 0.05)
  }
}
