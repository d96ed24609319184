// EXIF blocks as libexif sees them: the only entries in any directory may be the orientation and the
// texts that a rule keeps. From what libexif found the block is made again, and every byte must be
// the same. Only small blocks get here, without the pointer to a directory of a camera maker.

import CExif
import ScrubContract

/// Asks libexif what is in a block.
enum ExifProof {
  /// From one orientation to two texts of the largest size.
  static let blockBytes = 26...33_000

  /// Passes if the block holds the orientation, kept texts and nothing else.
  static func check(tiff: [UInt8], _ rules: ScrubRules = .standard) throws(ScrubError) {
    guard blockBytes.contains(tiff.count), tiff[8] == 0, tiff[9] <= 3 else {
      throw ResidueVerifier.residue("another EXIF block")
    }
    guard let data = unsafe exif_data_new() else {
      throw ScrubError(.inputOutput, "No memory for the second reading.")
    }
    defer { unsafe exif_data_unref(data) }
    unsafe exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION)
    let block = Array("Exif\0\0".utf8) + tiff
    // libexif copies what it keeps; the pointer lives for the call.
    unsafe exif_data_load_data(data, block, UInt32(block.count))
    let directories = unsafe [
      data.pointee.ifd.0, data.pointee.ifd.1, data.pointee.ifd.2, data.pointee.ifd.3,
      data.pointee.ifd.4,
    ]
    let counts = unsafe directories.map { unsafe $0?.pointee.count ?? 0 }
    guard let first = unsafe directories[0], counts.dropFirst().allSatisfy({ $0 == 0 }),
      unsafe data.pointee.data == nil
    else { throw ResidueVerifier.residue("EXIF entries beside the orientation") }
    var entries: [(tag: Int, type: UInt8, value: [UInt8])] = []
    let allowed: [(tag: ExifTag, type: UInt8, isKept: Bool)] = [
      (EXIF_TAG_IMAGE_DESCRIPTION, 2, rules[.descriptions] == .keep),
      (EXIF_TAG_ORIENTATION, 3, true), (EXIF_TAG_COPYRIGHT, 2, rules[.copyright] == .keep),
    ]
    for (tag, type, isKept) in allowed where isKept {
      guard let entry = unsafe exif_content_get_entry(first, tag) else { continue }
      // The entry belongs to `data`; its length is what libexif allocated.
      let value = unsafe [UInt8](
        UnsafeBufferPointer(start: entry.pointee.data, count: Int(entry.pointee.size)))
      entries.append((Int(tag.rawValue), type, value))
      if type == 2 {
        try TextProof.check(field: value, type: 2)
      } else if value.count != 2 || value[0] != 0 || !(2...8).contains(value[1]) {
        throw ResidueVerifier.residue("an orientation that is none")
      }
    }
    guard entries.count == Int(counts[0]), tiff == made(of: entries) else {
      throw ResidueVerifier.residue("EXIF entries beside the orientation")
    }
  }

  /// The one block that has these entries and no byte more.
  private static func made(of entries: [(tag: Int, type: UInt8, value: [UInt8])]) -> [UInt8] {
    func big(_ value: Int, _ width: Int) -> [UInt8] {
      (1...width).map { UInt8(truncatingIfNeeded: value >> (8 * (width - $0))) }
    }
    var directory = big(entries.count, 2)
    var texts: [UInt8] = []
    for (tag, type, value) in entries {
      let count = type == 3 ? 1 : value.count
      let isInside = value.count <= 4
      let place = big(8 + 2 + 12 * entries.count + 4 + texts.count, 4)
      let inside = Array((value + [0, 0, 0, 0]).prefix(4))
      directory += big(tag, 2) + [0, type] + big(count, 4) + (isInside ? inside : place)
      if !isInside { texts += value + (value.count.isMultiple(of: 2) ? [] : [0]) }
    }
    return [77, 77, 0, 42, 0, 0, 0, 8] + directory + [0, 0, 0, 0] + texts
  }
}
