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
///
/// What depends on the value is small; the tree of segments is not generic.
package struct Router<Value: Sendable>: Sendable {
  /// All routes in the order in which they were added.
  package private(set) var routes: [Route<Value>] = []
  private var tree = PathTree()

  /// The most segments of a path that are looked at.
  package static var segmentCountMax: Int { PathTree.segmentCountMax }

  /// Creates a table without routes.
  package init() {}

  /// Adds a route. A segment is literal, `{name}` for one segment that is not empty, or, at the
  /// end, `{name...}` for the rest of the path.
  ///
  /// The same method and path twice, or two names for a parameter, break an invariant.
  package mutating func add(_ method: HTTPMethod, _ template: String, _ value: Value) {
    tree.add(method, template, route: routes.count)
    routes.append(
      Route(method: method, template: template, value: value, number: routes.count))
  }

  /// Finds the route of a method and a raw path. HEAD falls back to GET.
  ///
  /// A parameter with a malformed escape, a control character, `/`, `.` or `..` matches nothing.
  package func match(_ method: HTTPMethod, _ rawPath: ArraySlice<UInt8>) -> RouteMatch<Value> {
    switch tree.match(method, rawPath) {
    case .found(let number, let parameters): .found(routes[number], parameters)
    case .methodNotAllowed(let allow): .methodNotAllowed(allow: allow)
    case .notFound: .notFound
    }
  }
}
