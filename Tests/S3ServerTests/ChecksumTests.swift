// Checksums by their published check values, and the arithmetic of parts.

import Base
import Testing

@testable import S3Server

@Suite struct ChecksumTests {
  static let known: [(ChecksumAlgorithm, String)] = [
    (.crc32, "y/Q5Jg=="), (.crc32c, "4waSgw=="), (.crc64nvme, "rosUhgp5mIg="),
    (.sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
    (.sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
  ]

  @Test(arguments: known) func `the check value of each function is right`(
    _ algorithm: ChecksumAlgorithm, _ text: String
  ) {
    let input = Array("123456789".utf8)
    var hasher = ChecksumHasher(algorithm)
    for byte in input { hasher.update([byte]) }
    #expect(hasher.value.text == text)
    #expect(ChecksumHasher.checksum(input, algorithm) == hasher.value)
    #expect(Checksum(algorithm, base64: text.utf8) == hasher.value)
    #expect(Checksum(algorithm, base64: "AAAA".utf8) == nil)
    #expect(ChecksumAlgorithm(name: algorithm.name) == algorithm)
    #expect(ChecksumAlgorithm(header: algorithm.header) == algorithm)
  }

  @Test func `parts are found by number, whatever their sizes`() throws {
    for sizes: [Int64] in [[5], [5, 5, 5, 2], [1, 2, 1, 2], [0], [5 << 30, 5 << 30, 1]] {
      let parts = PartSizes(sizes)
      let again = try #require(PartSizes(encoded: parts.encoded))
      #expect(again == parts && again.count == sizes.count)
      var start: Int64 = 0
      for (index, size) in sizes.enumerated() {
        #expect(parts.range(of: index + 1) == start..<(start + size))
        start += size
      }
      #expect(parts.range(of: 0) == nil && parts.range(of: sizes.count + 1) == nil)
    }
    let most = PartSizes((0..<10_000).map { Int64($0) })
    #expect(most.encoded.count == PartSizes.encodedBytesMax)
    #expect(PartSizes(encoded: most.encoded) == most)
    #expect(PartSizes(encoded: most.encoded + most.encoded.prefix(12)) == nil)
    #expect(PartSizes(encoded: [1]) == nil)
  }
}
