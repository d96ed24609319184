// The canonical query: encoded pairs in the order of their encoded names, then values.

/// Encoded query pairs.
struct CanonicalQuery: Sendable {
  /// One encoded `name` and `value`.
  struct Pair: Sendable {
    let name: [UInt8]
    let value: [UInt8]

    init(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>) {
      self.name = Percent.encode(name)
      self.value = Percent.encode(value)
    }

    /// Takes a pair that is encoded already.
    init(encodedName name: [UInt8], value: [UInt8]) {
      self.name = name
      self.value = value
    }

    // Names are compared before values: `a-b=1` comes after `a=2` though `-` sorts before `=`.
    func precedes(_ other: Pair) -> Bool {
      name == other.name
        ? value.lexicographicallyPrecedes(other.value)
        : name.lexicographicallyPrecedes(other.name)
    }
  }

  /// The pairs in canonical order.
  private(set) var pairs: [Pair]

  init(_ pairs: [Pair]) {
    self.pairs = pairs.sorted { $0.precedes($1) }
  }

  /// `name=value` joined by `&`.
  var bytes: [UInt8] {
    var output = [UInt8]()
    output.reserveCapacity(pairs.reduce(0) { $0 + $1.name.count + $1.value.count + 2 })
    for pair in pairs {
      if !output.isEmpty { output.append(UInt8(ascii: "&")) }
      output += pair.name
      output.append(UInt8(ascii: "="))
      output += pair.value
    }
    return output
  }

  /// Checks and encodes what a caller wants in the query.
  ///
  /// Throws `parameter-reserved` for the names that carry the signature itself,
  /// `control-character` for control characters in `response-*` values: some stores copy those
  /// into a header without looking.
  static func checked(_ query: [(name: String, value: String)]) throws(SigV4Error) -> [Pair] {
    var pairs = [Pair]()
    pairs.reserveCapacity(query.count)
    for (name, value) in query {
      if let first = name.utf8.first, first | 0x20 == UInt8(ascii: "x") {
        guard !reserved.contains(name.lowercased()) else {
          throw SigV4Error(.parameterReserved, "A query parameter belongs to the signature.")
        }
      } else if name.utf8.count > 9, name.lowercased().hasPrefix("response-") {
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
          throw SigV4Error(.controlCharacter, "A response-* value holds a control character.")
        }
      }
      pairs.append(Pair(name.utf8, value.utf8))
    }
    return pairs
  }

  /// The parameters of the signature, in lower case.
  static let reserved: Set<String> = [
    "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-security-token",
    "x-amz-signedheaders", "x-amz-signature",
  ]
}
