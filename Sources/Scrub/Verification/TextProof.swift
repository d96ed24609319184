// Text that a rule keeps, as the verifier accepts it: printable, ended by one zero.

/// Checks kept text.
enum TextProof {
  /// Passes for an ASCII field of TIFF or EXIF.
  static func check(field: [UInt8], type: Int) throws(ScrubError) {
    guard type == 2, field.last == 0 else {
      throw ResidueVerifier.residue("a text of another kind")
    }
    try check(field.dropLast())
  }

  /// Passes for text alone.
  static func check(_ text: some Collection<UInt8>) throws(ScrubError) {
    let isText = text.allSatisfy { byte in
      switch byte {
      case 9, 10, 13, 0x20...0x7e, 0x80...: true
      default: false
      }
    }
    guard isText, text.count <= 16_384 else {
      throw ResidueVerifier.residue("a text of another kind")
    }
  }
}
