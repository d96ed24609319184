// The route table.

import HTTPMessage
import HTTPServer
import Testing

@Suite struct RouterTests {
  private static let router: Router<String> = {
    var router = Router<String>()
    router.add(.get, "/", "root")
    router.add(.get, "/v1/documents", "list")
    router.add(.post, "/v1/documents", "create")
    router.add(.get, "/v1/documents/{id}", "one")
    router.add(.get, "/v1/documents/{id}/links", "links")
    router.add(.get, "/v1/documents/special", "special")
    router.add(.get, "/audit/tile/{path...}", "tile")
    return router
  }()

  private static func text(_ method: HTTPMethod, _ path: String) -> String {
    switch router.match(method, Array(path.utf8)[...]) {
    case .found(let route, let parameters):
      let names = ["id", "path"].compactMap { name in parameters[name].map { "\(name)=\($0)" } }
      return ([route.value] + names).joined(separator: " ")
    case .methodNotAllowed(let allow): return "405 " + allow
    case .notFound: return "404"
    }
  }

  @Test(arguments: [
    (HTTPMethod.get, "/", "root"), (.head, "/", "root"), (.get, "/v1/documents", "list"),
    (.post, "/v1/documents", "create"), (.get, "/v1/documents/doc_1", "one id=doc_1"),
    (.get, "/v1/documents/special", "special"),
    (.get, "/v1/documents/special/links", "links id=special"),
    (.get, "/v1/documents/a%20b/links", "links id=a b"),
    (.delete, "/v1/documents", "405 GET, HEAD, POST"), (.post, "/v1/documents/x", "405 GET, HEAD"),
    (.get, "/v1/documents/", "404"), (.get, "/v1//documents", "404"), (.get, "/v1", "404"),
    (.get, "/v1/documents/a%2Fb", "404"), (.get, "/v1/documents/..", "404"),
    (.get, "/v1/documents/%2e%2E", "404"), (.get, "/v1/documents/%", "404"),
    (.get, "/v1/documents/%00", "404"), (.get, "/v1/documents/%FF", "404"),
    (.get, "/V1/documents", "404"), (.get, "*", "404"), (.get, "/v1%2Fdocuments", "404"),
    (.get, "/audit/tile/0/x001/067", "tile path=0/x001/067"), (.get, "/audit/tile/", "404"),
    (.get, "/audit/tile/a/../b", "404"), (.get, "/audit/tile/{...}", "tile path={...}"),
    (.post, "/audit/tile/a", "405 GET, HEAD"),
  ])
  func `a path leads to its route only`(method: HTTPMethod, path: String, outcome: String) {
    #expect(Self.text(method, path) == outcome)
  }

  @Test func `all routes are listed in order`() {
    let listed = Self.router.routes.map { "\($0.method.rawValue) \($0.template)" }
    #expect(listed.count == 7 && listed[2] == "POST /v1/documents")
  }

  @Test func `a path of too many segments is not looked at`() {
    let path = "/audit/tile" + String(repeating: "/a", count: 100)
    #expect(Self.text(.get, path).hasPrefix("tile"))
    var deep = Router<Int>()
    deep.add(.get, String(repeating: "/a", count: 32), 1)
    deep.add(.get, String(repeating: "/b", count: 33), 2)
    let find = { (path: String) in deep.match(.get, Array(path.utf8)[...]) }
    if case .found = find(String(repeating: "/a", count: 32)) {
    } else {
      Issue.record("32 segments")
    }
    if case .notFound = find(String(repeating: "/b", count: 33)) {
    } else {
      Issue.record("33 segments")
    }
  }
}
