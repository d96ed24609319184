// A route table: method and path template to any value. Matching walks the segments of the raw
// path; nothing is decoded but parameters, and those strictly.

package import HTTPMessage

/// One route, as `Router.routes` lists it.
package struct Route<Value: Sendable>: Sendable {
  /// The method.
  package let method: HTTPMethod
  /// The template, such as `/v1/links/{id}`.
  package let template: String
  /// What the route leads to.
  package let value: Value
  /// The position of the route in `Router.routes`.
  package let number: Int
}

/// The values of `{name}` segments, decoded.
package struct PathParameters: Sendable, Hashable {
  private var pairs: [(name: String, value: String)] = []

  /// The value of a parameter; nothing if the template does not have it.
  package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  mutating func append(_ name: String, _ value: String) { pairs.append((name, value)) }

  mutating func removeLast() { pairs.removeLast() }

  package static func == (left: PathParameters, right: PathParameters) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  package func hash(into hasher: inout Hasher) {
    for pair in pairs {
      hasher.combine(pair.name)
      hasher.combine(pair.value)
    }
  }
}

/// The outcome of routing.
package enum RouteMatch<Value: Sendable>: Sendable {
  /// A route and its parameters.
  case found(Route<Value>, PathParameters)
  /// The path exists, but not with this method; the value of `Allow`.
  case methodNotAllowed(allow: String)
  /// No template matches.
  case notFound
}

/// Finds the route of a request.
package struct Router<Value: Sendable>: Sendable {
  /// All routes in the order in which they were added.
  package private(set) var routes: [Route<Value>] = []
  private var nodes = [Node()]

  private struct Node: Sendable {
    var literals: [(segment: [UInt8], node: Int)] = []
    var parameter: (name: String, node: Int)?
    var rest: (name: String, node: Int)?
    var methods: [(method: HTTPMethod, route: Int)] = []
  }

  /// The most segments of a path that are looked at.
  package static var segmentCountMax: Int { 32 }

  /// Creates a table without routes.
  package init() {}

  /// Adds a route. A segment is literal, `{name}` for one segment that is not empty, or, at the
  /// end, `{name...}` for the rest of the path.
  ///
  /// The same method and path twice, or two names for a parameter, break an invariant.
  package mutating func add(_ method: HTTPMethod, _ template: String, _ value: Value) {
    precondition(template.hasPrefix("/"), "a template starts with a slash")
    var node = 0
    let segments = template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (position, segment) in segments.enumerated() {
      if segment.hasPrefix("{"), segment.hasSuffix("...}") {
        precondition(position == segments.count - 1, "the rest of a path ends its template")
        node = child(of: node, rest: String(segment.dropFirst().dropLast(4)))
      } else if segment.hasPrefix("{"), segment.hasSuffix("}") {
        node = child(of: node, parameter: String(segment.dropFirst().dropLast()))
      } else {
        node = child(of: node, literal: Array(segment.utf8))
      }
    }
    precondition(!nodes[node].methods.contains { $0.method == method }, "a route is added once")
    nodes[node].methods.append((method, routes.count))
    routes.append(
      Route(method: method, template: template, value: value, number: routes.count))
  }

  /// Finds the route of a method and a raw path. HEAD falls back to GET.
  ///
  /// A parameter with a malformed escape, a control character, `/`, `.` or `..` matches nothing.
  package func match(_ method: HTTPMethod, _ rawPath: ArraySlice<UInt8>) -> RouteMatch<Value> {
    guard rawPath.first == UInt8(ascii: "/") else { return .notFound }
    var parameters = PathParameters()
    guard let node = find(0, rawPath.dropFirst(), 0, &parameters) else { return .notFound }
    let methods = nodes[node].methods
    if let hit = methods.first(where: { $0.method == method })
      ?? (method == .head ? methods.first { $0.method == .get } : nil)
    {
      return .found(routes[hit.route], parameters)
    }
    var allowed = methods.map(\.method.rawValue)
    if methods.contains(where: { $0.method == .get }), !allowed.contains("HEAD") {
      allowed.append("HEAD")
    }
    return .methodNotAllowed(allow: allowed.sorted().joined(separator: ", "))
  }

  private func find(
    _ node: Int, _ path: ArraySlice<UInt8>, _ depth: Int, _ parameters: inout PathParameters
  ) -> Int? {
    guard depth < Router.segmentCountMax else { return nil }
    let end = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
    let segment = path[path.startIndex..<end]
    let rest = end == path.endIndex ? nil : path[(end + 1)...]
    for literal in nodes[node].literals where segment.elementsEqual(literal.segment) {
      if let hit = next(literal.node, rest, depth, &parameters) { return hit }
    }
    if let parameter = nodes[node].parameter, let value = Router.decode(segment) {
      parameters.append(parameter.name, value)
      if let hit = next(parameter.node, rest, depth, &parameters) { return hit }
      parameters.removeLast()
    }
    guard let tail = nodes[node].rest, let value = Router.decodeRest(path) else { return nil }
    parameters.append(tail.name, value)
    return tail.node
  }

  private func next(
    _ node: Int, _ rest: ArraySlice<UInt8>?, _ depth: Int, _ parameters: inout PathParameters
  ) -> Int? {
    if let rest { return find(node, rest, depth + 1, &parameters) }
    return nodes[node].methods.isEmpty ? nil : node
  }

  private static func decode(_ segment: ArraySlice<UInt8>) -> String? {
    guard !segment.isEmpty else { return nil }
    do throws(HTTPMessageError) {
      let text = try PercentCoding.decodeText(segment)
      return text == "." || text == ".." || text.utf8.contains(UInt8(ascii: "/")) ? nil : text
    } catch {
      // A malformed segment names nothing.
      return nil
    }
  }

  private static func decodeRest(_ path: ArraySlice<UInt8>) -> String? {
    var parts = [String]()
    for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard let text = decode(part) else { return nil }
      parts.append(text)
    }
    return parts.joined(separator: "/")
  }

  private mutating func child(of node: Int, literal: [UInt8]) -> Int {
    if let known = nodes[node].literals.first(where: { $0.segment == literal }) {
      return known.node
    }
    nodes.append(Node())
    nodes[node].literals.append((literal, nodes.count - 1))
    return nodes.count - 1
  }

  private mutating func child(of node: Int, parameter: String) -> Int {
    if let known = nodes[node].parameter {
      precondition(known.name == parameter, "one name for a parameter")
      return known.node
    }
    nodes.append(Node())
    nodes[node].parameter = (parameter, nodes.count - 1)
    return nodes.count - 1
  }

  private mutating func child(of node: Int, rest name: String) -> Int {
    if let known = nodes[node].rest {
      precondition(known.name == name, "one name for a parameter")
      return known.node
    }
    nodes.append(Node())
    nodes[node].rest = (name, nodes.count - 1)
    return nodes.count - 1
  }
}
