// How many strips a picture must have and how long they may be, from the fields that were read.

/// The values of one field.
struct TIFFValuesProof {
  let type: Int
  let count: Int
  let size: Int
  let range: Range<Int>
}

/// The fields of one picture that say how it is divided.
struct TIFFPictureProof {
  /// The first value of whole numbers, by tag.
  var numbers: [Int: Int] = [:]
  /// Bits of each sample.
  var bits: [Int] = [1]
  /// Fields with values for each sample: how many there are, and how many for each.
  var sampleFields: [(count: Int, each: Int)] = []
  /// Fields with values for each level that a sample can have.
  var levelFields: [(count: Int, each: Int)] = []
  /// Offsets and lengths of strips (273, 279) or tiles (324, 325).
  var pieces: [Int: TIFFValuesProof] = [:]

  private var isTiled: Bool { numbers[322] != nil }
  private var samples: Int { numbers[277] ?? 1 }
  private var isSeparate: Bool { numbers[284] == 2 }

  /// The lists of strips or tiles, which must have exactly as many entries as the picture needs.
  func checkedPieces(
    _ limits: ScrubLimits
  ) throws(ScrubError) -> (TIFFValuesProof, TIFFValuesProof, Int) {
    let broken = ResidueVerifier.residue("a TIFF picture of another shape")
    let bits = bits.first ?? 1
    guard let columns = numbers[256], let rows = numbers[257], columns > 0, rows > 0,
      columns < 1 << 31, rows < 1 << 31, columns * rows <= limits.pixelsMax,
      (1...64).contains(bits), (1...1024).contains(samples),
      numbers[323] == nil || isTiled,
      sampleFields.allSatisfy({ $0.count <= $0.each * samples }),
      levelFields.allSatisfy({ $0.count <= $0.each << min(bits, 16) })
    else { throw broken }
    let (high, wide) = pieceSize
    guard (1...max(1 << 20, columns)).contains(wide), high > 0, !isTiled || high <= 1 << 20,
      pieces.count == 2, let offsets = pieces[isTiled ? 324 : 273],
      let counts = pieces[isTiled ? 325 : 279]
    else { throw broken }
    let perPlane = ((columns + wide - 1) / wide) * ((rows - 1) / high + 1)
    let expected = perPlane * (isSeparate ? samples : 1)
    guard expected <= limits.partsMax, offsets.count == expected, counts.count == expected else {
      throw broken
    }
    return (offsets, counts, expected)
  }

  /// The most that an uncompressed strip or tile may have; nothing for others.
  func plainBytes(of index: Int) -> Int? {
    guard numbers[259] ?? 1 == 1, numbers[262] != 6, let rows = numbers[257], Set(bits).count == 1
    else { return nil }
    let (high, wide) = pieceSize
    let pixel = bits[0] * (isSeparate ? 1 : samples)
    let row = (wide * pixel + 7) / 8
    if isTiled { return row * high }
    let perPlane = (rows - 1) / high + 1
    return row * min(high, rows - index % perPlane * high)
  }

  private var pieceSize: (high: Int, wide: Int) {
    isTiled
      ? (numbers[323] ?? 0, numbers[322] ?? 0)
      : (numbers[278] ?? numbers[257] ?? 0, numbers[256] ?? 0)
  }
}
