// The policy with its history, and who may do what to a document.

import Base
import Delivery
import JSONText
import TestSupport
import Testing

@Suite struct AdministrationTests {
  private static func policy(_ change: (String, String) = ("", "")) -> String {
    change.0.isEmpty
      ? RouteMatrixTests.policy
      : RouteMatrixTests.policy.replacing(change.0, with: change.1)
  }

  @Test func `a policy is replaced under its tag, and only under the newest`() async throws {
    let house = try await House()
    try await house.open { door in
      let first = try await door.ask("GET", "/v1/policy")
      let tag = try #require(first["ETag"])
      let one = try await door.ask(
        "PUT", "/v1/policy", fields: [("If-Match", tag)],
        json: Self.policy((#""version":1"#, #""version":0"#)))
      #expect(one.status == 200 && one.text.contains(#""version":1"#))
      #expect(try await door.ask("GET", "/v1/policy")["ETag"] == one["ETag"])
      let stale = try await door.ask(
        "PUT", "/v1/policy", fields: [("If-Match", tag)], json: Self.policy())
      #expect(stale.code == "precondition-failed" && stale.text.contains("version 1"))
      let two = try await door.ask(
        "PUT", "/v1/policy", fields: [("If-Match", one["ETag"] ?? "")],
        json: Self.policy((#""downloads_max":100"#, #""downloads_max":7"#)))
      #expect(two.status == 200)
      let history = try await door.ask("GET", "/v1/policy/versions?limit=1")
      #expect(history.text.contains(#""downloads_max":7"#))
      #expect(history.text.contains(#""changed_by":"bff""#) && history.text.contains("evt_"))
      let cursor = try #require(history.member("next_cursor"))
      let older = try await door.ask("GET", "/v1/policy/versions?limit=1&cursor=\(cursor)")
      #expect(older.text.contains(#""downloads_max":100"#))
      let next = try #require(older.member("next_cursor"))
      let path = "/v1/policy/versions?limit=1&cursor="
      let standard = try await door.ask("GET", path + next)
      #expect(standard.text.contains(#""version":0"#) && standard.member("next_cursor") == nil)
      let beyond = try await door.ask("GET", path + Base64.encode(Array("0".utf8), .url))
      #expect(beyond.text.contains(#""items":[]"#))
    }
  }

  @Test(arguments: [
    (
      #""object_url_seconds":300"#, #""object_url_seconds":901"#,
      ["object_url_seconds (901)", "link_seconds.max (900)"]
    ),
    (#""landing""#, #""delivered_types":[],"landing""#, ["delivered_types", "upload_bytes_max"]),
    (
      #""landing""#, #""scrub":{"signed":"keep","comments":"refuse"},"landing""#,
      ["signed=keep", "comments=refuse"]
    ),
    (#""landing""#, #""scrub":{"coments":"refuse"},"landing""#, ["tracked-changes, comments"]),
    (#""landing""#, #""scrub":{"comments":"keep"},"landing""#, ["comments is one of drop, refuse"]),
    (#""min":60"#, #""min":601"#, ["link_seconds.default (600)", "link_seconds.min (601)"]),
  ])
  func `a policy that contradicts itself is refused and the members are named`(
    text: String, other: String, named: [String]
  ) async throws {
    let house = try await House()
    try await house.open { door in
      let answer = try await door.ask("PUT", "/v1/policy", json: Self.policy((text, other)))
      #expect(answer.status == 422 && answer.code?.hasPrefix("policy-") == true)
      for name in named { #expect(answer.text.contains(name), "\(answer.text)") }
      let history = try await door.ask("GET", "/v1/policy/versions").json?["items"]?.arrayValue
      #expect(history?.map { $0["policy"]?["version"] } == [.integer(0)])
    }
  }

  @Test func `the grants of others do not push a holder's out of the explanation`() async throws {
    let house = try await House()
    for number in 0...ManageGrants.explainedMax {
      let other = try Stage.subject("other\(number)")
      _ = try await house.stage.grant(.user(other), .all, [.read], in: house.acme)
    }
    house.time.advance(seconds: 1)
    let grant = try await house.stage.grant(
      .user(try Stage.subject("anna")), .all, [.read], in: house.acme)
    let document = try await house.stage.createDocument(in: house.acme)
    try await house.open { door in
      let path = "/v1/grants/explanation?document=\(document.id)"
      let answer = try await door.ask("GET", path + "&subject=anna")
      #expect(answer.json?["rights"]?.arrayValue?.count { $0["allowed"] == true } == 1)
      #expect(answer.json?["grants"]?.arrayValue?.map { $0["id"] } == [.string("\(grant)")])
    }
  }

  @Test func `an explanation names the grant for each action, and all who reach a document`()
    async throws
  {
    let house = try await House()
    let now = house.time.now
    let anna = try Stage.subject("anna")
    let clerk = try #require(Role("clerk"))
    let short = try await house.stage.grant(
      .user(anna), .all, [.read], in: house.acme, until: now.adding(seconds: 9))
    let read = try await house.stage.grant(.everyone, .all, [.read], in: house.acme)
    let issue = try await house.stage.grant(
      .role(clerk), .all, [.issue], in: house.acme, until: now.adding(seconds: 60))
    let document = try await house.stage.createDocument(in: house.acme)
    try await house.open { door in
      let path = "/v1/grants/explanation?document=\(document.id)"
      for (query, allowed, count) in [
        ("&subject=anna&roles=clerk", [read, issue], 3), ("&subject=anna", [read], 2),
        ("&subject=bert", [read], 1), ("", [], 3),
      ] {
        let answer = try await door.ask("GET", path + query)
        #expect(answer.status == 200, "\(answer.text)")
        let json = try JSONValue(parsing: Array(answer.text.utf8), limits: .request)
        let grants = (json["rights"]?.arrayValue ?? []).compactMap { $0["grant_id"]?.stringValue }
        #expect(grants == allowed.map { "\($0)" }, "\(query)")
        #expect(json["grants"]?.arrayValue?.count == count, "\(query)")
      }
      house.time.advance(seconds: 60)
      let late = try await door.ask("GET", path + "&subject=anna&roles=clerk")
      #expect(
        late.text.contains("\(short)") && late.text.contains(#""action":"issue","allowed":false"#))
      for query in ["", "?document=x", "?document=\(document.id)&roles=clerk"] {
        let answer = try await door.ask("GET", "/v1/grants/explanation" + query)
        #expect(answer.code == "parameter-invalid")
      }
    }
  }
}
