// The library over HTTP: finding, changing, keeping and deleting documents.

import API
import Base
import Delivery
import Foundation
import JSONText
import TestSupport
import Testing

@Suite struct LibraryTests {
  /// A house in which everybody may do everything with all documents of acme.
  private static func house() async throws -> House {
    let house = try await House()
    _ = try await house.stage.grant(
      .everyone, .all, [.read, .issue, .write], in: house.acme)
    return house
  }

  private static func ids(_ answer: Answer) -> [String] {
    answer.json?["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
  }

  @Test func `documents are found by each filter and in each order`() async throws {
    let house = try await Self.house()
    var made = [String]()
    for (title, type, label, period) in [
      ("Bill March", "invoice", "paid", "2026-03"), ("Site photo", "photo", "paid", "2026-03-14"),
      ("Album", "photo", "open", "2025"),
    ] {
      house.time.advance(milliseconds: 1000)
      let document = try await house.stage.createDocument(
        in: house.acme, title: title, type: type, labels: [label, "all"], period: period)
      made.append("\(document.id)")
    }
    _ = try await house.stage.publish(
      try await house.stage.createDocument(in: house.other, title: "Site of others"))
    let second = ManualClock.start.adding(seconds: 2)
    try await house.open { door in
      let cases: [(String, [Int])] = [
        ("", [2, 1, 0]), ("sort=created", [0, 1, 2]), ("sort=title", [2, 0, 1]),
        ("sort=-title", [1, 0, 2]), ("sort=-updated", [2, 1, 0]), ("q=site", [1]),
        ("q=mar%20bi", [0]), ("type=photo", [2, 1]), ("label=paid", [1, 0]),
        ("label=all,open", [2]), ("period=2026", [1, 0]), ("period=2026-03-14", [1]),
        ("created_from=\(second)", [2, 1]), ("created_before=\(second)", [0]),
        ("current=true", []), ("current=false&type=invoice", [0]),
      ]
      for (query, wanted) in cases {
        let answer = try await door.ask("GET", "/v1/documents?\(query)")
        #expect(Self.ids(answer) == wanted.map { made[$0] }, "\(query): \(answer.text)")
      }
      for query in [
        "q=%21%3F", "q=", "sort=size", "sort=--title", "label=a,,b", "label=A", "period=2026-13",
        "period=26", "current=yes", "created_from=2026", "label=a,b,c,d,e,f,g,h,i",
      ] {
        let answer = try await door.ask("GET", "/v1/documents?\(query)")
        #expect(answer.code == "parameter-invalid", "\(query)")
      }
    }
  }

  @Test func `a cursor goes on in its own list and in no other`() async throws {
    let house = try await Self.house()
    _ = try await house.stage.grant(.everyone, .all, [.read], in: house.other)
    for tenant in [house.acme, house.other] {
      for number in 0..<5 {
        house.time.advance(milliseconds: 1)
        _ = try await house.stage.createDocument(
          in: tenant, title: "Same \(number / 2)", labels: ["x"])
      }
    }
    try await house.open { door in
      for sort in ["created", "-created", "title", "-title", "updated", "-updated"] {
        let list = "/v1/documents?sort=\(sort)"
        let whole = Self.ids(try await door.ask("GET", list))
        var (seen, cursor, first) = ([String](), String?.none, "")
        repeat {
          let more = cursor.map { "&cursor=\($0)" } ?? ""
          let page = try await door.ask("GET", "\(list)&limit=2\(more)")
          seen += Self.ids(page)
          cursor = page.member("next_cursor")
          if first.isEmpty { first = cursor ?? "" }
        } while cursor != nil && seen.count < 9
        #expect(seen == whole && whole.count == 5)
        // A page may end behind a document that the caller must not know of.
        let box = try #require(Data(base64Encoded: Self.padded(first)))
        #expect(box.range(of: Data("same".utf8)) == nil)
        for id in whole {
          let raw = try #require(DocumentID(id)).bytes
          #expect(box.range(of: Data(raw)) == nil, "\(sort)")
        }
        let changed = String(first.dropLast(2)) + (first.hasSuffix("AA") ? "BA" : "AA")
        let stranger = try house.token(tenant: "other")
        for (target, token) in [
          ("\(list)&cursor=\(changed)", nil), ("\(list)&label=x&cursor=\(first)", nil),
          ("\(list)&cursor=\(first)", stranger), ("\(list)&cursor=AAAA", nil),
          ("/v1/documents?sort=\(sort == "title" ? "-title" : "title")&cursor=\(first)", nil),
        ] as [(String, String?)] {
          let answer = try await door.ask("GET", target, token: token)
          #expect(answer.code == "cursor-invalid", "\(target)")
        }
      }
    }
  }

  private static func padded(_ text: String) -> String {
    let standard = text.replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    return standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
  }

  @Test func `a document is changed as a whole or not at all`() async throws {
    let house = try await Self.house()
    let document = try await house.stage.createDocument(
      in: house.acme, title: "Old", labels: ["a"])
    let path = "/v1/documents/\(document.id)"
    try await house.open { door in
      let changed = try await door.ask(
        "PATCH", path,
        json: #"{"title":"New","type":"offer","add_labels":["b"],"period":"2026-11"}"#)
      #expect(changed.status == 200 && changed.member("title") == "New", "\(changed.text)")
      #expect(changed.json?["labels"]?.stringsValue == ["a", "b"])
      #expect(changed.member("period") == "2026-11")
      #expect(changed.json?["revision"]?.integerValue == 2)
      let same = try await door.ask("PATCH", path, json: #"{"title":"New"}"#)
      #expect(same.json?["revision"]?.integerValue == 2)
      let stale = try await door.ask("PATCH", path, json: #"{"title":"X","revision":1}"#)
      #expect(stale.status == 409 && stale.code == "conflict")
      let cleared = try await door.ask(
        "PATCH", path, json: #"{"period":null,"remove_labels":["a"],"revision":2}"#)
      #expect(cleared.member("period") == nil && cleared.json?["labels"]?.stringsValue == ["b"])
      for (body, code) in [
        (#"{"title":""}"#, "title-invalid"), (#"{"type":"A"}"#, "member-invalid"),
        (#"{"labels":["x y"]}"#, "member-invalid"), (#"{"period":"2026-00"}"#, "member-invalid"),
        (#"{"titel":"x"}"#, "member-unknown"),
        (
          "{\"labels\":[\((0..<33).map { "\"l\($0)\"" }.joined(separator: ","))]}",
          "too-many-labels"
        ),
      ] {
        #expect(try await door.ask("PATCH", path, json: body).code == code, "\(body)")
      }
      #expect(try await door.ask("GET", path).json?["revision"]?.integerValue == 3)
    }
    let events = await house.store.recorded(in: .tenant(house.acme))
    #expect(
      events.filter { $0.kind == .documentChange }.map { $0.authority?.rule }
        == ["change title,type,labels,period", "change labels,period"])
  }

  @Test func `a version is valid as its upload or a later change says`() async throws {
    let house = try await Self.house()
    let document = try await house.stage.createDocument(in: house.acme).id
    let start = ManualClock.start
    let (from, until) = (start.adding(seconds: 10), start.adding(seconds: 20))
    try await house.open { door in
      let wrong = try await door.exchangeUpload(
        document, query: "?valid_from=\(until)&valid_until=\(from)")
      #expect(wrong.code == "validity-invalid")
      let made = try await door.exchangeUpload(
        document, query: "?valid_from=\(from)&valid_until=\(until)")
      let version = try #require(made.json?["version"]?["id"]?.stringValue, "\(made.text)")
      let links = "/v1/documents/\(document)/links"
      #expect(try await door.ask("POST", links, json: "{}").code == "version-unavailable")
      let path = "/v1/documents/\(document)/versions/\(version)"
      let changed = try await door.ask(
        "PATCH", path, json: "{\"valid_from\":\"\(start)\",\"valid_until\":null}")
      #expect(changed.status == 200 && changed.member("valid_until") == nil, "\(changed.text)")
      #expect(try await door.ask("POST", links, json: "{}").status == 201)
      let turned = try await door.ask("PATCH", path, json: "{\"valid_until\":\"\(start)\"}")
      #expect(turned.code == "validity-invalid")
      _ = try await door.ask("DELETE", path)
      let late = try await door.ask("PATCH", path, json: "{\"valid_until\":\"\(until)\"}")
      #expect(late.code == "version-withdrawn")
    }
  }

  @Test func `what must be kept is not deleted, and the answer says why`() async throws {
    let house = try await Self.house()
    let document = try await house.stage.createDocument(in: house.acme, type: "invoice")
    _ = try await house.stage.publish(document)
    let path = "/v1/documents/\(document.id)"
    try await house.open { door in
      let hold = try await door.ask("POST", path + "/holds", json: #"{"name":"case 7"}"#)
      #expect(hold.status == 201 && hold.member("name") == "case 7", "\(hold.text)")
      let id = try #require(hold.member("id"))
      #expect(Self.ids(try await door.ask("GET", path + "/holds")) == [id])
      let held = try await door.ask("DELETE", path)
      #expect(held.status == 409 && held.code == "document-held" && !held.text.contains("case 7"))
      #expect(try await door.ask("GET", path).member("kept_by") == "document-held")
      let reader = try house.token(subject: "reader", scopes: ["documents:read"])
      #expect(try await door.ask("GET", path, token: reader).member("kept_by") == nil)
      #expect(try await door.ask("DELETE", "\(path)/holds/\(id)").status == 204)
      let again = try await door.ask("DELETE", "\(path)/holds/\(id)")
      #expect(again.code == "hold-not-found")
      try await Self.retain(door, #"{"days":0,"types":{"invoice":10}}"#)
      let end = ManualClock.start.adding(seconds: 864_000)
      let retained = try await door.ask("DELETE", path)
      #expect(retained.code == "document-retained" && retained.text.contains("\(end)"))
      #expect(try await door.ask("GET", path).member("retained_until") == "\(end)")
      let evaded = try await door.ask("PATCH", path, json: #"{"type":"note"}"#)
      #expect(evaded.code == "document-retained")
    }
    #expect(
      await house.store.recorded(in: .tenant(house.acme)).compactMap(\.why).filter {
        $0.hasPrefix("document-")
      } == ["document-held", "document-retained"])
  }

  @Test func `a deleted document is absent to everybody and stays in the log`() async throws {
    let house = try await Self.house()
    let document = try await house.stage.createDocument(in: house.acme, title: "Gone soon")
    let version = try await house.stage.publish(document)
    let absent = house.stage.id(DocumentKind.self)
    try await house.open { door in
      let link = try await door.ask("POST", "/v1/documents/\(document.id)/links", json: "{}")
      let url = try #require(link.member("url"))
      let token = try #require(url.split(separator: "/").last)
      let linkID = try #require(link.member("id"))
      let deleted = try await door.ask("DELETE", "/v1/documents/\(document.id)")
      #expect(deleted.status == 200 && deleted.json?["objects"]?.integerValue == 1)
      let versions = "/versions/\(version.id)"
      for (method, tail, body) in [
        ("GET", "", nil), ("PATCH", "", "{}"), ("DELETE", "", nil), ("GET", "/versions", nil),
        ("GET", versions, nil), ("DELETE", versions, nil), ("PATCH", versions, "{}"),
        ("GET", "/links", nil), ("POST", "/links", "{}"), ("GET", "/holds", nil),
        ("POST", "/holds", #"{"name":"late"}"#), ("POST", "/presigned-urls", "{}"),
      ] as [(String, String, String?)] {
        let gone = try await door.ask(method, "/v1/documents/\(document.id)\(tail)", json: body)
        let never = try await door.ask(method, "/v1/documents/\(absent)\(tail)", json: body)
        #expect(gone.masked == never.masked && gone.status == 404, "\(method) \(tail)")
      }
      #expect(try await door.ask("GET", "/v1/links/\(linkID)").code == "link-not-found")
      let followed = try await door.knock("GET", "/d/\(token)")
      let unknown = try await door.knock("GET", "/d/pst_unknown")
      #expect(followed.status == unknown.status && followed.body == unknown.body)
      let log = try await door.ask("GET", "/v1/audit/events?document=\(document.id)")
      #expect(log.text.contains("document.delete") && log.text.contains("document.create"))
    }
    let sweep = SweepUploads(
      store: house.store, objects: house.objects.access, clock: house.time.clock)
    #expect(try await sweep(startedBefore: house.time.now).objectsDeleted == 1)
    #expect(try await sweep(startedBefore: house.time.now).objectsDeleted == 0)
  }

  @Test func `the history says who released what, when, and how often it was handed out`()
    async throws
  {
    let house = try await Self.house()
    let document = try await house.stage.createDocument(in: house.acme)
    for _ in 0..<2 { _ = try await house.stage.publish(document) }
    let path = "/v1/documents/\(document.id)"
    try await house.open { door in
      let link = try await door.ask("POST", path + "/links", json: "{}")
      let token = try #require(link.member("url")?.split(separator: "/").last)
      for _ in 0..<3 { _ = try await door.knock("GET", "/d/\(token)") }
      let staff = try await door.ask("GET", path + "/versions")
      let items = try #require(staff.json?["items"]?.arrayValue)
      #expect(items.map { $0["deliveries"]?.integerValue } == [3, 0], "\(staff.text)")
      #expect(items.allSatisfy { $0["released_by"]?.stringValue == "root" })
      #expect(items[0]["last_delivery_at"]?.stringValue == "\(house.time.now)")
      let reader = try house.token(subject: "reader", scopes: ["documents:read"])
      let seen = try await door.ask("GET", path + "/versions", token: reader)
      #expect(seen.status == 200 && !seen.text.contains("released_by"))
      #expect(try await door.ask("GET", path).json?["deliveries"]?.integerValue == 3)
      let id = try #require(link.member("id"))
      #expect(try await door.ask("GET", "/v1/links/\(id)").json?["deliveries"]?.integerValue == 3)
    }
  }

  private static func retain(_ door: Door, _ retention: String) async throws {
    let body = RouteMatrixTests.policy.dropLast() + ",\"retention\":\(retention)}"
    let answer = try await door.ask("PUT", "/v1/policy", json: String(body))
    #expect(answer.status == 200, "\(answer.text)")
    let shown = try await door.ask("GET", "/v1/policy")
    #expect(shown.json?["retention"]?["types"]?["invoice"]?.integerValue == 10)
  }
}

extension Door {
  /// Uploads a version with more in its query.
  fileprivate func exchangeUpload(_ document: DocumentID, query: String) async throws -> Answer {
    try await exchange(
      Question(
        method: "POST", target: "/v1/documents/\(document)/versions\(query)",
        fields: [("Authorization", "Bearer \(try house.token())")], body: UploadTests.bytes),
      with: address)
  }
}
