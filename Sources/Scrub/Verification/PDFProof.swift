// A scrubbed PDF as the verifier expects it: every byte belongs to the header, an object or the end;
// libqpdf reads it without a warning; every object is reached from the root; no dictionary has a key
// of the kind that carries metadata; every stream has one filter at most and nothing hidden in it.

/// Reads one PDF against these rules.
struct PDFProof {
  private let file: PDFFile
  private let limits: ScrubLimits
  private let rules: ScrubRules
  /// What the rules keep.
  private var kept: PDFKeptProof?
  private var rootNumber = 0
  private var profiles: Set<Int> = []
  /// What several JBIG2 pictures have in common.
  private var segments: Set<Int> = []
  private var streams: [(number: Int, filter: String?)] = []
  private var references: [[Int]] = []
  /// Objects that call themselves containers of objects, and those that call themselves their table.
  private var containers: Set<Int> = []
  private var tables: [Int] = []
  /// Objects that hold names of the document's own.
  private var mapNumbers: Set<Int> = []
  /// Objects that must be such, or else break a rule.
  private var suspects: [Int: ScrubError] = [:]
  /// The pages that were counted.
  private(set) var pageCount = 0

  init(
    _ input: ScrubInput, limits: ScrubLimits, rules: ScrubRules = .standard
  ) throws(ScrubError) {
    self.limits = limits
    self.rules = rules
    do throws(ScrubError) {
      file = try PDFFile(input, bytesMax: limits.inputBytesMax + limits.profileBytesMax)
    } catch {
      throw error.code == .malformedPDF ? ResidueVerifier.residue("a damaged PDF") : error
    }
  }

  /// Passes over the whole document.
  mutating func run() throws(ScrubError) {
    guard !file.isEncrypted else { throw ResidueVerifier.residue("encryption") }
    try unsafe file.withBytes { (bytes) throws(ScrubError) in
      try unsafe PDFLayoutProof(bytes).run()
    }
    let trailer = try file.trailer()
    let size = trailer["Size"]?.integer ?? 0
    guard let root = trailer["Root"]?.reference, size > 1, size <= 2 * limits.objectsMax + 4 else {
      throw ResidueVerifier.residue("another trailer")
    }
    let known: Set<String> = ["Filter", "ID", "Length", "Root", "Size", "Type", "W"]
    guard trailer.entries.allSatisfy({ known.contains($0.key) }) else {
      throw ResidueVerifier.residue("an entry of the trailer")
    }
    pageCount = try file.pageCount()
    guard pageCount > 0 else { throw ResidueVerifier.residue("no pages") }
    rootNumber = Int(root.number)
    kept = try PDFKeptProof(file, root: root, rules: rules, limits: limits)
    references = [[]]
    for number in 1..<size { try scan(number) }
    for (number, error) in suspects where !mapNumbers.contains(number) { throw error }
    try checkContainers(trailer)
    try checkReach(from: Int(root.number))
    var budget = PDFBudget(bytesMax: limits.unpackedBytesMax + (64 << 20))
    for (number, filter) in streams {
      try PDFStreamProof(file: file, limits: limits)
        .check(
          number, filter: filter, isProfile: profiles.contains(number),
          isSegments: segments.contains(number), budget: &budget)
    }
  }

  private mutating func scan(_ number: Int) throws(ScrubError) {
    let scan = try file.scan(number)
    if kept?.numbers.contains(number) == true { return references.append(scan.references) }
    mapNumbers.formUnion(scan.mapNumbers)
    for (place, dictionary) in scan.dictionaries.enumerated() where !scan.maps.contains(place) {
      do throws(ScrubError) {
        let isRoot = number == rootNumber
        let rest = isRoot ? kept?.rest(dictionary, isOutermost: place == 0) : nil
        try PDFKeysProof.check(rest ?? dictionary)
      } catch {
        // Whether the object is a map of names shows when all have been read.
        guard place == 0, !scan.isStream, !PDFProof.isShading(dictionary) else { throw error }
        suspects[number] = error
      }
    }
    profiles.formUnion(scan.profiles)
    segments.formUnion(scan.segments)
    references.append(scan.references)
    guard scan.isStream else { return }
    guard scan.filters.count <= 1 else { throw ResidueVerifier.residue("filters in a row") }
    // The containers of objects and the table of their places are no part of the document.
    if case .name(let type)? = scan.dictionaries.first?.first(where: { $0.key == "Type" })?.value,
      type == "ObjStm" || type == "XRef"
    {
      references[number] = [-1]
      if type == "XRef" { tables.append(number) } else { containers.insert(number) }
    } else {
      streams.append((number, scan.filters.first))
    }
  }

  /// What calls itself a container of objects or their table must be one.
  private func checkContainers(_ trailer: PDFDictionary) throws(ScrubError) {
    let widths = trailer["W"]?.array?.map { $0.integer ?? 0 }
    guard widths == [1, 4, 2], tables.count == 1, let table = tables.first else {
      throw ResidueVerifier.residue("another table of objects")
    }
    let id = PDFObjectID(number: Int32(truncatingIfNeeded: table), generation: 0)
    let rows = try unsafe file.withStream(id, isDecoded: true) { (bytes, _) in
      unsafe [UInt8](bytes)
    }
    var used: Set<Int> = []
    for start in stride(from: 0, to: rows.count - 6, by: 7) where rows[start] == 2 {
      used.insert(rows[(start + 1)...(start + 4)].reduce(0) { $0 << 8 | Int($1) })
    }
    guard used == containers else {
      throw ResidueVerifier.residue("a container of objects that is not used")
    }
  }

  /// The shading of a pattern stands behind the same key as the shadings of a page.
  private static func isShading(
    _ dictionary: [(key: String, value: PDFScan.Value)]
  ) -> Bool {
    dictionary.contains { $0.key == "ShadingType" }
  }

  /// What nothing leads to is history.
  private func checkReach(from root: Int) throws(ScrubError) {
    var isReached = [Bool](repeating: false, count: references.count)
    var waiting = [root]
    while let number = waiting.popLast() {
      guard number > 0, number < references.count else {
        throw ResidueVerifier.residue("a reference to nothing")
      }
      if isReached[number] { continue }
      isReached[number] = true
      waiting += references[number]
    }
    for number in 1..<references.count where !isReached[number] && references[number] != [-1] {
      throw ResidueVerifier.residue("an object that nothing leads to")
    }
  }
}

/// Every byte of the file accounted for.
@safe struct PDFLayoutProof {
  private static let opening: [UInt8] = [0x0a, 0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a]

  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

  /// Passes if header, streams and end follow each other without a gap.
  func run() throws(ScrubError) {
    guard isText("%PDF-", at: 0), unsafe bytes.count > 32,
      unsafe bytes[8..<15].elementsEqual(PDFLayoutProof.opening)
    else { throw ResidueVerifier.residue("another header") }
    var place = 15
    var last = 0
    while !isText("startxref\n", at: place) {
      last = place
      place = try afterStream(at: place)
    }
    let tail = Array("startxref\n\(last)\n%%EOF\n".utf8)
    guard unsafe bytes[place...].elementsEqual(tail) else {
      throw ResidueVerifier.residue("bytes behind the end")
    }
  }

  private func isText(_ text: StaticString, at place: Int) -> Bool {
    unsafe place + text.utf8CodeUnitCount <= bytes.count
      && bytes[place..<(place + text.utf8CodeUnitCount)].elementsEqual(
        UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// The place behind `N 0 obj <<.../Length n>> stream ... endstream endobj`.
  private func afterStream(at start: Int) throws(ScrubError) -> Int {
    let broken = ResidueVerifier.residue("bytes between the objects")
    var place = start
    guard skipDigits(&place), isText(" 0 obj\n<<", at: place),
      let data = unsafe PDFEdges.find("\nstream\n", in: bytes, from: place)
    else { throw broken }
    // The length is the last entry; its digits end where the dictionary does.
    guard isText(">>", at: data - 2) else { throw broken }
    var digits = data - 2
    while digits > place, isDigit(at: digits - 1) {
      digits -= 1
    }
    guard digits - 8 > place, data - 2 - digits < 15, isText("/Length ", at: digits - 8),
      let length = Int(unsafe String(decoding: bytes[digits..<(data - 2)], as: UTF8.self))
    else { throw broken }
    let end = data + 8 + length
    guard end > data, isText("\nendstream\nendobj\n", at: end) else { throw broken }
    return end + 18
  }

  private func isDigit(at place: Int) -> Bool {
    unsafe place < bytes.count && (0x30...0x39).contains(bytes[place])
  }

  private func skipDigits(_ place: inout Int) -> Bool {
    let start = place
    while isDigit(at: place) { place += 1 }
    return place > start
  }
}
