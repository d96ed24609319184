// The checksums that S3 clients choose from: their names on the wire, and one hasher for all.

import Base
import Cryptography

/// A checksum function of S3.
package enum ChecksumAlgorithm: String, Sendable, CaseIterable {
  case crc32, crc32c, crc64nvme, sha1, sha256

  /// Reads the upper-case name of `x-amz-checksum-algorithm`; nothing for another text.
  init?(name: String) { self.init(rawValue: name.lowercased()) }

  /// Reads the name of a header or trailer; nothing for another name.
  init?(header: String) {
    guard header.hasPrefix(ChecksumAlgorithm.prefix) else { return nil }
    self.init(rawValue: String(header.dropFirst(ChecksumAlgorithm.prefix.count)))
  }

  /// What all header names start with.
  static let prefix = "x-amz-checksum-"

  /// The header that carries a value, such as `x-amz-checksum-crc32`.
  var header: String { ChecksumAlgorithm.prefix + rawValue }

  /// The name in S3's enumerations, such as `CRC32`.
  var name: String { rawValue.uppercased() }

  /// The XML element that carries a value, such as `ChecksumCRC32`.
  var element: String { "Checksum" + name }

  /// Bytes of a value.
  var byteCount: Int {
    switch self {
    case .crc32, .crc32c: 4
    case .crc64nvme: 8
    case .sha1: 20
    case .sha256: 32
    }
  }

  /// Whether the checksum of a whole can be had for a multipart upload: true for cyclic ones.
  var isCyclic: Bool { byteCount <= 8 }
}

/// A value of one checksum function.
package struct Checksum: Sendable, Equatable {
  /// The function.
  package let algorithm: ChecksumAlgorithm
  /// The value, numbers big-endian.
  package let bytes: [UInt8]

  init(_ algorithm: ChecksumAlgorithm, _ bytes: [UInt8]) {
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// Reads a base64 value; nothing unless it has the right length.
  package init?(_ algorithm: ChecksumAlgorithm, base64: some Collection<UInt8>) {
    guard base64.count <= 64, let bytes = Base64.decode(Array(base64), .standard),
      bytes.count == algorithm.byteCount
    else { return nil }
    self.init(algorithm, bytes)
  }

  /// The value as it stands in headers.
  package var text: String { Base64.encode(bytes, .standard) }
}

/// Fields that say how a checksum was made.
enum ChecksumField {
  /// The function of a multipart upload.
  static let algorithm = "x-amz-checksum-algorithm"
  /// Whether a value covers the bytes or the values of parts.
  static let type = "x-amz-checksum-type"
  static let composite = Array("COMPOSITE".utf8)
  static let fullObject = Array("FULL_OBJECT".utf8)
}

/// Computes one checksum.
struct ChecksumHasher: Sendable {
  let algorithm: ChecksumAlgorithm
  private var state: State

  private enum State {
    case crc32(CRC32)
    case crc64(CRC64)
    case sha1(SHA1)
    case sha256(SHA256)
  }

  init(_ algorithm: ChecksumAlgorithm) {
    self.algorithm = algorithm
    state =
      switch algorithm {
      case .crc32: .crc32(CRC32(.ieee))
      case .crc32c: .crc32(CRC32(.castagnoli))
      case .crc64nvme: .crc64(CRC64())
      case .sha1: .sha1(SHA1())
      case .sha256: .sha256(SHA256())
      }
  }

  mutating func update(_ bytes: [UInt8]) {
    switch state {
    case .crc32(var crc):
      crc.update(bytes.span)
      state = .crc32(crc)
    case .crc64(var crc):
      crc.update(bytes.span)
      state = .crc64(crc)
    case .sha1(var hash):
      hash.update(bytes.span)
      state = .sha1(hash)
    case .sha256(var hash):
      hash.update(bytes.span)
      state = .sha256(hash)
    }
  }

  var value: Checksum {
    switch state {
    case .crc32(let crc): Checksum(algorithm, ChecksumHasher.bigEndian(UInt64(crc.value), 4))
    case .crc64(let crc): Checksum(algorithm, ChecksumHasher.bigEndian(crc.value, 8))
    case .sha1(let hash): Checksum(algorithm, hash.finalize())
    case .sha256(let hash): Checksum(algorithm, hash.finalize().bytes)
    }
  }

  /// The checksum of `bytes`.
  static func checksum(_ bytes: [UInt8], _ algorithm: ChecksumAlgorithm) -> Checksum {
    var hasher = ChecksumHasher(algorithm)
    hasher.update(bytes)
    return hasher.value
  }

  private static func bigEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
  }
}
