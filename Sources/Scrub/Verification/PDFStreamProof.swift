// The data of one stream of a scrubbed PDF: pictures by the proof of their own format, profiles by
// theirs, everything else unpacked to its last byte and searched for packets of metadata.

import CQPDF

/// Checks one stream.
struct PDFStreamProof {
  /// The openings of metadata packets, with which no drawing or font begins.
  private static let packets: [StaticString] = [
    "<x:xmpmeta", "W5M0MpCehiHzreSzNTczkc9d", "http://ns.adobe.com/xap/1.0/",
    "Photoshop 3.0\08BIM", "jumdc2pa", "Exif\0\0MM\0*", "Exif\0\0II*\0",
  ]
  /// Bytes of one piece that are searched again with the next, so that no packet is cut.
  private static let overlapBytes = 32

  let file: PDFFile
  let limits: ScrubLimits

  func check(
    _ number: Int, filter: String?, isProfile: Bool, budget: inout PDFBudget
  ) throws(ScrubError) {
    let id = PDFObjectID(number: Int32(truncatingIfNeeded: number), generation: 0)
    try unsafe file.withStream(id, isDecoded: false) { (bytes, _) throws(ScrubError) in
      if isProfile { return try unsafe checkProfile(bytes, filter, budget: &budget) }
      switch filter {
      case nil, "CCITTFaxDecode", "JBIG2Decode":
        try budget.take(bytes.count)
        try unsafe PDFStreamProof.search(bytes)
      case "FlateDecode": try unsafe checkDeflated(bytes, budget: &budget)
      case "DCTDecode":
        let source = unsafe ByteSource(part: bytes)
        var proof = JPEGProof(source, limits: limits)
        try proof.run()
        guard try source.drain() == 0 else {
          throw ResidueVerifier.residue("bytes behind a picture")
        }
      case "JPXDecode": try JPXProof.check(unsafe [UInt8](bytes))
      default: throw ResidueVerifier.residue("a rare filter")
      }
    }
  }

  private func checkDeflated(
    _ bytes: UnsafeRawBufferPointer, budget: inout PDFBudget
  ) throws(ScrubError) {
    var kept: [UInt8] = []
    let end = try unsafe PDFFilters.inflate(bytes, budget: &budget) {
      (piece: Span<UInt8>) throws(ScrubError) in
      unsafe piece.withUnsafeBufferPointer { unsafe kept.append(contentsOf: $0) }
      try unsafe PDFFilters.withBytes(of: kept) { (bytes) throws(ScrubError) in
        try unsafe PDFStreamProof.search(bytes)
      }
      kept = Array(kept.suffix(PDFStreamProof.overlapBytes))
    }
    guard end == bytes.count else {
      throw ResidueVerifier.residue("bytes behind the data of a stream")
    }
  }

  private func checkProfile(
    _ bytes: UnsafeRawBufferPointer, _ filter: String?, budget: inout PDFBudget
  ) throws(ScrubError) {
    guard filter == "FlateDecode",
      let profile = try PDFFilters.decode(
        "FlateDecode", unsafe [UInt8](bytes), budget: &budget, bytesMax: limits.profileBytesMax)
    else { throw ResidueVerifier.residue("a profile that cannot be read") }
    try ProfileProof.check(profile)
  }

  private static func search(_ bytes: UnsafeRawBufferPointer) throws(ScrubError) {
    for packet in packets where unsafe PDFEdges.find(packet, in: bytes, from: 0) != nil {
      throw ResidueVerifier.residue("a packet of metadata in a stream")
    }
  }
}

/// JPEG 2000 as the verifier expects it: four boxes, a header of known boxes, no comment.
enum JPXProof {
  static func check(_ bytes: [UInt8]) throws(ScrubError) {
    let foreign = ResidueVerifier.residue("a part that a JPEG 2000 decoder does not need")
    if bytes.starts(with: [0xff, 0x4f]) { return try checkHeader(bytes, from: 0) }
    var place = 0
    while place < bytes.count {
      guard place + 8 <= bytes.count else { throw foreign }
      let length = number(bytes, place, 4)
      guard length >= 8, place + length <= bytes.count else { throw foreign }
      switch String(decoding: bytes[(place + 4)..<(place + 8)], as: UTF8.self) {
      case "jP  ", "ftyp", "ihdr", "bpcc", "pclr", "cmap", "cdef": place += length
      // The boxes inside follow; they are checked like those outside.
      case "jp2h": place += 8
      case "colr":
        if length > 15 { try ProfileProof.check(Array(bytes[(place + 11)..<(place + length)])) }
        place += length
      case "jp2c":
        try checkHeader(bytes, from: place + 8)
        place += length
      default: throw foreign
      }
    }
  }

  private static func checkHeader(_ bytes: [UInt8], from start: Int) throws(ScrubError) {
    var place = start + 2
    while place + 4 <= bytes.count, bytes[place] == 0xff, bytes[place + 1] != 0x90 {
      guard bytes[place + 1] != 0x64 else {
        throw ResidueVerifier.residue("a comment in a JPEG 2000 picture")
      }
      place += 2 + number(bytes, place + 2, 2)
    }
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    bytes[place..<(place + count)].reduce(0) { $0 << 8 | Int($1) }
  }
}
