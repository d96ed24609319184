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
    _ number: Int, filter: String?, isProfile: Bool, isSegments: Bool, budget: inout PDFBudget
  ) throws(ScrubError) {
    let id = PDFObjectID(number: Int32(truncatingIfNeeded: number), generation: 0)
    try unsafe file.withStream(id, isDecoded: false) { (bytes, _) throws(ScrubError) in
      if isProfile { return try unsafe checkProfile(bytes, filter, budget: &budget) }
      if isSegments || filter == "JBIG2Decode" {
        try JBIG2Proof.check(unsafe [UInt8](bytes))
      }
      switch filter {
      case nil, "CCITTFaxDecode", "JBIG2Decode":
        try budget.take(bytes.count)
        try unsafe PDFStreamProof.search(bytes)
        var pictures = InlinePictures()
        if filter == nil { unsafe pictures.search(bytes) }
        try PDFStreamProof.refuse(pictures)
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
    var pictures = InlinePictures()
    let end = try unsafe PDFFilters.inflate(bytes, budget: &budget) {
      (piece: Span<UInt8>) throws(ScrubError) in
      unsafe piece.withUnsafeBufferPointer { unsafe kept.append(contentsOf: $0) }
      try unsafe PDFFilters.withBytes(of: kept) { (bytes) throws(ScrubError) in
        try unsafe PDFStreamProof.search(bytes)
      }
      kept = Array(kept.suffix(PDFStreamProof.overlapBytes))
      unsafe piece.withUnsafeBytes { unsafe pictures.search($0) }
    }
    try PDFStreamProof.refuse(pictures)
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

  private static func refuse(_ pictures: InlinePictures) throws(ScrubError) {
    guard pictures.hasCoded else { return }
    throw ResidueVerifier.residue("a JPEG within a page description")
  }

  private static func search(_ bytes: UnsafeRawBufferPointer) throws(ScrubError) {
    for packet in packets where unsafe PDFEdges.find(packet, in: bytes, from: 0) != nil {
      throw ResidueVerifier.residue("a packet of metadata in a stream")
    }
  }
}
