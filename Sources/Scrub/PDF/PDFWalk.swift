// The allow-list walk: from the trailer's root along the slots, first in, first out. An object gets
// its new number when it is first named; what is never named is never written.

import ScrubContract

/// Walks one PDF and writes the scrubbed one.
final class PDFWalk {
  private static let depthMax = 64
  static let standingDepthMax = 256

  let file: PDFFile
  let limits: ScrubLimits
  let rules: ScrubRules
  var writer: PDFWriter
  var tally = CarrierTally()
  var budget: PDFBudget
  var pages: PDFPages
  /// The address that relative links start from.
  var baseAddress: [UInt8] = []
  /// The number of the page list.
  var pagesNumber = 0
  /// Fields, and whether they or others below them stand on a page of the document.
  var standing: [PDFObjectID: Bool] = [:]
  /// Elements and lists of elements, and whether a page of the document shows them.
  var shown: [PDFObjectID: Bool] = [:]
  /// Profiles, and whether readers can make anything of them.
  var usableProfiles: [PDFObjectID: Bool] = [:]
  /// Whether device colours of the document are mapped to others, and whether some stand for a profile.
  var (mapsDeviceColors, replacesProfiles) = (false, false)
  /// Entries of lists that were written into the dictionary that names them.
  private var inlined = 0

  /// An object that has its number and waits to be written.
  private enum Work {
    /// With the object itself while few wait; else it is read again.
    case object(PDFObjectID, PDFSlot, PDFFile.Object?)
    case value(PDFValue, PDFSlot)
  }

  /// Objects that wait together with what was read of them.
  private static let rememberedMax = 4096

  /// The new number of each object and slot; 0 for one of which nothing is left.
  private var numbers: [UInt64: Int] = [:]
  private var queue: [(work: Work, number: Int)] = []
  private var head = 0

  init(
    _ file: PDFFile, _ writer: PDFWriter, pages: PDFPages, limits: ScrubLimits, rules: ScrubRules
  ) {
    self.file = file
    self.writer = writer
    self.pages = pages
    self.limits = limits
    self.rules = rules
    budget = PDFBudget(bytesMax: limits.unpackedBytesMax)
    tally.add(pages.tally)
  }

  static func tooMany(_ partsMax: Int) -> ScrubError {
    ScrubError(.tooManyParts, "The PDF has more than \(partsMax) objects.")
  }

  /// Counts the entries of a list that is written wherever it is named; an honest list of fields
  /// or annotations is named once, so that there are fewer of them than objects.
  func takeInlined(_ count: Int) throws(ScrubError) {
    inlined += count
    guard inlined <= 4 * limits.objectsMax else { throw PDFWalk.tooMany(limits.objectsMax) }
  }

  /// Writes everything that has been named.
  func drain() throws(ScrubError) {
    while head < queue.count {
      let (work, number) = queue[head]
      head += 1
      // What is done is let go now and then, so that a large file needs a small queue.
      if head == 4096 {
        queue.removeFirst(head)
        head = 0
      }
      switch work {
      case .object(let id, let slot, let object):
        if slot == .page, let page = pages.take(id) {
          try writer.add(cleanPage(page, id), as: number)
          continue
        }
        // What the queue did not remember is read again.
        if let object {
          try write(object, id, slot, as: number)
        } else {
          try write(file.object(id), id, slot, as: number)
        }
      case .value(let value, let slot): try writer.add(clean(value, slot), as: number)
      }
    }
    try checkColors()
  }

  /// A reference to an object of the input in a slot; null if it must not be reached.
  func reference(to id: PDFObjectID, _ slot: PDFSlot) throws(ScrubError) -> PDFValue {
    let fixed = pages.slots[id]
    if slot == .page && fixed != .page {
      tally.add(.history)
      return .null
    }
    let slot = fixed ?? slot
    let key =
      UInt64(UInt32(bitPattern: id.number)) << 24 | UInt64(
        UInt16(truncatingIfNeeded: id.generation))
      << 8 | UInt64(slot.rawValue)
    return try reference(key) { () throws(ScrubError) in
      if slot == .page { return .object(id, slot, nil) }
      let object = try file.object(id)
      guard try isKept(object, slot) else { return nil }
      return .object(id, slot, queue.count - head < PDFWalk.rememberedMax ? object : nil)
    }
  }

  /// False if nothing of an object would be left: then it is not named, so that no empty object
  /// tells of it, and a second scrub finds nothing to do.
  private func isKept(_ object: PDFFile.Object, _ slot: PDFSlot) throws(ScrubError) -> Bool {
    switch object.value {
    // An object that is a reference would be a chain, or a loop.
    case .null, .reference: return false
    case .string: return allowsText(slot)
    case .boolean, .integer, .real, .name, .array: return true
    case .dictionary(let dictionary):
      let isKept: Bool
      if object.isStream {
        isKept = try shape(of: dictionary, slot, isStream: true)?.data != nil
      } else if slot == .structureAttributes {
        isKept = try cleanAttributes(object.value, depth: 0)?.isNull == false
      } else if case .map = slot.rule {
        isKept = true
      } else {
        let shape = try shape(of: dictionary, slot, isStream: false)
        isKept = shape != nil || slot == .appearanceLook
      }
      if !isKept { tally.add(.vendor) }
      return isKept
    }
  }

  /// A reference to a value that its readers share, made once for each holder and slot.
  func shared(
    _ value: PDFValue, of holder: PDFObjectID, _ slot: PDFSlot
  ) throws(ScrubError) -> PDFValue {
    let key =
      1 << 63 | UInt64(UInt32(bitPattern: holder.number)) << 24
      | UInt64(UInt16(truncatingIfNeeded: holder.generation)) << 8 | UInt64(slot.rawValue)
    return try reference(key) { () throws(ScrubError) in .value(value, slot) }
  }

  private func reference(
    _ key: UInt64, _ work: () throws(ScrubError) -> Work?
  ) throws(ScrubError) -> PDFValue {
    if let known = numbers[key] { return known == 0 ? .null : PDFWalk.reference(known) }
    guard numbers.count < limits.objectsMax else { throw PDFWalk.tooMany(limits.objectsMax) }
    guard let work = try work() else {
      numbers[key] = 0
      return .null
    }
    let number = writer.reserve()
    numbers[key] = number
    queue.append((work, number))
    return PDFWalk.reference(number)
  }

  static func reference(_ number: Int) -> PDFValue {
    .reference(PDFObjectID(number: Int32(truncatingIfNeeded: number), generation: 0))
  }

  private func write(
    _ object: PDFFile.Object, _ id: PDFObjectID, _ slot: PDFSlot, as number: Int
  ) throws(ScrubError) {
    guard let dictionary = object.value.dictionary else {
      return try writer.add(clean(object.value, slot), as: number)
    }
    switch slot {
    case .page where !object.isStream: try writer.add(cleanPage(dictionary, id), as: number)
    case .structureTree where !object.isStream:
      try writer.add(cleanStructure(dictionary), as: number)
    case _ where object.isStream:
      guard let shape = try shape(of: dictionary, slot, isStream: true), let data = shape.data
      else { return try writer.add(.null, as: number) }
      try writeStream(id, dictionary, shape, data, as: number)
    default: try writer.add(clean(object.value, slot), as: number)
    }
  }

  /// What is left of a value in a slot; null for nothing.
  func clean(
    _ value: PDFValue, _ slot: PDFSlot, depth: Int = 0
  ) throws(ScrubError) -> PDFValue {
    guard depth <= PDFWalk.depthMax else {
      throw ScrubError(.malformedPDF, "An object is nested too deeply.")
    }
    if case .special = slot.rule, let result = try cleanSpecial(value, slot, depth: depth) {
      return result
    }
    switch value {
    case .null, .boolean, .integer, .real, .name: return value
    case .string: return allowsText(slot) ? value : .null
    case .reference(let id): return try reference(to: id, slot)
    case .array(let values):
      var kept: [PDFValue] = []
      kept.reserveCapacity(values.count)
      for value in values { kept.append(try clean(value, slot, depth: depth + 1)) }
      return .array(kept)
    case .dictionary(let dictionary):
      if case .map(let inner) = slot.rule {
        return .dictionary(try cleanMap(dictionary, inner, depth: depth))
      }
      guard let shape = try shape(of: dictionary, slot, isStream: false) else { return .null }
      return .dictionary(try clean(dictionary, shape, slot, depth: depth))
    }
  }

  private func allowsText(_ slot: PDFSlot) -> Bool {
    switch slot.rule {
    case .text: true
    case .shape(let shape): shape.allowsText
    case .scalar, .map, .special: false
    }
  }

  private func cleanMap(
    _ dictionary: PDFDictionary, _ slot: PDFSlot, depth: Int
  ) throws(ScrubError) -> PDFDictionary {
    var kept = PDFDictionary()
    if slot == .colorSpace { noteColors(dictionary) }
    for (key, value) in dictionary.entries {
      let value = try clean(value, slot, depth: depth + 1)
      if !value.isNull { kept.entries.append((key, value)) }
    }
    return kept
  }

  /// The entries that a shape keeps, in their order.
  func clean(
    _ dictionary: PDFDictionary, _ shape: PDFShape, _ slot: PDFSlot, depth: Int = 0
  ) throws(ScrubError) -> PDFDictionary {
    var kept = PDFDictionary()
    for (key, value) in dictionary.entries {
      guard let inner = shape.slots[key] else {
        note(key, slot)
        continue
      }
      let value = try clean(value, inner, depth: depth + 1)
      if !value.isNull { kept.entries.append((key, value)) }
    }
    return kept
  }
}
