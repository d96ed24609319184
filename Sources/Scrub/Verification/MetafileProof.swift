// A scrubbed metafile as the verifier expects it: no description, and comments only where they draw.

import ScrubContract

/// Proves one EMF or WMF.
enum MetafileProof {
  static func check(_ bytes: [UInt8], isEnhanced: Bool) throws(ScrubError) {
    for mark in ["Exif\0\0", "ns.adobe.com", "Photoshop 3.0"]
    where bytes.firstRange(of: Array(mark.utf8)) != nil {
      throw ResidueVerifier.residue("metadata inside a drawing")
    }
    let end = isEnhanced ? try checkEnhanced(bytes) : try checkWindows(bytes)
    guard end == bytes.count else { throw ResidueVerifier.residue("bytes behind a drawing") }
  }

  private static func checkEnhanced(_ bytes: [UInt8]) throws(ScrubError) -> Int {
    guard bytes.count >= 88, bytes[60..<68].allSatisfy({ $0 == 0 }) else {
      throw ResidueVerifier.residue("a description of a drawing")
    }
    var place = 0
    while let type = number(bytes, place, 4), let size = number(bytes, place + 4, 4), size >= 8,
      size <= bytes.count - place
    {
      if type == 70, size > 12 {
        let data = bytes[(place + 12)..<(place + size)]
        let isDrawing = data.starts(with: "EMF+".utf8)
        guard isDrawing || data.allSatisfy({ $0 == 0 }) else {
          throw ResidueVerifier.residue("a comment in a drawing")
        }
      }
      place += size
      if type == 14 { return place }
    }
    throw ResidueVerifier.residue("a broken drawing")
  }

  private static func checkWindows(_ bytes: [UInt8]) throws(ScrubError) -> Int {
    var place = bytes.starts(with: [0xd7, 0xcd, 0xc6, 0x9a]) ? 40 : 18
    while let words = number(bytes, place, 4), let type = number(bytes, place + 4, 2), words >= 3,
      words * 2 <= bytes.count - place
    {
      if type == 0x0626, words > 5, number(bytes, place + 6, 2) == 15 {
        guard bytes[(place + 10)..<(place + words * 2)].allSatisfy({ $0 == 0 }) else {
          throw ResidueVerifier.residue("a comment in a drawing")
        }
      }
      place += words * 2
      if type == 0 { return place }
    }
    throw ResidueVerifier.residue("a broken drawing")
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ width: Int) -> Int? {
    guard place + width <= bytes.count else { return nil }
    return (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }
}

extension ZipProof {
  /// Proves a picture or sound in an office document, which must be of the type that is told.
  func checkMedia(
    _ member: Member, _ type: String, _ verifier: ResidueVerifier, depth: Int
  ) throws(ScrubError) {
    let bytes = try bytes(of: member, bytesMax: verifier.limits.inputBytesMax)
    if type == "image/x-emf" || type == "image/x-wmf" {
      return try MetafileProof.check(bytes, isEnhanced: type == "image/x-emf")
    }
    let proof = try verifier.verify(.bytes(bytes), depth: depth + 1)
    guard proof.mediaType == type else { throw ResidueVerifier.residue("a part of another type") }
  }
}
