// The shape of one picture in a TIFF: how many strips or tiles it has, how long they are if they are
// not compressed, and whether the coding is one that carries nothing but pixels.

/// Width, height and division of a picture.
struct TIFFShape {
  /// Codings of pixels and of nothing else: none, fax, LZW, deflate, PackBits, NeXT, ThunderScan,
  /// SGI logarithmic, LERC, LZMA, Zstandard.
  private static let plainCodings: Set<Int> = [
    1, 2, 3, 4, 5, 8, 32_766, 32_771, 32_773, 32_809, 32_946, 34_676, 34_677, 34_887, 34_925,
    50_000,
  ]
  static let jpeg = 7
  /// Grey, colour, palette, mask, CMYK, YCbCr, three kinds of Lab, two of logarithmic light.
  private static let photometrics: Set<Int> = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 32_844, 32_845]

  let compression: Int
  let samples: Int
  /// The values that a sample can have.
  let levels: Int
  let isTiled: Bool
  /// How many strips or tiles there are.
  let pieces: Int

  private let height: Int
  private let rowsPerPiece: Int
  private let piecesPerPlane: Int
  /// Bytes of a row in a strip or tile, if that can be told.
  private let rowBytes: Int?

  /// - Parameter value: The first value of a field of whole numbers.
  /// - Throws: `malformed-file`, `encoding-not-supported`, `too-many-pixels`, `too-many-parts`.
  init(
    bits: [Int], limits: ScrubLimits, value: (_ tag: Int) throws(ScrubError) -> Int?
  ) throws(ScrubError) {
    let most = 1 << 31
    guard let width = try value(TIFFTag.width), let height = try value(TIFFTag.height),
      (1..<most).contains(width), (1..<most).contains(height)
    else { throw TIFFFile.malformed("A picture has no size.") }
    guard width * height <= limits.pixelsMax else {
      throw ScrubError(.tooManyPixels, "The picture has more than \(limits.pixelsMax) pixels.")
    }
    compression = try value(TIFFTag.compression) ?? 1
    samples = try value(TIFFTag.samplesPerPixel) ?? 1
    let photometric = try value(TIFFTag.photometric) ?? 0
    let first = bits.first ?? 1
    guard compression == TIFFShape.jpeg || TIFFShape.plainCodings.contains(compression),
      TIFFShape.photometrics.contains(photometric), (1...1024).contains(samples),
      (1...64).contains(first)
    else {
      throw ScrubError(.encodingNotSupported, "The TIFF has a coding that is not walked.")
    }
    levels = 1 << min(first, 16)
    self.height = height
    isTiled = try value(TIFFTag.tileWidth) != nil
    let isSeparate = try value(TIFFTag.planes) == 2
    let pieceWidth = try isTiled ? value(TIFFTag.tileWidth) ?? 0 : width
    rowsPerPiece =
      try isTiled ? value(TIFFTag.tileHeight) ?? 0 : value(TIFFTag.rowsPerStrip) ?? height
    guard (1..<most).contains(pieceWidth), rowsPerPiece > 0,
      !isTiled || max(pieceWidth, rowsPerPiece) <= 1 << 20
    else {
      throw TIFFFile.malformed("The strips or tiles have no size.")
    }
    let across = (width - 1) / pieceWidth + 1
    piecesPerPlane = across * ((height - 1) / rowsPerPiece + 1)
    pieces = piecesPerPlane * (isSeparate ? samples : 1)
    guard pieces <= limits.partsMax else {
      throw ScrubError(.tooManyParts, "The TIFF has more than \(limits.partsMax) strips.")
    }
    // Subsampled colours are packed in blocks; other samples stand one behind the other.
    let isPlain = compression == 1 && photometric != 6 && bits.allSatisfy { $0 == first }
    let bitsPerPixel = first * (isSeparate ? 1 : samples)
    rowBytes = isPlain ? (pieceWidth * bitsPerPixel + 7) / 8 : nil
  }

  /// The bytes that a decoder reads of a strip or tile; nothing if its coding decides.
  func plainBytes(of piece: Int) -> Int? {
    guard let rowBytes else { return nil }
    if isTiled { return rowBytes * rowsPerPiece }
    let first = piece % piecesPerPlane * rowsPerPiece
    return rowBytes * min(rowsPerPiece, height - first)
  }
}
