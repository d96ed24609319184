// The second reading. It shares no parser with the scrubber: it knows only the few shapes that a
// scrubbed file may have, and everything else is residue. EXIF blocks are read by libexif as well.

/// Proves that a file holds nothing but what a scrubbed file may hold.
public struct ResidueVerifier: Sendable {
  /// The limits that the scrubber was given.
  public let limits: ScrubLimits
  /// The rules that the scrubber was given; what they keep is no residue.
  public let rules: ScrubRules

  /// Creates a verifier.
  public init(limits: ScrubLimits = .standard, rules: ScrubRules = .standard) {
    self.limits = limits
    self.rules = rules
  }

  /// Reads the file to its end.
  /// - Returns: A proof that the file is clean; or, if the rules keep signed documents, that it is a
  ///   signed PDF.
  /// - Throws: `residue-found` if anything else than the allowed shapes is there, also if the file
  ///   is whole and of no known format; `input-output`, `too-large`, `truncated`.
  public func verify(_ input: ScrubInput) throws(ScrubError) -> CleanProof {
    try verify(input, depth: 0)
  }

  /// Reads a file that lies `depth` files deep.
  func verify(_ input: ScrubInput, depth: Int) throws(ScrubError) -> CleanProof {
    guard depth <= ScrubContext.depthMax else { throw ResidueVerifier.residue("files in files") }
    let source = ByteSource(input, bytesMax: limits.inputBytesMax + limits.profileBytesMax)
    let mediaType: String
    if try source.peek(5).elementsEqual("%PDF-".utf8) {
      if depth == 0, rules[.signed] == .keep,
        let pages = try SignatureProof.pages(input, limits: limits)
      {
        _ = try source.drain()
        return CleanProof(
          mediaType: "application/pdf", pages: pages, bytes: source.bytesRead,
          sha256: source.digest(), isKept: true)
      }
      var proof = try PDFProof(input, limits: limits, rules: rules)
      try proof.run()
      _ = try source.drain()
      return CleanProof(
        mediaType: "application/pdf", pages: proof.pageCount, bytes: source.bytesRead,
        sha256: source.digest())
    }
    if BMFFProof.isExpected(try source.peek(8)) {
      var proof = try BMFFProof(input, limits: limits, rules: rules)
      try proof.run()
      _ = try source.drain()
      return CleanProof(
        mediaType: proof.mediaType, pages: nil, bytes: source.bytesRead, sha256: source.digest())
    }
    if try source.peek(4) == [0x50, 0x4b, 3, 4] {
      let mediaType = try verifyPackage(input, depth: depth)
      _ = try source.drain()
      return CleanProof(
        mediaType: mediaType, pages: nil, bytes: source.bytesRead, sha256: source.digest())
    }
    if try source.peek(2) == [0xff, 0xd8] {
      mediaType = "image/jpeg"
      var proof = JPEGProof(source, limits: limits, rules: rules)
      try proof.run()
    } else if try source.peek(4).elementsEqual("GIF8".utf8) {
      mediaType = "image/gif"
      try GIFProof(source, limits: limits).run()
    } else if try ResidueVerifier.isTIFF(source.peek(4)) {
      mediaType = "image/tiff"
      var proof = try TIFFProof(input, limits: limits, rules: rules)
      try proof.run()
      _ = try source.drain()
    } else if let sound = try soundType(source) {
      mediaType = sound
      try checkSound(sound, source)
    } else if try source.peek(4).elementsEqual("RIFF".utf8) {
      mediaType = "image/webp"
      var proof = WebPProof(source, limits: limits, rules: rules)
      try proof.run()
    } else if try source.peek(1) == [0x89] {
      mediaType = "image/png"
      var proof = PNGProof(source, limits: limits, rules: rules)
      try proof.run()
    } else if try source.peek(5).elementsEqual("<?xml".utf8) {
      mediaType = try MarkupProof(source, limits: limits, rules: rules).run()
    } else {
      mediaType = try PlainTextProof(source, rules: rules).run()
    }
    guard try source.drain() == 0 else { throw ResidueVerifier.residue("bytes behind the file") }
    return CleanProof(
      mediaType: mediaType, pages: nil, bytes: source.bytesRead, sha256: source.digest())
  }

  /// The type of a file of sound by its first bytes: a mark, or eleven ones.
  private func soundType(_ source: ByteSource) throws(ScrubError) -> String? {
    let start = try source.peek(12)
    if start.starts(with: "fLaC".utf8) { return "audio/flac" }
    if start.starts(with: "OggS".utf8) { return "audio/ogg" }
    if start.starts(with: "RIFF".utf8), start.dropFirst(8).elementsEqual("WAVE".utf8) {
      return "audio/wav"
    }
    return try MPEGProof.begins(source) ? "audio/mpeg" : nil
  }

  private func checkSound(_ type: String, _ source: ByteSource) throws(ScrubError) {
    switch type {
    case "audio/flac": try FLACProof(source, limits: limits).run()
    case "audio/ogg":
      var proof = OggProof(source, limits: limits)
      try proof.run()
    case "audio/wav": try WAVProof(source).run()
    default: try MPEGProof(source).run()
    }
  }

  private func verifyPackage(_ input: ScrubInput, depth: Int) throws(ScrubError) -> String {
    let file = try FileBytes(input, bytesMax: limits.inputBytesMax + limits.profileBytesMax)
    let zip = try ZipProof(file, partsMax: limits.objectsMax)
    if zip.members.first?.name == "mimetype" {
      var proof = ODFProof(zip, self, depth: depth)
      try proof.run()
      return proof.mediaType
    }
    var proof = OOXMLProof(zip, self, depth: depth)
    try proof.run()
    return proof.mediaType
  }

  /// A mark of two letters, then 42 or 43 in the order that the letters say.
  private static func isTIFF(_ start: [UInt8]) -> Bool {
    [[0x49, 0x49, 42, 0], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 42], [0x4d, 0x4d, 0, 43]]
      .contains(start)
  }

  static func residue(_ what: String) -> ScrubError {
    ScrubError(.residueFound, "The second reading found \(what).")
  }
}
