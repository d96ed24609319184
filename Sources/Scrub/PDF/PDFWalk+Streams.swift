// The data of streams: pictures go through the walker of their own format, colour profiles are
// rebuilt, deflated data are checked and cut at their end, rare filters are replaced by Flate.

import ScrubContract

extension PDFWalk {
  private static let pictureFilters: Set<String> = [
    "CCITTFaxDecode", "DCTDecode", "JBIG2Decode", "JPXDecode",
  ]
  private static let generalFilters: Set<String> = [
    "ASCII85Decode", "ASCIIHexDecode", "FlateDecode", "LZWDecode", "RunLengthDecode",
  ]
  private static let parameters: [String: Set<String>] = [
    "FlateDecode": ["BitsPerComponent", "Colors", "Columns", "Predictor"],
    "DCTDecode": ["ColorTransform"],
    "CCITTFaxDecode": [
      "BlackIs1", "Columns", "DamagedRowsBeforeError", "EncodedByteAlign", "EndOfBlock",
      "EndOfLine", "K", "Rows",
    ],
    "JBIG2Decode": ["JBIG2Globals"],
  ]

  /// One filter of a stream with its parameters.
  private struct Filter {
    let name: String
    let parameters: PDFDictionary?
  }

  /// Writes a stream of which the shape keeps the dictionary.
  func writeStream(
    _ id: PDFObjectID, _ dictionary: PDFDictionary, _ shape: PDFShape, _ data: PDFData,
    as number: Int
  ) throws(ScrubError) {
    guard dictionary["F"] == nil || shape.slots["F"] != nil else {
      throw unsupported("Streams in other files are not accepted.")
    }
    var kept = try clean(dictionary, shape, .stream)
    let filters = try filters(of: dictionary)
    if data == .profile { return try writeProfile(id, kept, as: number) }
    if data == .segments { return try writeSegments(id, kept, filters, as: number) }
    if let last = filters.last, PDFWalk.pictureFilters.contains(last.name) {
      return try writePicture(id, kept, filters, last, as: number)
    }
    guard filters.allSatisfy({ PDFWalk.generalFilters.contains($0.name) }) else {
      throw unsupported("A filter of the PDF is not supported.")
    }
    if filters.isEmpty {
      return try unsafe file.withStream(id, isDecoded: false) { (bytes, _) throws(ScrubError) in
        if data == .content { try unsafe refuseInlinePictures(bytes) }
        try unsafe writer.add(kept, data: bytes, as: number)
      }
    }
    if filters.count == 1, let only = filters.first, only.name == "FlateDecode" {
      return try writeDeflated(id, kept, only, data, as: number)
    }
    let unpacked = try unpacked(id)
    if data == .content {
      try unsafe PDFFilters.withBytes(of: unpacked) { (bytes) throws(ScrubError) in
        try unsafe refuseInlinePictures(bytes)
      }
    }
    kept.set("Filter", .name("FlateDecode"))
    try writer.add(kept, data: PDFWriter.deflated(unpacked), as: number)
  }

  private func unsupported(_ sentence: String) -> ScrubError {
    ScrubError(.encodingNotSupported, sentence)
  }

  private func malformed() -> ScrubError {
    ScrubError(.malformedPDF, "The data of a stream are damaged.")
  }

  private func filters(of dictionary: PDFDictionary) throws(ScrubError) -> [Filter] {
    let names = try PDFPages.resolved(dictionary["Filter"] ?? .null, file)
    let parameters = try PDFPages.resolved(dictionary["DecodeParms"] ?? .null, file)
    let list = names.array ?? (names.isNull ? [] : [names])
    guard list.count <= 4 else { throw unsupported("A stream has too many filters.") }
    var filters: [Filter] = []
    for (index, entry) in list.enumerated() {
      guard let name = try PDFPages.resolved(entry, file).name else { throw malformed() }
      var own = parameters
      if let all = parameters.array { own = index < all.count ? all[index] : .null }
      filters.append(
        Filter(name: name, parameters: try PDFPages.resolved(own, file).dictionary))
    }
    return filters
  }

  /// Sets the one filter that remains, with the parameters that decoders know.
  private func set(
    _ filter: Filter, in dictionary: inout PDFDictionary
  ) throws(ScrubError) {
    dictionary.set("Filter", .name(filter.name))
    var kept = PDFDictionary()
    for (key, value) in filter.parameters?.entries ?? [] {
      guard PDFWalk.parameters[filter.name]?.contains(key) == true else { continue }
      let value = try clean(value, key == "JBIG2Globals" ? .segments : .scalar)
      if !value.isNull { kept.entries.append((key, value)) }
    }
    if !kept.entries.isEmpty { dictionary.set("DecodeParms", .dictionary(kept)) }
  }

  private func writeDeflated(
    _ id: PDFObjectID, _ dictionary: PDFDictionary, _ filter: Filter, _ data: PDFData,
    as number: Int
  ) throws(ScrubError) {
    var kept = dictionary
    var pictures = InlinePictures()
    try set(filter, in: &kept)
    try unsafe file.withStream(id, isDecoded: false) { (bytes, _) throws(ScrubError) in
      if unsafe bytes.isEmpty { return try unsafe writer.add(dictionary, data: bytes, as: number) }
      let end = try unsafe PDFFilters.inflate(bytes, budget: &budget) { (piece) in
        guard data == .content else { return }
        unsafe piece.withUnsafeBytes { unsafe pictures.search($0) }
      }
      guard let end else { throw malformed() }
      try refuse(pictures)
      // Line ends before `endstream` do not count.
      if unsafe bytes[end...].contains(where: { $0 != 0x0a && $0 != 0x0d }) { tally.add(.trailer) }
      try unsafe writer.add(
        kept, data: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: number)
    }
  }

  /// A whole stream without its filters.
  func unpacked(_ id: PDFObjectID) throws(ScrubError) -> [UInt8] {
    try unsafe file.withStream(id, isDecoded: true) { (bytes, isDecoded) throws(ScrubError) in
      guard isDecoded else { throw unsupported("A filter of the PDF is not supported.") }
      try budget.take(bytes.count)
      guard bytes.count <= limits.streamBytesMax else {
        throw ScrubError(.tooLarge, "A stream unpacks to more than \(limits.streamBytesMax) bytes.")
      }
      return unsafe [UInt8](bytes)
    }
  }

  private func writeProfile(
    _ id: PDFObjectID, _ dictionary: PDFDictionary, as number: Int
  ) throws(ScrubError) {
    let profile = try unpacked(id)
    guard profile.count <= limits.profileBytesMax else {
      throw ScrubError(
        .tooLarge, "The ICC profile has more than \(limits.profileBytesMax) bytes.")
    }
    let rebuilt = try ColorProfile.rebuild(profile)
    if rebuilt != profile { tally.add(.profileDetails) }
    var kept = dictionary
    kept.set("Filter", .name("FlateDecode"))
    try writer.add(kept, data: PDFWriter.deflated(rebuilt), as: number)
  }

  /// What several pictures have in common, unpacked so that the proof can read it.
  private func writeSegments(
    _ id: PDFObjectID, _ dictionary: PDFDictionary, _ filters: [Filter], as number: Int
  ) throws(ScrubError) {
    let stored =
      filters.isEmpty
      ? try unsafe file.withStream(id, isDecoded: false) { (bytes, _) in unsafe [UInt8](bytes) }
      : try unpacked(id)
    try writer.add(dictionary, data: try segments(stored), as: number)
  }

  private func segments(_ bytes: [UInt8]) throws(ScrubError) -> [UInt8] {
    var segments = JBIG2Segments(bytes)
    let result = try segments.scrubbed()
    tally.add(segments.tally)
    return result
  }

  private func refuseInlinePictures(_ bytes: UnsafeRawBufferPointer) throws(ScrubError) {
    var pictures = InlinePictures()
    unsafe pictures.search(bytes)
    try refuse(pictures)
  }

  private func refuse(_ pictures: InlinePictures) throws(ScrubError) {
    guard pictures.hasCoded || pictures.isCut || pictures.isLong else { return }
    throw unsupported("Pictures within page descriptions must not be coded as JPEG.")
  }

  private func writePicture(
    _ id: PDFObjectID, _ dictionary: PDFDictionary, _ filters: [Filter], _ coding: Filter,
    as number: Int
  ) throws(ScrubError) {
    var kept = dictionary
    try set(coding, in: &kept)
    try unsafe file.withStream(id, isDecoded: false) { (bytes, _) throws(ScrubError) in
      guard filters.count > 1 else {
        return try unsafe writePicture(bytes, coding.name, kept, as: number)
      }
      var inner = unsafe [UInt8](bytes)
      for filter in filters.dropLast() {
        let predictor = filter.parameters?["Predictor"]?.integer ?? 1
        guard predictor == 1,
          let output = try PDFFilters.decode(
            filter.name, inner, budget: &budget, bytesMax: limits.streamBytesMax)
        else {
          throw unsupported("Filters of the PDF are combined in a way that is not supported.")
        }
        inner = output
      }
      try unsafe PDFFilters.withBytes(of: inner) { (bytes) throws(ScrubError) in
        try unsafe writePicture(bytes, coding.name, kept, as: number)
      }
    }
  }

  private func writePicture(
    _ bytes: UnsafeRawBufferPointer, _ coding: String, _ dictionary: PDFDictionary,
    as number: Int
  ) throws(ScrubError) {
    switch coding {
    case "DCTDecode":
      let sink = ByteSink(
        .memory, bytesMax: bytes.count + limits.profileBytesMax, isHashed: false)
      var scrubber = unsafe JPEGScrubber(ByteSource(part: bytes), sink, limits: limits)
      try scrubber.run()
      tally.add(scrubber.tally)
      _ = try sink.finish()
      try writer.add(dictionary, data: sink.memory, as: number)
    case "JPXDecode":
      var boxes = unsafe JPXBoxes([UInt8](bytes))
      let picture = try boxes.scrubbed()
      tally.add(boxes.tally)
      try writer.add(dictionary, data: picture, as: number)
    case "JBIG2Decode":
      try writer.add(dictionary, data: try segments(unsafe [UInt8](bytes)), as: number)
    default:
      let end = unsafe PDFWalk.faxEnd(bytes, dictionary["DecodeParms"]?.dictionary)
      let isFilled = unsafe bytes[end...].allSatisfy { [0, 0x0a, 0x0d].contains($0) }
      if !isFilled { tally.add(.trailer) }
      try unsafe writer.add(
        dictionary, data: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: number)
    }
  }

  /// Where the data of a fax end. Only group 4 (ITU-T T.6) says so in one way, with two marks that
  /// no picture contains; of the others nothing is cut.
  private static func faxEnd(_ bytes: UnsafeRawBufferPointer, _ parameters: PDFDictionary?) -> Int {
    guard let kind = parameters?["K"]?.integer, kind < 0 else { return bytes.count }
    if case .boolean(false)? = parameters?["EndOfBlock"] { return bytes.count }
    var bits: UInt32 = 0xffff_ffff
    for place in 0..<bytes.count {
      let byte = unsafe UInt32(bytes[place])
      for shift in (0..<8).reversed() {
        bits = bits << 1 | (byte >> UInt32(shift)) & 1
        if bits & 0xff_ffff == 0x00_1001 { return place + 1 }
      }
    }
    return bytes.count
  }
}
