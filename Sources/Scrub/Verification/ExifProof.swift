// EXIF blocks as libexif sees them: the only entry in any directory may be the orientation. Only
// blocks of the one size that the scrubber writes get here, so the C parser never meets a maker note.

import CExif

/// Asks libexif what is in a block.
enum ExifProof {
  /// The bytes of a TIFF block with one entry.
  static let blockBytes = 26

  /// Passes if the block holds the orientation and nothing else.
  static func check(tiff: [UInt8]) throws(ScrubError) {
    guard tiff.count == blockBytes else { throw ResidueVerifier.residue("a long EXIF block") }
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
    guard counts == [1, 0, 0, 0, 0], let first = unsafe directories[0],
      unsafe exif_content_get_entry(first, EXIF_TAG_ORIENTATION) != nil,
      unsafe data.pointee.data == nil
    else { throw ResidueVerifier.residue("EXIF entries beside the orientation") }
    // Every byte that libexif does not report: padding of the value and the link to a next directory.
    guard tiff[..<18] == [77, 77, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1],
      tiff[18] == 0, (2...8).contains(tiff[19]), tiff[20...].allSatisfy({ $0 == 0 })
    else { throw ResidueVerifier.residue("unused bytes in an EXIF block") }
  }
}
