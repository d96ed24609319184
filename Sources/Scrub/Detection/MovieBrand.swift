// Which of the formats made of boxes a file is: by its brands, or, in films older than brands, by the
// boxes that it begins with.

/// Reads the beginning of a file of boxes.
enum MovieBrand {
  private static let heic: Set<BoxType> = [
    "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs",
  ]
  private static let avif: Set<BoxType> = ["avif", "avis", "avio"]
  /// Pictures of any coding: the next brand decides.
  private static let picture: Set<BoxType> = ["mif1", "mif2", "mif3", "msf1", "miaf"]
  private static let quickTime: Set<BoxType> = ["moov", "mdat", "wide", "free", "skip", "pnot"]
  private static let brandsMax = 64

  /// The format, by the first bytes; nothing if they are of something else.
  static func format(of sample: [UInt8]) -> TypeDetector.Format? {
    guard sample.count >= 16 else { return nil }
    let first = type(sample, 4)
    guard first == "ftyp" else {
      return quickTime.contains(first) && isBoxes(sample) ? .quickTime : nil
    }
    let size = Int(type(sample, 0).code)
    guard size >= 16, size <= 8 + 4 * (brandsMax + 2) else { return nil }
    let end = min(size, sample.count) - 3
    let brands = [type(sample, 8)] + stride(from: 16, to: end, by: 4).map { type(sample, $0) }
    if picture.contains(brands[0]) {
      for brand in brands {
        if let format = coding(brand) { return format }
      }
      return .heif
    }
    return coding(brands[0]) ?? film(brands)
  }

  private static func coding(_ brand: BoxType) -> TypeDetector.Format? {
    heic.contains(brand) ? .heic : avif.contains(brand) ? .avif : nil
  }

  private static func film(_ brands: [BoxType]) -> TypeDetector.Format? {
    switch brands[0] {
    case "qt  ": return .quickTime
    case "M4A ", "M4B ", "f4a ": return .m4a
    case "crx ", "jp2 ", "jpx ", "jpm ", "mjp2": return nil
    default:
      // 3GP and 3G2 have a digit of their release at the end.
      let family = brands[0].code >> 8
      return family == 0x33_67_70 || family == 0x33_67_32 ? .threeGP : .mp4
    }
  }

  /// Whether the first box is followed by another, or goes on behind the sample.
  private static func isBoxes(_ sample: [UInt8]) -> Bool {
    var size = Int(type(sample, 0).code)
    if size == 1 {
      let long = UInt64(type(sample, 8).code) << 32 | UInt64(type(sample, 12).code)
      size = Int(clamping: long)
    }
    guard size == 0 || size >= 8 else { return false }
    guard size > 0, size <= sample.count - 8 else { return true }
    let next = type(sample, size + 4)
    return quickTime.contains(next) || next == "ftyp" || next == "uuid" || next == "udta"
  }

  private static func type(_ bytes: [UInt8], _ place: Int) -> BoxType {
    BoxType(bytes[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) })
  }
}
