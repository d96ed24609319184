// Body framing alone, fed in every possible split.

import HTTPServer
import Testing

@Suite struct ChunkDecoderTests {
  // The content, or nothing if refused, and how much input was used.
  private static func decode(
    _ input: [UInt8], step: Int, limit: Int64 = 1000
  ) -> (content: [UInt8]?, used: Int, isWhole: Bool) {
    var decoder = BodyDecoder(.chunked, limit: limit)
    var content = [UInt8]()
    var start = 0
    while start < input.count {
      let piece = Array(input[start..<min(start + step, input.count)])
      var index = 0
      pieces: while true {
        switch decoder.next(piece.span, &index) {
        case .data(let range): content += piece[range]
        case .needsMore: break pieces
        case .end: return (content, start + index, true)
        case .refused: return (nil, start + index, false)
        }
      }
      start += piece.count
    }
    return (content, start, false)
  }

  @Test(arguments: [
    ("0\r\n\r\n", ""), ("3\r\nabc\r\n0\r\n\r\n", "abc"), ("003\r\nabc\r\n00\r\n\r\n", "abc"),
    ("3;a=b\r\nabc\r\n1\r\nd\r\n0;x\r\n\r\n", "abcd"),
    ("A\r\n0123456789\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n", "0123456789"),
    ("a\r\n01234\r\n789\r\n0\r\n\r\n", "01234\r\n789"),
  ])
  func `a good body is the same in every split and ends exactly`(input: String, content: String) {
    let bytes = Array(input.utf8)
    for step in 1...(bytes.count + 2) {
      let result = Self.decode(bytes + Array("NEXT".utf8), step: step)
      #expect(result.content == Array(content.utf8) && result.used == bytes.count && result.isWhole)
    }
    for count in 0..<bytes.count where Self.decode(Array(bytes[..<count]), step: 7).isWhole {
      Issue.record("a prefix of \(count) bytes was taken as whole")
    }
  }

  @Test(arguments: [
    "0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "\r\n", ";a\r\n",
    "3 \r\nabc\r\n0\r\n\r\n", "3\r\nabcXX", "3\r\nabc\n0\r\n\r\n", "3;a\nabc\r\n0\r\n\r\n", "g\r\n",
    "0000000000000003\r\n", "0\r\n\n", "0\r\n a\r\n\r\n", "0\r\nX\r\n\r\n", "0\r\nX: a\nb\r\n\r\n",
    "3;\0\r\nabc\r\n", "3\r\rabc",
  ])
  func `a broken body is refused in every split`(input: String) {
    for step in 1...input.utf8.count {
      #expect(Self.decode(Array(input.utf8), step: step).content == nil)
    }
  }

  @Test func `content, extensions and trailers are held to their limits`() {
    let body = "5\r\nabcde\r\n5\r\nfghij\r\n0\r\n\r\n"
    #expect(Self.decode(Array(body.utf8), step: 3, limit: 10).isWhole)
    #expect(Self.decode(Array(body.utf8), step: 3, limit: 9).content == nil)
    for (count, isWhole) in [(ChunkDecoder.extensionBytesMax, true), (4097, false)] {
      let text = "0;" + String(repeating: "a", count: count) + "\r\n\r\n"
      #expect(Self.decode(Array(text.utf8), step: 500).isWhole == isWhole)
    }
    for (count, isWhole) in [(ChunkDecoder.trailerBytesMax, true), (4097, false)] {
      let text = "0\r\nX:" + String(repeating: "a", count: count - 2) + "\r\n\r\n"
      #expect(Self.decode(Array(text.utf8), step: 500).isWhole == isWhole)
    }
  }

  @Test func `a length over the limit is refused before a byte is read`() {
    for (length, isTaken) in [(Int64(10), true), (11, false)] {
      var decoder = BodyDecoder(.length(length), limit: 10)
      var index = 0
      let event = decoder.next([UInt8]().span, &index)
      #expect(event == (isTaken ? .needsMore : .refused(.bodyTooLarge)))
    }
  }
}
