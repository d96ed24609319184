// Which fields of a TIFF are kept, and what each may look like: those that say how the raster is coded
// and shown (TIFF 6.0 parts 1 to 3 and the fax supplements), and a few more if a rule says so.

/// The shape that a kept field must have.
struct TIFFRule {
  /// How many values there may be; a decoder reads no more.
  enum Count {
    case upTo(Int)
    /// So many for each sample of a pixel.
    case samples(Int)
    /// So many for each value that a sample can have.
    case levels(Int)
  }

  let types: Set<TIFFType>
  let count: Count
  /// True if the picture cannot be decoded rightly without the field.
  let isNeeded: Bool

  private init(_ types: Set<TIFFType>, _ count: Count, isNeeded: Bool = false) {
    self.types = types
    self.count = count
    self.isNeeded = isNeeded
  }

  private static let whole: Set<TIFFType> = [.byte, .short, .long, .long8]
  private static let signed: Set<TIFFType> = [.signedByte, .signedShort, .signedLong]
  private static let ratio: Set<TIFFType> = [.rational]
  private static let real: Set<TIFFType> = [.float, .double, .rational, .signedRational]
  private static let one = TIFFRule(whole, .upTo(1))
  private static let key = TIFFRule(whole, .upTo(1), isNeeded: true)

  /// Fields of every picture, by tag. Strips and tiles, tables of JPEG and the profile are written
  /// anew and not listed.
  static let raster: [Int: TIFFRule] = [
    254: key, 255: one, TIFFTag.width: key, TIFFTag.height: key,
    TIFFTag.bitsPerSample: TIFFRule(whole, .samples(1), isNeeded: true),
    TIFFTag.compression: key, TIFFTag.photometric: key,
    263: one, 264: one, 265: one, 266: key,
    TIFFTag.orientation: one, TIFFTag.samplesPerPixel: key, TIFFTag.rowsPerStrip: key,
    280: TIFFRule(whole, .samples(1)), 281: TIFFRule(whole, .samples(1)),
    282: TIFFRule(ratio, .upTo(1)), 283: TIFFRule(ratio, .upTo(1)), TIFFTag.planes: key,
    286: TIFFRule(ratio, .upTo(1)), 287: TIFFRule(ratio, .upTo(1)),
    290: one, 291: TIFFRule([.short], .levels(1)),
    292: key, 293: key, 296: one, 297: TIFFRule([.short], .upTo(2)),
    301: TIFFRule([.short], .levels(3)), 317: key,
    318: TIFFRule(ratio, .upTo(2)), 319: TIFFRule(ratio, .upTo(6)),
    320: TIFFRule([.short], .levels(3), isNeeded: true), 321: TIFFRule(whole, .upTo(2)),
    TIFFTag.tileWidth: key, TIFFTag.tileHeight: key,
    326: one, 327: one, 328: one,
    332: key, 334: one, 336: TIFFRule(whole, .samples(2)),
    338: TIFFRule(whole, .samples(1), isNeeded: true),
    339: TIFFRule(whole, .samples(1), isNeeded: true),
    340: TIFFRule(whole.union(signed).union(real), .samples(1)),
    341: TIFFRule(whole.union(signed).union(real), .samples(1)),
    342: TIFFRule([.short], .upTo(6)),
    529: TIFFRule(ratio, .upTo(3), isNeeded: true), 530: TIFFRule(whole, .upTo(2), isNeeded: true),
    531: one, 532: TIFFRule(real.union(whole), .upTo(6), isNeeded: true),
  ]

  /// Where on earth the picture lies (GeoTIFF 1.1), for a policy that keeps it.
  static let geography: [Int: TIFFRule] = [
    33_550: TIFFRule([.double], .upTo(3)), 33_922: TIFFRule([.double], .upTo(6_000)),
    34_264: TIFFRule([.double], .upTo(16)), 34_735: TIFFRule([.short], .upTo(4_000)),
    34_736: TIFFRule([.double], .upTo(1_000)), TIFFTag.geoText: TIFFRule([.ascii], .upTo(4_000)),
  ]
}

/// Tags with a meaning of their own.
enum TIFFTag {
  static let width = 256
  static let height = 257
  static let bitsPerSample = 258
  static let compression = 259
  static let photometric = 262
  static let description = 270
  static let stripOffsets = 273
  static let orientation = 274
  static let samplesPerPixel = 277
  static let rowsPerStrip = 278
  static let stripByteCounts = 279
  static let planes = 284
  static let tileWidth = 322
  static let tileHeight = 323
  static let tileOffsets = 324
  static let tileByteCounts = 325
  static let subdirectories = 330
  static let jpegTables = 347
  static let copyright = 33_432
  static let profile = 34_675
  static let geoText = 34_737

  /// What raw files of cameras have: pictures in a private coding, and notes that decoding needs.
  static let raw: Set<Int> = [33_421, 33_422, 50_706, 50_707, 50_740]
  /// Pictures of several layers in depth, which only these tags tell from flat ones.
  static let depth: Set<Int> = [32_997, 32_998]

  /// The class that a dropped field counts as.
  static func carrier(_ tag: Int) -> CarrierClass {
    switch tag {
    case 700: .xmp
    case 33_723, 34_377: .iptc
    case 34_665, 40_965: .exif
    case 34_853, 33_550, 33_922, 34_264, 34_735...34_737: .position
    case subdirectories: .thumbnail
    case 306: .time
    case 269, description, 285, 333, 37_510, 40_091...40_095: .comment
    case 271, 272, 305, 315, 316, copyright, 42_112: .documentInfo
    case 37_500: .makerNote
    default: TIFFRule.raster[tag] == nil ? .vendor : .misplaced
    }
  }
}
