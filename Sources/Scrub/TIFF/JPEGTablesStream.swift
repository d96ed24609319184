// The tables that all JPEG strips of a picture share (TIFF Technical Note 2): a JPEG stream without a
// picture, from which everything but tables goes.

/// Rebuilds the stream of the shared tables.
enum JPEGTablesStream {
  private static let tables: Set<UInt8> = [
    JPEGMarker.quantizationTables, JPEGMarker.huffmanTables, JPEGMarker.arithmeticConditioning,
    JPEGMarker.restartInterval,
  ]

  /// The same tables and nothing else; `malformed-jpeg`.
  static func rebuilt(
    _ stream: [UInt8], tally: inout CarrierTally
  ) throws(ScrubError) -> [UInt8] {
    var rest = stream[...]
    guard rest.starts(with: [0xff, JPEGMarker.startOfImage]) else { throw malformed }
    var written = Array(rest.prefix(2))
    rest = rest.dropFirst(2)
    while true {
      // Fill bytes may stand in front of a marker.
      rest = rest.dropFirst(rest.prefix { $0 == 0xff }.count)
      guard let marker = rest.popFirst(), stream[rest.startIndex - 2] == 0xff else {
        throw malformed
      }
      if marker == JPEGMarker.endOfImage {
        if !rest.isEmpty { tally.add(.trailer) }
        return written + [0xff, marker]
      }
      let start = Array(rest.prefix(2))
      guard start.count == 2, case let length = Int(start[0]) << 8 | Int(start[1]), length >= 2,
        rest.count >= length
      else { throw malformed }
      let payload = Array(rest.prefix(length).dropFirst(2))
      rest = rest.dropFirst(length)
      if JPEGMarker.isApplication(marker) || marker == JPEGMarker.comment {
        JPEGHeader.count(marker, payload, tally: &tally)
      } else {
        guard tables.contains(marker), JPEGTables.isWellFormed(marker, payload) else {
          throw malformed
        }
        written += JPEGHeader.segment(marker, payload)
      }
    }
  }

  private static var malformed: ScrubError {
    ScrubError(.malformedJPEG, "The shared tables of the picture are not valid.")
  }
}
