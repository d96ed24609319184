// The `aws-chunked` coding of upload bodies: chunks with a size, with or without a signature, and a
// trailer that holds the checksum. A state machine without I/O: pieces go in, ranges of data come
// out. What is refused is what Amazon refuses, or what it never documented.

import Base
import Cryptography
package import SigV4

/// Why an `aws-chunked` body was refused.
package enum AWSChunkFault: String, Sendable, CaseIterable {
  /// The framing is broken, or a line is over its limit.
  case malformed
  /// A chunk that is not the last is smaller than `AWSChunkDecoder.chunkBytesMin`.
  case chunkTooSmall = "chunk-too-small"
  /// The data is longer or shorter than announced.
  case lengthMismatch = "length-mismatch"
  /// A signature does not match its chunk or the trailer.
  case signatureMismatch = "signature-mismatch"
  /// A trailer is not the announced one.
  case trailerMismatch = "trailer-mismatch"
}

/// Decodes one `aws-chunked` body.
package struct AWSChunkDecoder: Sendable {
  /// What happened to the bytes that were given.
  package enum Step: Sendable, Equatable {
    /// These bytes of the piece are data.
    case data(Range<Int>)
    /// The piece is used up.
    case needsMore
    /// The body is complete; `index` stands behind it.
    case end
    /// The body is not acceptable; stop reading.
    case refused(AWSChunkFault)
  }

  /// Bytes of a chunk that is not the last: S3 asks for 8 KiB.
  package static let chunkBytesMin: Int64 = 8192
  /// Bytes of the line in front of a chunk: 16 digits and a signature have 98.
  package static let headBytesMax = 128
  /// Bytes of one line of the trailer: a SHA-256 in base64 has 67.
  package static let trailerLineBytesMax = 256
  /// Lines of the trailer: a checksum and a signature.
  package static let trailerLinesMax = 2

  /// The value of the announced trailer, once `end` was given.
  package private(set) var trailer: [UInt8]?

  private enum State {
    case head, data, dataEnd, trailer, lastLine, done
    case refused(AWSChunkFault)
  }

  private let trailerName: [UInt8]?
  private var verifier: ChunkVerifier?
  private var state = State.head
  private var line = [UInt8]()
  private var undecoded: Int64
  private var chunkRest: Int64 = 0
  private var signature = [UInt8]()
  private var hash = SHA256()
  private var wasSmall = false
  private var trailerHash = SHA256()
  private var trailerLines = 0
  private var isTrailerSigned = false

  /// Prepares for a body of `decodedBytes` of data.
  ///
  /// `verifier` checks the signatures of a signed body; `trailerName`, in lower case, is the one
  /// trailer that was announced.
  package init(decodedBytes: Int64, verifier: ChunkVerifier?, trailerName: String?) {
    undecoded = decodedBytes
    self.verifier = verifier
    self.trailerName = trailerName.map { Array($0.utf8) }
  }

  /// Takes the next step in `piece` from `index`, which moves behind what was used.
  package mutating func next(_ piece: Span<UInt8>, _ index: inout Int) -> Step {
    while true {
      switch state {
      case .done: return .end
      case .refused(let fault): return .refused(fault)
      case .data where chunkRest > 0:
        guard index < piece.count else { return .needsMore }
        let count = Int(min(Int64(piece.count - index), chunkRest))
        let range = index..<(index + count)
        if verifier != nil { hash.update(piece.extracting(range)) }
        chunkRest -= Int64(count)
        index += count
        return .data(range)
      case .data:
        state = .dataEnd
      case .head, .dataEnd, .trailer, .lastLine:
        guard takeLine(piece, &index) else {
          if case .refused = state { continue }
          return .needsMore
        }
        let finished = line
        line.removeAll(keepingCapacity: true)
        if let fault = take(finished) { state = .refused(fault) }
      }
    }
  }

  /// Collects bytes up to CRLF; true if `line` is whole, without its end.
  private mutating func takeLine(_ piece: Span<UInt8>, _ index: inout Int) -> Bool {
    let limit = lineBytesMax
    while index < piece.count {
      let byte = piece[index]
      index += 1
      if byte == 10, line.last == 13 {
        line.removeLast()
        return true
      }
      guard line.last != 13, byte != 10, line.count < limit else {
        state = .refused(.malformed)
        return false
      }
      line.append(byte)
    }
    return false
  }

  private var lineBytesMax: Int {
    switch state {
    case .trailer: AWSChunkDecoder.trailerLineBytesMax
    case .head: AWSChunkDecoder.headBytesMax
    default: 1
    }
  }

  private mutating func take(_ line: [UInt8]) -> AWSChunkFault? {
    switch state {
    case .head: return takeHead(line)
    case .dataEnd:
      guard line.isEmpty else { return .malformed }
      if let fault = checkSignature() { return fault }
      state = .head
      return nil
    case .lastLine:
      guard line.isEmpty else { return .malformed }
      state = .done
      return nil
    case .trailer: return takeTrailer(line)
    case .data, .done, .refused: return .malformed
    }
  }

  private mutating func takeHead(_ line: [UInt8]) -> AWSChunkFault? {
    let digits = line.prefix { $0 != UInt8(ascii: ";") }
    let rest = line.dropFirst(digits.count)
    guard let size = AWSChunkDecoder.number(digits) else { return .malformed }
    if verifier != nil {
      guard rest.starts(with: AWSChunkDecoder.extensionName) else { return .malformed }
      signature = Array(rest.dropFirst(AWSChunkDecoder.extensionName.count))
    } else if !rest.isEmpty {
      return .malformed
    }
    // Small chunks would cost a signature each; only the last with data may be small.
    guard !wasSmall || size == 0 else { return .chunkTooSmall }
    guard size <= undecoded else { return .lengthMismatch }
    undecoded -= size
    wasSmall = size < AWSChunkDecoder.chunkBytesMin
    guard size == 0 else {
      chunkRest = size
      state = .data
      return nil
    }
    guard undecoded == 0 else { return .lengthMismatch }
    if let fault = checkSignature() { return fault }
    state = trailerName == nil ? .lastLine : .trailer
    return nil
  }

  /// Checks the chunk that has ended against the signature in its head.
  private mutating func checkSignature() -> AWSChunkFault? {
    guard verifier != nil else { return nil }
    let digest = Array(hash.finalize().hex.utf8)
    hash = SHA256()
    let isRight = verifier?.accepts(chunkSHA256Hex: digest, signature: signature) ?? false
    return isRight ? nil : .signatureMismatch
  }

  private mutating func takeTrailer(_ line: [UInt8]) -> AWSChunkFault? {
    guard !line.isEmpty else {
      guard trailer != nil else { return .trailerMismatch }
      guard verifier == nil || isTrailerSigned else { return .signatureMismatch }
      state = .done
      return nil
    }
    trailerLines += 1
    guard trailerLines <= AWSChunkDecoder.trailerLinesMax, !isTrailerSigned,
      let colon = line.firstIndex(of: UInt8(ascii: ":"))
    else { return .malformed }
    let name = line[..<colon].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    let value = Array(AWSChunkDecoder.trimmed(line[(colon + 1)...]))
    if verifier != nil, name == AWSChunkDecoder.signatureName {
      let digest = Array(trailerHash.finalize().hex.utf8)
      guard verifier?.accepts(trailerSHA256Hex: digest, signature: value) ?? false else {
        return .signatureMismatch
      }
      isTrailerSigned = true
      return nil
    }
    guard name == trailerName, trailer == nil else { return .trailerMismatch }
    trailer = value
    trailerHash.update(name + [UInt8(ascii: ":")] + value + [10])
    return nil
  }

  private static let extensionName = Array(";chunk-signature=".utf8)
  private static let signatureName = Array("x-amz-trailer-signature".utf8)

  /// One to sixteen hexadecimal digits whose value fits.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard (1...16).contains(digits.count) else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      let letter = (digit | 0x20) &- 0x61
      guard digit &- 0x30 < 10 || letter < 6 else { return nil }
      value = value << 4 | UInt64(digit &- 0x30 < 10 ? digit - 0x30 : letter + 10)
    }
    return Int64(exactly: value)
  }

  private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var value = value
    while let first = value.first, first == 0x20 || first == 9 { value = value.dropFirst() }
    while let last = value.last, last == 0x20 || last == 9 { value = value.dropLast() }
    return value
  }
}
