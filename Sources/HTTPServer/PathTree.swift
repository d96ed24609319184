// The segments of all route templates as a tree. It gives numbers of routes and knows nothing of what
// they lead to.

import HTTPMessage

/// Finds the number of a route by method and path.
struct PathTree: Sendable {
  /// The outcome of a search.
  enum Match {
    case found(Int, PathParameters)
    case methodNotAllowed(allow: String)
    case notFound
  }

  static let segmentCountMax = 32

  private struct Node: Sendable {
    var literals: [(segment: [UInt8], node: Int)] = []
    var parameter: (name: String, node: Int)?
    var rest: (name: String, node: Int)?
    var methods: [(method: HTTPMethod, route: Int)] = []
  }

  private var nodes = [Node()]

  mutating func add(_ method: HTTPMethod, _ template: String, route: Int) {
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
    nodes[node].methods.append((method, route))
  }

  func match(_ method: HTTPMethod, _ path: ArraySlice<UInt8>) -> Match {
    guard path.first == UInt8(ascii: "/") else { return .notFound }
    var parameters = PathParameters()
    guard let node = find(0, path, from: path.startIndex + 1, 0, &parameters) else {
      return .notFound
    }
    let methods = nodes[node].methods
    if let hit = methods.first(where: { $0.method == method })
      ?? (method == .head ? methods.first { $0.method == .get } : nil)
    {
      return .found(hit.route, parameters)
    }
    var allowed = methods.map(\.method.rawValue)
    if methods.contains(where: { $0.method == .get }), !allowed.contains("HEAD") {
      allowed.append("HEAD")
    }
    return .methodNotAllowed(allow: allowed.sorted().joined(separator: ", "))
  }

  // The node that the path from `start`, the first byte of a segment, leads to from `node`.
  private func find(
    _ node: Int, _ path: ArraySlice<UInt8>, from start: Int, _ depth: Int,
    _ parameters: inout PathParameters
  ) -> Int? {
    guard depth < PathTree.segmentCountMax else { return nil }
    var end = start
    while end < path.endIndex, path[end] != UInt8(ascii: "/") { end += 1 }
    for literal in nodes[node].literals
    where PathTree.equal(path, start..<end, literal.segment) {
      if let hit = next(literal.node, path, after: end, depth, &parameters) { return hit }
    }
    if let parameter = nodes[node].parameter, let value = PathTree.decode(path[start..<end]) {
      parameters.append(parameter.name, value)
      if let hit = next(parameter.node, path, after: end, depth, &parameters) { return hit }
      parameters.removeLast()
    }
    guard let tail = nodes[node].rest, let value = PathTree.decodeRest(path[start...]) else {
      return nil
    }
    parameters.append(tail.name, value)
    return tail.node
  }

  private func next(
    _ node: Int, _ path: ArraySlice<UInt8>, after end: Int, _ depth: Int,
    _ parameters: inout PathParameters
  ) -> Int? {
    if end < path.endIndex { return find(node, path, from: end + 1, depth + 1, &parameters) }
    return nodes[node].methods.isEmpty ? nil : node
  }

  private static func equal(
    _ path: ArraySlice<UInt8>, _ range: Range<Int>, _ segment: [UInt8]
  ) -> Bool {
    guard range.count == segment.count else { return false }
    for offset in segment.indices where path[range.lowerBound + offset] != segment[offset] {
      return false
    }
    return true
  }

  private static func decode(_ segment: ArraySlice<UInt8>) -> String? {
    guard !segment.isEmpty else { return nil }
    // Identifiers and names are sent as they are, and then there is nothing to decode.
    if segment.allSatisfy(Characters.isUnreserved) {
      let text = String(decoding: segment, as: UTF8.self)
      return text == "." || text == ".." ? nil : text
    }
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
