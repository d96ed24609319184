// The query of a received request, decoded and in canonical form. Both forms lie in one buffer each,
// with ranges into them: an array for each name and value would cost more than the signature.

/// A decoded query.
struct ParsedQuery {
  /// One parameter: where its name and value lie in both buffers.
  struct Parameter {
    // Where name and value begin and end. The canonical form of the longest query that is read has
    // three times `Verifier.queryBytesMax` bytes: 16 bits hold each place.
    fileprivate let decoded: (start: UInt16, middle: UInt16, end: UInt16)
    fileprivate let canonical: (start: UInt16, middle: UInt16, end: UInt16)
    /// Which part of a signature it is, if any.
    let part: SignatureParameter?

    var name: Range<Int> { Int(decoded.start)..<Int(decoded.middle) }
    var value: Range<Int> { Int(decoded.middle)..<Int(decoded.end) }
    var canonicalName: Range<Int> { Int(canonical.start)..<Int(canonical.middle) }
    var canonicalValue: Range<Int> { Int(canonical.middle)..<Int(canonical.end) }
  }

  let parameters: [Parameter]
  private let decoded: [UInt8]
  private let canonical: [UInt8]

  /// Decodes a query of `Verifier.queryBytesMax` bytes at most; nothing for a broken `%` escape.
  init?(_ query: ArraySlice<UInt8>) {
    var isWhole = true
    var parameters = [Parameter]()
    parameters.reserveCapacity(16)
    var canonical = [UInt8]()
    decoded = [UInt8](capacity: query.count) { decoded in
      canonical = [UInt8](capacity: 3 * query.count) { canonical in
        let bytes = query.span
        var start = 0
        while start < bytes.count, isWhole {
          var (end, cut) = (start, -1)
          while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
            if cut < 0, bytes[end] == UInt8(ascii: "=") { cut = end }
            end += 1
          }
          if start < end {
            let parameter = ParsedQuery.append(
              bytes, start..<end, cut: cut < 0 ? end : cut, &decoded, &canonical)
            if let parameter { parameters.append(parameter) } else { isWhole = false }
          }
          start = end + 1
        }
      }
    }
    guard isWhole else { return nil }
    (self.parameters, self.canonical) = (parameters, canonical)
  }

  /// Appends both forms of a parameter, whose name ends at `cut`; nothing for a broken escape.
  @inline(__always)
  private static func append(
    _ bytes: Span<UInt8>, _ range: Range<Int>, cut: Int, _ decoded: inout OutputSpan<UInt8>,
    _ canonical: inout OutputSpan<UInt8>
  ) -> Parameter? {
    let start = (decoded: decoded.count, canonical: canonical.count)
    guard Percent.append(bytes, range.lowerBound..<cut, isQuery: true, &decoded, &canonical) else {
      return nil
    }
    let middle = (decoded: decoded.count, canonical: canonical.count)
    let valueStart = min(cut + 1, range.upperBound)
    guard
      Percent.append(bytes, valueStart..<range.upperBound, isQuery: true, &decoded, &canonical)
    else { return nil }
    return Parameter(
      decoded: (UInt16(start.decoded), UInt16(middle.decoded), UInt16(decoded.count)),
      canonical: (UInt16(start.canonical), UInt16(middle.canonical), UInt16(canonical.count)),
      part: SignatureParameter(decoded.span, start.decoded..<middle.decoded))
  }

  /// Whether a part of a signature is spelled as it must be, not just in another case.
  func isExact(_ parameter: Parameter) -> Bool {
    guard let spelling = parameter.part?.spelling, spelling.count == parameter.name.count else {
      return false
    }
    let bytes = decoded.span
    for index in spelling.indices where bytes[parameter.name.lowerBound + index] != spelling[index]
    {
      return false
    }
    return true
  }

  /// The decoded bytes of a range.
  func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> { decoded[range] }

  /// Bytes that the canonical form has at most.
  var canonicalBytesMax: Int { canonical.count + 2 * parameters.count }

  /// Appends the pairs in canonical order, joined, without the signature itself if `isPresigned`.
  func appendCanonicalForm(isPresigned: Bool, to output: inout [UInt8]) {
    // Signers mostly write the order that they signed, and the signature behind everything.
    var (isSorted, last) = (true, -1)
    for index in parameters.indices where !(isPresigned && parameters[index].part == .signature) {
      if last >= 0, !precedesOrEquals(parameters[last], parameters[index]) { isSorted = false }
      last = index
    }
    let ordered = isSorted ? parameters : parameters.sorted { !precedesOrEquals($1, $0) }
    let start = output.count
    for parameter in ordered where !(isPresigned && parameter.part == .signature) {
      if output.count > start { output.append(UInt8(ascii: "&")) }
      output += canonical[parameter.canonicalName]
      output.append(UInt8(ascii: "="))
      output += canonical[parameter.canonicalValue]
    }
  }

  private func precedesOrEquals(_ left: Parameter, _ right: Parameter) -> Bool {
    let order = compare(left.canonicalName, right.canonicalName)
    return order < 0
      || order == 0 && compare(left.canonicalValue, right.canonicalValue) <= 0
  }

  private func compare(_ left: Range<Int>, _ right: Range<Int>) -> Int {
    let bytes = canonical.span
    var (one, other) = (left.lowerBound, right.lowerBound)
    while one < left.upperBound, other < right.upperBound {
      if bytes[one] != bytes[other] { return Int(bytes[one]) - Int(bytes[other]) }
      one += 1
      other += 1
    }
    return left.count - right.count
  }
}

/// The parameters that carry the signature of a presigned URL.
enum SignatureParameter: Int, CaseIterable {
  case algorithm, credential, date, expires, securityToken, signedHeaders, signature

  private static let spellings = [
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token",
    "X-Amz-SignedHeaders", "X-Amz-Signature",
  ].map { Array($0.utf8) }

  /// The parameter of this name in any case; nothing for another name.
  init?(_ bytes: Span<UInt8>, _ name: Range<Int>) {
    guard (10...20).contains(name.count), bytes[name.lowerBound] | 0x20 == UInt8(ascii: "x"),
      bytes[name.lowerBound + 2] | 0x20 == UInt8(ascii: "a")
    else { return nil }
    for (index, spelling) in SignatureParameter.spellings.enumerated()
    where spelling.count == name.count {
      var position = 0
      while position < name.count,
        Names.lowered(bytes[name.lowerBound + position]) == Names.lowered(spelling[position])
      {
        position += 1
      }
      if position == name.count {
        self.init(rawValue: index)
        return
      }
    }
    return nil
  }

  /// The one spelling that is accepted.
  var spelling: [UInt8] { SignatureParameter.spellings[rawValue] }
}
