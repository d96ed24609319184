// Pictures for the tests, made by the generator that the demonstration uses, and small edits of them.

import Gateway
import Scrub
import Testing

/// One planted picture and its clean twin.
struct PlantedPicture: CustomTestStringConvertible, Sendable {
  let name: String
  let planted: @Sendable (_ orientation: UInt8) -> [UInt8]
  let clean: @Sendable () -> [UInt8]

  var testDescription: String { name }

  static let all = [
    PlantedPicture(
      name: "jpeg", planted: { DemoPictures.jpeg(orientation: $0) },
      clean: { DemoPictures.cleanJPEG() }),
    PlantedPicture(
      name: "png", planted: { DemoPictures.png(orientation: $0) },
      clean: { DemoPictures.cleanPNG() }),
  ]
}

/// What came of a file: bytes and report, or the code of the refusal.
func scrubbed(
  _ bytes: [UInt8], limits: ScrubLimits = .standard, fileName: String? = nil
) throws -> Result<(bytes: [UInt8], report: ScrubReport), ScrubError> {
  let scrubber = try MetadataScrubber(policy: ScrubPolicy(limits: limits))
  return Result { () throws(ScrubError) in
    try scrubber.scrub(.bytes(bytes), fileName: fileName)
  }
}

/// The code of a refusal; nothing if the file was scrubbed.
func refusal(
  _ bytes: [UInt8], limits: ScrubLimits = .standard, fileName: String? = nil
) throws -> ScrubError.Code? {
  switch try scrubbed(bytes, limits: limits, fileName: fileName) {
  case .success: nil
  case .failure(let error): error.code
  }
}

/// Expects that a file passes with a limit at `value` and is refused with one less.
func expectLimit(
  _ bytes: [UInt8], _ path: WritableKeyPath<ScrubLimits, Int>, _ value: Int,
  _ code: ScrubError.Code
) throws {
  var limits = ScrubLimits()
  limits[keyPath: path] = value
  #expect(try refusal(bytes, limits: limits) == nil)
  limits[keyPath: path] = value - 1
  #expect(try refusal(bytes, limits: limits) == code, "\(value)")
}

/// What the second reading says of a file; nothing if it is proved clean.
func residue(_ bytes: [UInt8], rules: ScrubRules = .standard) -> ScrubError.Code? {
  do throws(ScrubError) {
    _ = try ResidueVerifier(rules: rules).verify(.bytes(bytes))
    return nil
  } catch {
    return error.code
  }
}

extension [UInt8] {
  func firstIndex(of part: [UInt8]) -> Int? {
    guard count >= part.count else { return nil }
    return (0...(count - part.count)).first { self[$0..<($0 + part.count)].elementsEqual(part) }
  }

  func contains(text: String) -> Bool { firstIndex(of: Array(text.utf8)) != nil }

  func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
    guard let place = firstIndex(of: old) else { return self }
    return Array(self[..<place]) + new + self[(place + old.count)...]
  }

  func inserting(_ bytes: [UInt8], at place: Int) -> [UInt8] {
    Array(self[..<place]) + bytes + self[place...]
  }
}

/// A JPEG segment.
func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
  [0xff, marker, UInt8((payload.count + 2) >> 8), UInt8((payload.count + 2) & 255)] + payload
}

/// A PNG chunk with its checksum.
func chunk(_ name: String, _ payload: [UInt8]) -> [UInt8] {
  let body = Array(name.utf8) + payload
  return big(payload.count) + body + big(Int(Zlib.crc32(0, body.span)))
}

/// The colour profile of a JPEG that has it in one segment.
func colorProfile(of jpeg: [UInt8]) throws -> [UInt8] {
  let place = try #require(jpeg.firstIndex(of: Array("ICC_PROFILE\0".utf8)))
  let length = Int(jpeg[place - 2]) << 8 + Int(jpeg[place - 1])
  // The length counts itself, the name, and the number and count of the segment.
  return Array(jpeg[(place + 14)...].prefix(length - 16))
}

/// A number in `width` bytes, the highest first.
func big(_ value: Int, _ width: Int = 4) -> [UInt8] { little(value, width).reversed() }

/// A number in `width` bytes, the lowest first.
func little(_ value: Int, _ width: Int = 4) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
