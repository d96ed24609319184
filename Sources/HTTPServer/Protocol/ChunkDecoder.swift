// The chunked transfer coding (RFC 9112 section 7.1) as a state machine without I/O. Extensions and
// trailers are checked and dropped; both are bounded.

import HTTPMessage

/// Decodes one chunked body.
package struct ChunkDecoder: Sendable, Hashable {
  /// One step of decoding.
  package enum Event: Sendable, Hashable {
    /// All input is used up.
    case needsMore
    /// These bytes of the input are content.
    case data(Range<Int>)
    /// The body is over; what follows in the input is not part of it.
    case end
    /// The framing is broken.
    case malformed
  }

  /// The most bytes of chunk extensions in one body.
  package static let extensionBytesMax = 4096
  /// The most bytes of trailers in one body.
  package static let trailerBytesMax = 4096
  /// The most digits of a chunk size, leading zeros included.
  package static let sizeDigitsMax = 15

  private enum State: Sendable, Hashable {
    case size, sizeExtension, sizeLF, data, dataCR, dataLF, trailerStart, trailerName
    case trailerValue, trailerLF, lastLF, end, broken
  }

  private var state = State.size
  private var left: Int64 = 0
  private var digits = 0
  private var extensionBytes = 0
  private var trailerBytes = 0

  /// Creates a decoder before the first chunk.
  package init() {}

  /// Takes the next step over `input` from `index`, which moves behind what was used.
  package mutating func next(_ input: Span<UInt8>, _ index: inout Int) -> Event {
    while index < input.count {
      if state == .data {
        let count = Int(min(left, Int64(input.count - index)))
        let range = index..<(index + count)
        index += count
        left -= Int64(count)
        if left == 0 { state = .dataCR }
        return .data(range)
      }
      guard state != .end else { return .end }
      guard step(input[index]) else {
        state = .broken
        return .malformed
      }
      index += 1
    }
    return state == .end ? .end : state == .broken ? .malformed : .needsMore
  }

  private mutating func step(_ byte: UInt8) -> Bool {
    switch state {
    case .size: return sizeByte(byte)
    case .sizeExtension:
      extensionBytes += 1
      if byte == 13 { state = .sizeLF }
      return byte == 13
        || Characters.isFieldValue(byte) && extensionBytes <= ChunkDecoder.extensionBytesMax
    case .sizeLF:
      digits = 0
      return expect(byte, 10, left == 0 ? .trailerStart : .data)
    case .dataCR: return expect(byte, 13, .dataLF)
    case .dataLF: return expect(byte, 10, .size)
    case .trailerStart:
      if byte == 13 { return expect(byte, 13, .lastLF) }
      state = .trailerName
      return Characters.isToken(byte)
    case .trailerName, .trailerValue: return trailerByte(byte)
    case .trailerLF: return expect(byte, 10, .trailerStart)
    case .lastLF: return expect(byte, 10, .end)
    case .data, .end, .broken: return false
    }
  }

  private mutating func sizeByte(_ byte: UInt8) -> Bool {
    if let digit = Characters.hexValue(byte) {
      digits += 1
      left = left << 4 | Int64(digit)
      return digits <= ChunkDecoder.sizeDigitsMax
    }
    guard digits > 0 else { return false }
    if byte == UInt8(ascii: ";") {
      state = .sizeExtension
      return true
    }
    return expect(byte, 13, .sizeLF)
  }

  private mutating func trailerByte(_ byte: UInt8) -> Bool {
    trailerBytes += 1
    guard trailerBytes <= ChunkDecoder.trailerBytesMax else { return false }
    if state == .trailerName {
      if byte == UInt8(ascii: ":") { state = .trailerValue }
      return byte == UInt8(ascii: ":") || Characters.isToken(byte)
    }
    if byte == 13 { return expect(byte, 13, .trailerLF) }
    return Characters.isFieldValue(byte)
  }

  private mutating func expect(_ byte: UInt8, _ wanted: UInt8, _ next: State) -> Bool {
    guard byte == wanted else { return false }
    state = next
    return true
  }
}

/// Decodes a body of either framing and holds it against a limit.
package struct BodyDecoder: Sendable, Hashable {
  /// One step of decoding.
  package enum Event: Sendable, Hashable {
    /// All input is used up.
    case needsMore
    /// These bytes of the input are content.
    case data(Range<Int>)
    /// The body is over.
    case end
    /// The body is broken or too large.
    case refused(RefusalCode)
  }

  /// Content bytes so far.
  package private(set) var received: Int64 = 0
  private let limit: Int64
  private var left: Int64
  private var chunks: ChunkDecoder?

  /// Creates a decoder; a Content-Length above `limit` is refused by the first step.
  package init(_ framing: BodyFraming, limit: Int64) {
    self.limit = limit
    switch framing {
    case .none: left = 0
    case .length(let length): left = length
    case .chunked:
      left = 0
      chunks = ChunkDecoder()
    }
  }

  /// Takes the next step over `input` from `index`, which moves behind what was used.
  package mutating func next(_ input: Span<UInt8>, _ index: inout Int) -> Event {
    if chunks != nil { return nextChunked(input, &index) }
    guard received + left <= limit else { return .refused(.bodyTooLarge) }
    guard left > 0 else { return .end }
    guard index < input.count else { return .needsMore }
    let count = Int(min(left, Int64(input.count - index)))
    let range = index..<(index + count)
    index += count
    left -= Int64(count)
    received += Int64(count)
    return .data(range)
  }

  private mutating func nextChunked(_ input: Span<UInt8>, _ index: inout Int) -> Event {
    switch chunks?.next(input, &index) {
    case .data(let range):
      received += Int64(range.count)
      return received <= limit ? .data(range) : .refused(.bodyTooLarge)
    case .end: return .end
    case .malformed: return .refused(.malformedBody)
    case .needsMore, nil: return .needsMore
    }
  }
}
