// The customer's side: direct links, the page, its form, and every way to be refused.

import API
import Base
import Delivery
import Foundation
import TestSupport
import Testing

@Suite struct RedeemTests {
  static let browser = [("Accept", "text/html,application/xhtml+xml")]
  static let program = [("Accept", "application/json")]

  static func usesLeft(_ house: House) async throws -> Int? {
    await house.store.recorded(in: .tenant(house.acme)).last { $0.link != nil }?.link?.usesLeft
  }

  @Test func `a direct link redirects a GET and describes the file to a HEAD`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id)
      let get = try await door.knock("GET", path)
      #expect(get.status == 303)
      #expect(get["Location"]?.hasPrefix("https://store.test/") == true)
      #expect(get["Set-Cookie"] == nil && get.body.isEmpty)
      let count = await house.store.recorded(in: .tenant(house.acme)).count
      let head = try await door.knock("HEAD", path)
      #expect(head.status == 200 && head.body.isEmpty)
      #expect(head["Content-Length"] == "\(version.size)" && head["Accept-Ranges"] == "bytes")
      #expect(head["Content-Type"] == "image/jpeg" && head["Location"] == nil)
      #expect(head["Repr-Digest"]?.hasPrefix("sha-256=:") == true)
      let events = await house.store.recorded(in: .tenant(house.acme)).dropFirst(count)
      #expect(events.map(\.kind) == [.linkProbe])
    }
  }

  @Test func `nothing but the form uses up a link`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let scanner = [("User-Agent", "Mozilla/5.0 (compatible; SkypeUriPreview Preview/0.5)")]
      for (method, status) in [("GET", 200), ("HEAD", 200), ("OPTIONS", 204), ("PUT", 405)] {
        for fields in [[], scanner, [("Sec-Purpose", "prefetch")]] {
          let answer = try await door.knock(method, path, fields: fields)
          #expect(answer.status == status, "\(method)")
          if status != 200 { #expect(answer["Allow"] == "GET, HEAD, POST, OPTIONS") }
        }
      }
      #expect(try await Self.usesLeft(house) == 1)
      let page = try await door.knock("GET", path)
      #expect(page.text.contains("<form method=\"post\">") && !page.text.contains("<script"))
      #expect(!page.text.contains("a.jpg") && !page.text.contains("Invoice 1"))
      #expect(page["Set-Cookie"]?.contains("SameSite=Strict") == true)
      #expect(page["Set-Cookie"]?.hasPrefix("__Host-") == true)
      let head = try await door.knock("HEAD", path)
      #expect(head["Content-Type"] == page["Content-Type"])
      #expect(head["Content-Security-Policy"] == page["Content-Security-Policy"])
    }
  }

  @Test func `of a hundred presses on one use exactly one downloads`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let form = try await door.form(of: path)
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<100 {
          group.addTask {
            try await door.press(path, nonce: form.nonce, cookie: form.cookie).status
          }
        }
        return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
      }
      #expect(statuses == [303: 1, 410: 99])
    }
  }

  @Test func `the session of a use downloads again until it ends, nobody else does`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1,"expires_in":900}"#)
      let form = try await door.form(of: path)
      let pressed = try await door.press(path, nonce: form.nonce, cookie: form.cookie)
      #expect(pressed.status == 303)
      let session = try #require(
        pressed["Set-Cookie"]?.split(separator: ";").first.map(String.init))
      #expect(session.hasPrefix("__Host-pst-s-"))
      #expect(pressed["Set-Cookie"]?.contains("HttpOnly") == true)
      let again = try await door.knock("GET", path, fields: [("Cookie", "a=b; \(session)")])
      #expect(again.status == 303 && again["Set-Cookie"] == nil)
      #expect(try await door.knock("GET", path).status == 410)
      let second = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let value = session.split(separator: "=")[1]
      let name = try await door.form(of: second).cookie.split(separator: "=")[0]
        .replacingOccurrences(of: "-n-", with: "-s-")
      let elsewhere = try await door.knock("GET", second, fields: [("Cookie", "\(name)=\(value)")])
      #expect(elsewhere.status == 200)
      house.time.advance(seconds: 600)
      #expect(try await door.knock("GET", path, fields: [("Cookie", session)]).status == 410)
    }
  }

  @Test func `a form from elsewhere is refused and uses nothing`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let (nonce, cookie) = try await door.form(of: path)
      let name = cookie.split(separator: "=")[0]
      let bad: [(String, String, [(String, String)])] = [
        ("wrong", cookie, []), ("", cookie, []), (nonce, "x=y", []), (nonce, "\(name)=wrong", []),
        ("", "\(name)=", []), (nonce, cookie, [("Sec-Fetch-Site", "cross-site")]),
        (nonce, cookie, [("Sec-Fetch-Site", "same-site")]), ("\(nonce)&x=1", cookie, []),
      ]
      for (nonce, cookie, fields) in bad {
        let answer = try await door.press(
          path, nonce: nonce, cookie: cookie, fields: fields + Self.program)
        #expect(answer.status == 403 && answer.code == "form-refused")
      }
      let json = try await door.knock(
        "POST", path, fields: [("Cookie", cookie), ("Content-Type", "application/json")],
        body: "{}")
      #expect(json.status == 415)
      let large = try await door.press(
        path, nonce: String(repeating: "a", count: 5000), cookie: cookie)
      #expect(large.status == 413)
      for site in ["same-origin", "none"] {
        let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
        let (nonce, cookie) = try await door.form(of: path)
        let answer = try await door.press(
          path, nonce: nonce, cookie: cookie, fields: [("Sec-Fetch-Site", site)])
        #expect(answer.status == 303)
      }
    }
  }

  @Test func `a dead link says why, as a page or as problem details`() async throws {
    let house = try await House()
    let (document, version, grant) = try await house.openDocument()
    try await house.open { door in
      let expired = try await door.link(to: document.id, #"{"expires_in":60}"#)
      let revoked = try await door.link(to: document.id, "{}")
      let issued = await house.store.recorded(in: .tenant(house.acme)).last?.link?.id
      _ = try await door.ask("DELETE", "/v1/links/\(try #require(issued))")
      let pinned = try await door.link(to: document.id, #"{"version":"\#(version.id)"}"#)
      let used = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let form = try await door.form(of: used)
      _ = try await door.press(used, nonce: form.nonce, cookie: form.cookie)
      let live = try await door.link(to: document.id, "{}")
      house.time.advance(seconds: 60)
      _ = try await house.stage.withdraw(version)
      var dead = [
        (expired, "link-expired"), (revoked, "link-revoked"), (used, "link-used-up"),
        (pinned, "version-withdrawn"), (live, "link-unavailable"),
      ]
      for (path, code) in dead {
        let problem = try await door.knock("GET", path, fields: Self.program)
        #expect(problem.status == 410 && problem.code == code)
        #expect(problem["Content-Type"] == "application/problem+json")
        let page = try await door.knock("GET", path, fields: Self.browser)
        #expect(page.status == 410 && page["Content-Type"] == "text/html; charset=utf-8")
        #expect(page.text.contains("<h1>") && !page.text.contains(String(path.dropFirst(3))))
        #expect(try await door.knock("HEAD", path).status == 410)
      }
      _ = try await house.stage.publish(document)
      #expect(try await door.knock("GET", live).status == 303)
      _ = try await door.ask("DELETE", "/v1/grants/\(grant)")
      dead = [(live, "link-unavailable")]
      #expect(try await door.knock("GET", live, fields: Self.program).code == dead[0].1)
    }
  }

  @Test func `malformed and never issued tokens cannot be told apart`() async throws {
    let house = try await House()
    let neverIssued = LinkToken(at: Timestamp(milliseconds: 9), random: (1, 2)).secretText
    try await house.open { door in
      for method in ["GET", "HEAD", "POST", "OPTIONS"] {
        for fields in [Self.browser, Self.program] {
          var answers = Set<String>()
          for token in [
            neverIssued, String(neverIssued.dropLast()) + "!", "x", "a/b", "%00", "..",
            String(repeating: "a", count: 4000),
          ] {
            let answer = try await door.knock(method, "/d/\(token)", fields: fields)
            answers.insert(answer.masked)
            if method == "GET" { #expect(answer.status == 404) }
          }
          #expect(answers.count == 1, "\(method)")
        }
      }
    }
  }

  @Test func `every answer below /d/ is protected`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let direct = try await door.link(to: document.id)
      let counted = try await door.link(to: document.id, #"{"max_downloads":2}"#)
      let form = try await door.form(of: counted)
      let answers = [
        try await door.knock("GET", direct), try await door.knock("HEAD", direct),
        try await door.knock("GET", counted), try await door.knock("OPTIONS", counted),
        try await door.press(counted, nonce: form.nonce, cookie: form.cookie),
        try await door.press(counted, nonce: "wrong", cookie: form.cookie),
        try await door.knock("GET", "/d/x"),
        try await door.knock("GET", "/d/x", fields: Self.program),
      ]
      let wanted = [
        "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",
        "Vary": "Accept, Accept-Language, Cookie",
      ]
      for answer in answers {
        for (name, value) in wanted { #expect(answer.all(name) == [value], "\(name)") }
        let policy = answer.all("Content-Security-Policy")
        #expect(policy.count == 1 && policy[0].hasPrefix("default-src 'none'; "))
        for token in [direct, counted] {
          #expect(!answer.masked.contains(token.dropFirst(3)))
        }
      }
      #expect(
        answers[2]["Content-Security-Policy"]?.contains("form-action 'self' https://store.test;")
          == true)
    }
  }

  @Test func `over plain http the cookies work and promise nothing`() async throws {
    var settings = HouseSettings()
    settings.publicOrigin = "http://127.0.0.1:8080"
    settings.objectOrigin = nil
    let house = try await House(settings)
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let page = try await door.knock("GET", path)
      #expect(page["Set-Cookie"]?.hasPrefix("pst-n-") == true)
      #expect(page["Set-Cookie"]?.contains("Secure") == false)
      #expect(page["Strict-Transport-Security"] == nil)
      let form = try await door.form(of: path)
      #expect(try await door.press(path, nonce: form.nonce, cookie: form.cookie).status == 303)
    }
  }

  @Test func `guessing is paid for by the guesser, and an outage uses nothing up`() async throws {
    var settings = HouseSettings()
    settings.addressLimit = RateLimit(requestsPerMinute: 60, burst: 25)
    let house = try await House(settings)
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = try await door.link(to: document.id, #"{"max_downloads":1}"#)
      let form = try await door.form(of: path)
      house.objects.fail(.presign, with: .unavailable)
      let outage = try await door.press(
        path, nonce: form.nonce, cookie: form.cookie, fields: Self.program)
      #expect(outage.status == 503 && outage.code == "object-store-unavailable")
      #expect(outage["Retry-After"] != nil)
      house.objects.fail(.presign, with: nil)
      #expect(try await door.press(path, nonce: form.nonce, cookie: form.cookie).status == 303)
      var statuses = [Int]()
      for _ in 0..<4 { statuses.append(try await door.knock("GET", "/d/x").status) }
      #expect(statuses == [404, 404, 404, 429])
      let limited = try await door.knock("GET", "/d/x")
      #expect(
        limited["Retry-After"] != nil && limited["Content-Type"]?.hasPrefix("text/html") == true)
    }
  }
}
