// The aws-chunked coding: documented bodies, every cut, each fault, each limit from both sides.

import Base
import Cryptography
import Testing

@testable import S3Server
@testable import SigV4

@Suite struct AWSChunkDecoderTests {
  /// Writes signed or unsigned bodies as a client does.
  struct Writer {
    let key = HMACSHA256(key: Array("key".utf8))
    var previous = Array(String(repeating: "0", count: 64).utf8)
    var isSigned = true
    var bytes = [UInt8]()

    init(isSigned: Bool) { self.isSigned = isSigned }

    private mutating func sign(_ kind: String, _ parts: [String]) -> String {
      let lines = [kind, "20261121T000000Z", "scope", String(decoding: previous, as: UTF8.self)]
      let code = key.authenticate(Array((lines + parts).joined(separator: "\n").utf8)).hex
      previous = Array(code.utf8)
      return code
    }

    mutating func chunk(_ data: [UInt8]) {
      var head = String(data.count, radix: 16)
      if isSigned {
        let hash = SHA256.hash(data).hex
        head +=
          ";chunk-signature="
          + sign(
            "AWS4-HMAC-SHA256-PAYLOAD", [SHA256.hash([UInt8]()).hex, hash])
      }
      bytes += Array((head + "\r\n").utf8) + data
      if !data.isEmpty { bytes += [13, 10] }
    }

    mutating func trailer(_ name: String, _ value: String) {
      bytes += Array("\(name):\(value)\r\n".utf8)
      guard isSigned else { return }
      let hash = SHA256.hash(Array("\(name):\(value)\n".utf8)).hex
      let code = sign("AWS4-HMAC-SHA256-TRAILER", [hash])
      bytes += Array("x-amz-trailer-signature:\(code)\r\n".utf8)
    }

    var verifier: ChunkVerifier? {
      isSigned
        ? ChunkVerifier(
          key: key, time: Array("20261121T000000Z".utf8), scope: Array("scope".utf8),
          seed: Array(String(repeating: "0", count: 64).utf8)) : nil
    }
  }

  struct Outcome: Equatable {
    var data = [UInt8]()
    var last: AWSChunkDecoder.Step?
    var trailer: [UInt8]?
  }

  static func decode(
    _ body: [UInt8], _ decoder: AWSChunkDecoder, step: Int = .max
  ) -> Outcome {
    var (decoder, outcome, start) = (decoder, Outcome(), 0)
    while start < body.count {
      let piece = Array(body[start..<(start + min(step, body.count - start))])
      start += piece.count
      var index = 0
      pieces: while true {
        let next = decoder.next(piece.span, &index)
        outcome.last = next
        switch next {
        case .data(let range): outcome.data += piece[range]
        case .needsMore: break pieces
        case .end, .refused:
          outcome.trailer = decoder.trailer
          return outcome
        }
      }
    }
    return outcome
  }

  static let large = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }

  @Test(arguments: [true, false], [nil, "x-amz-checksum-crc32"])
  func `a body is decoded however it is cut`(_ isSigned: Bool, _ trailer: String?) {
    var writer = Writer(isSigned: isSigned)
    writer.chunk(Array(Self.large[..<8192]))
    writer.chunk(Array(Self.large[8192..<16_385]))
    writer.chunk(Array(Self.large[16_385...]))
    writer.chunk([])
    if let trailer { writer.trailer(trailer, "AAAAAA==") }
    writer.bytes += [13, 10]
    let decoder = AWSChunkDecoder(
      decodedBytes: 20_000, verifier: writer.verifier, trailerName: trailer)
    let expected = Outcome(
      data: Self.large, last: .end, trailer: trailer.map { _ in Array("AAAAAA==".utf8) })
    for step in [1, 2, 3, 97, 8192, .max] {
      #expect(Self.decode(writer.bytes, decoder, step: step) == expected)
    }
    // Nothing short of the whole is a body, and no flipped byte of a signed one is.
    for size in [writer.bytes.count - 1, writer.bytes.count - 3, 8192, 1] {
      #expect(Self.decode(Array(writer.bytes[..<size]), decoder).last != .end)
    }
    guard isSigned else { return }
    for position in stride(from: 0, to: writer.bytes.count, by: 211) {
      var flipped = writer.bytes
      flipped[position] ^= 1
      #expect(Self.decode(flipped, decoder).last != .end)
    }
  }

  static let faults: [(String, AWSChunkFault)] = [
    ("x\r\n", .malformed), ("\r\n", .malformed), ("3\nabc", .malformed), ("3\rabc", .malformed),
    ("3 \r\nabc", .malformed), ("-3\r\nabc", .malformed), ("3;chunk-signature=0\r\n", .malformed),
    ("11111111111111111\r\n", .malformed), ("ffffffffffffffff\r\n", .malformed),
    ("3\r\nabcde", .malformed), ("3\r\nabc\r\n0\r\nX\r\n", .malformed), ("4\r\n", .lengthMismatch),
    ("2\r\nab\r\n0\r\n", .lengthMismatch), ("1\r\na\r\n2\r\n", .chunkTooSmall),
    (String(repeating: "0", count: 200), .malformed),
  ]

  @Test(arguments: faults) func `each fault of the framing is named`(
    _ body: String, _ fault: AWSChunkFault
  ) {
    let decoder = AWSChunkDecoder(decodedBytes: 3, verifier: nil, trailerName: nil)
    for step in [1, Int.max] {
      #expect(Self.decode(Array(body.utf8), decoder, step: step).last == .refused(fault))
    }
  }

  static let trailers: [(String, AWSChunkDecoder.Step)] = [
    ("a:1\r\n\r\n", .end), ("A: 1 \r\n\r\n", .end), ("\r\n", .refused(.trailerMismatch)),
    ("b:1\r\n\r\n", .refused(.trailerMismatch)), ("a:1\r\na:1\r\n", .refused(.trailerMismatch)),
    ("a\r\n", .refused(.malformed)), ("a:1\r\nb:2\r\n", .refused(.trailerMismatch)),
    ("a:" + String(repeating: "1", count: 254) + "\r\n", .refused(.malformed)),
    ("a:" + String(repeating: "1", count: 253) + "\r\n\r\n", .end),
  ]

  @Test(arguments: trailers) func `a trailer is the announced one or refused`(
    _ trailer: String, _ last: AWSChunkDecoder.Step
  ) {
    let decoder = AWSChunkDecoder(decodedBytes: 0, verifier: nil, trailerName: "a")
    #expect(Self.decode(Array(("0\r\n" + trailer).utf8), decoder).last == last)
  }

  @Test func `a signed trailer needs its signature, and chunks cannot change places`() {
    var writer = Writer(isSigned: true)
    writer.chunk([])
    let decoder = AWSChunkDecoder(decodedBytes: 0, verifier: writer.verifier, trailerName: "a")
    let unsigned = writer.bytes + Array("a:1\r\n\r\n".utf8)
    #expect(Self.decode(unsigned, decoder).last == .refused(.signatureMismatch))
    var swapped = Writer(isSigned: true)
    let (first, second) = (Array(Self.large[..<8192]), Array(Self.large[1..<8193]))
    swapped.chunk(first)
    let length = swapped.bytes.count
    swapped.chunk(second)
    let body = Array(swapped.bytes[length...] + swapped.bytes[..<length])
    let plain = AWSChunkDecoder(decodedBytes: 16_384, verifier: writer.verifier, trailerName: nil)
    #expect(Self.decode(body, plain).last == .refused(.signatureMismatch))
  }

  @Test func `only the last chunk with data may be small`() {
    for (size, isAllowed) in [(8191, false), (8192, true)] {
      var writer = Writer(isSigned: false)
      writer.chunk([UInt8](repeating: 1, count: size))
      writer.chunk([1])
      writer.chunk([])
      writer.bytes += [13, 10]
      let decoder = AWSChunkDecoder(
        decodedBytes: Int64(size + 1), verifier: nil, trailerName: nil)
      let last = Self.decode(writer.bytes, decoder).last
      #expect(last == (isAllowed ? .end : .refused(.chunkTooSmall)))
    }
  }
}
