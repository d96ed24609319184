// Fields, names, targets and queries.

import HTTPMessage
import Testing

@Suite struct FieldTests {
  @Test func `the token table is the definition of the standard`() {
    for byte in UInt8.min...UInt8.max {
      let isToken =
        Characters.isDigit(byte) || Characters.isLetter(byte)
        || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      if Characters.isToken(byte) != isToken { Issue.record("byte \(byte)") }
    }
  }

  @Test func `every well-known name is found in any case and nothing else is`() {
    for name in FieldName.allCases.dropFirst() {
      for text in [name.text, name.text.uppercased(), name.text.lowercased()]
      where FieldName(text) != name {
        Issue.record("\(text)")
      }
      for text in [name.text + "x", String(name.text.dropLast()), "x" + name.text]
      where FieldName(text) == name {
        Issue.record("\(text)")
      }
    }
    #expect(FieldName("") == .other)
    #expect(FieldName("x-amz-meta-title") == .other)
  }

  @Test func `values keep order and duplicates, and are found by name`() {
    var fields = HTTPFields([(.accept, "a"), (.cookie, "x=1")])
    fields.append(.accept, "b")
    fields.append(name: "X-Amz-Meta-Title", value: "t")
    #expect(fields.all(.accept) == ["a", "b"])
    #expect(fields[.accept] == "a" && fields["x-amz-meta-title"] == "t" && fields["ACCEPT"] == "a")
    #expect(fields[.host] == nil && fields["nothing"] == nil)
    fields.set(.accept, "c")
    #expect(
      fields.pairs.map { "\($0.name)=\($0.value)" }
        == ["Cookie=x=1", "X-Amz-Meta-Title=t", "Accept=c"])
    var wire = [UInt8]()
    fields.write(to: &wire) { $0 != .cookie }
    #expect(String(decoding: wire, as: UTF8.self) == "X-Amz-Meta-Title: t\r\nAccept: c\r\n")
  }

  @Test func `a value cannot start a new line and a name must be a token`() {
    var fields = HTTPFields([(.location, "/a\r\nSet-Cookie: b\0\u{7f}")])
    #expect(fields[.location] == "/a  Set-Cookie: b  ")
    for name in ["", "a b", "a:", "a\r\n", "ä", String(repeating: "a", count: 257)] {
      let isAdded = fields.append(name: name, value: "x")
      #expect(!isAdded, "\(name)")
    }
    let isAdded = fields.append(name: String(repeating: "a", count: 256), value: "x")
    #expect(isAdded)
    #expect(fields.count == 2)
  }

  @Test(arguments: [
    ("a=1&b=2&a=3", ["a=1", "b=2", "a=3"]), ("", []), ("a", ["a="]), ("=", ["="]),
    ("&&a=&", ["a="]),
    ("a=b=c", ["a=b=c"]), ("%61=%C3%BC+%2B", ["a=ü++"]), ("a%3Db=c%26d", ["a=b=c&d"]),
  ])
  func `query parameters are decoded in order with duplicates`(query: String, pairs: [String])
    throws
  {
    let request = HTTPRequest(.get, "/x?" + query)
    #expect(try request.queryParameters().map { "\($0.name)=\($0.value)" } == pairs)
  }

  @Test(arguments: ["a=%", "a=%2", "a=%zz", "%ff=1", "a=%00", "a=%0A", "a=%7f", "a=%c3"])
  func `a malformed escape or hidden control refuses the query`(query: String) {
    #expect(throws: HTTPMessageError.self) {
      try HTTPRequest(.get, "/?" + query).queryParameters()
    }
  }

  @Test func `a hundred parameters are read and one more refused`() throws {
    let query = Array(repeating: "a=1", count: QueryParameter.countMax).joined(separator: "&")
    #expect(try QueryParameter.parse(query.utf8).count == QueryParameter.countMax)
    #expect(throws: HTTPMessageError.self) { try QueryParameter.parse((query + "&a=1").utf8) }
  }

  @Test func `a request shows its target raw and its path decoded`() throws {
    let request = HTTPRequest(.get, "/a%2Fb//c%20d?x=%41?y")
    #expect(request.rawPath.elementsEqual("/a%2Fb//c%20d".utf8))
    #expect(try #require(request.rawQuery).elementsEqual("x=%41?y".utf8))
    #expect(try request.pathSegments() == ["a/b", "", "c d"])
    #expect(request.pathEquals("/a%2Fb//c%20d") && !request.pathEquals("/a/b//c d"))
    #expect(HTTPRequest(.get, "/a").rawQuery == nil)
    #expect(try #require(HTTPRequest(.get, "/a?").rawQuery).isEmpty)
    #expect(throws: HTTPMessageError.self) { try HTTPRequest(.get, "/%FF").pathSegments() }
  }

  @Test func `encoding escapes all but unreserved characters`() throws {
    let text = "aZ0-._~ /?&=+ü%"
    let encoded = PercentCoding.encode(text)
    #expect(encoded == "aZ0-._~%20%2F%3F%26%3D%2B%C3%BC%25")
    #expect(try PercentCoding.decodeText(encoded.utf8) == text)
  }

  @Test func `a status outside of the range is an internal error`() {
    #expect([99, 600, -1].allSatisfy { HTTPStatus($0) == .internalServerError })
    #expect(
      HTTPStatus(599).code == 599 && HTTPStatus(100).forbidsBody && !HTTPStatus.ok.forbidsBody)
  }
}
