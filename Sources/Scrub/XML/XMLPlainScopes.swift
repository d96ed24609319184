// The namespaces that a plain document declares, and the strings of its names, each at one address.

import CXML

/// Which prefix means what at the present place.
@safe struct XMLPlainScopes: ~Copyable {
  @safe private struct Declaration {
    let prefix: UnsafePointer<xmlChar>?
    let uri: UnsafePointer<xmlChar>?
  }

  /// Names are looked for from the last declaration back.
  private static let declarationsMax = 1024
  private static let reserved = [
    "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/",
  ]

  private let strings: XMLStrings
  private var declared: [Declaration] = []
  /// The scope around each open one, and how much was declared in it.
  private var outer: [(scope: Int, count: Int)] = []
  private var last = 0
  /// A number for what is declared; the same number again after an inner scope ends.
  private(set) var current = 0
  /// What the last tag with declarations declares: prefix and namespace in turn.
  private(set) var latest: [UnsafePointer<xmlChar>?] = unsafe []

  init(_ strings: XMLStrings) {
    self.strings = strings
    unsafe declared.append(
      Declaration(
        prefix: strings.shared("xml"), uri: strings.shared(XMLPlainScopes.reserved[0])))
  }

  /// The namespace of a prefix, or of names without one: `nil` inside for none at all, `nil` outside
  /// if the prefix is not declared.
  func uri(of prefix: UnsafePointer<xmlChar>?) -> UnsafePointer<xmlChar>?? {
    for index in declared.indices.reversed() {
      if unsafe declared[index].prefix == prefix { return unsafe .some(declared[index].uri) }
    }
    return unsafe prefix == nil ? .some(nil) : nil
  }

  /// Begins the scope of a tag.
  mutating func enter(_ text: Span<UInt8>, _ list: [XMLPlainAttribute]) -> Bool {
    let count = declared.count
    unsafe latest.removeAll(keepingCapacity: true)
    for attribute in list where attribute.marks.contains(.declares) {
      guard declared.count < XMLPlainScopes.declarationsMax,
        !attribute.marks.contains(.isEncoded), !strings.isFull
      else { return false }
      let value = text.extracting(attribute.value)
      var prefix: UnsafePointer<xmlChar>?
      if attribute.name.count > 5 {
        let start = attribute.name.lowerBound + 6
        let name = text.extracting(start..<attribute.name.upperBound)
        guard !name.isEmpty, XMLByteClasses.startsName(name[0]), !value.isEmpty,
          !name.indices.contains(where: { name[$0] == UInt8(ascii: ":") })
        else { return false }
        unsafe prefix = strings.shared(name)
      }
      guard value.isEmpty || XMLPlainStart.isPlainAddress(value) else { return false }
      let uri = unsafe strings.shared(value)
      guard unsafe !isReserved(prefix, uri),
        !declared[count...].contains(where: { unsafe $0.prefix == prefix })
      else { return false }
      // An empty address takes the namespace away.
      unsafe declared.append(Declaration(prefix: prefix, uri: value.isEmpty ? nil : uri))
      unsafe latest += [prefix, uri]
    }
    outer.append((current, count))
    last += 1
    current = last
    return true
  }

  /// Ends the innermost scope.
  mutating func leave() {
    guard let (scope, count) = outer.popLast() else { return }
    declared.removeLast(declared.count - count)
    current = scope
  }

  private func isReserved(
    _ prefix: UnsafePointer<xmlChar>?, _ uri: UnsafePointer<xmlChar>?
  ) -> Bool {
    unsafe prefix == strings.shared("xml") || prefix == strings.shared("xmlns")
      || XMLPlainScopes.reserved.contains { unsafe strings.shared($0) == uri }
  }
}

/// Strings that end with a zero, each kept once.
@safe final class XMLStrings {
  private static let countMax = 40_000

  // Allocated by `shared`, freed in `deinit`; whoever gets an address keeps this object.
  private var all: [[UInt8]: UnsafeMutablePointer<xmlChar>] = unsafe [:]

  deinit {
    var pointers = unsafe Array(all.values)
    while let pointer = unsafe pointers.popLast() { unsafe pointer.deallocate() }
  }

  /// Whether a document has more names than one that is plain.
  var isFull: Bool { unsafe all.count > XMLStrings.countMax }

  /// The one address of a string.
  func shared(_ text: Span<UInt8>) -> UnsafePointer<xmlChar> {
    unsafe text.withUnsafeBufferPointer { unsafe shared(Array($0)) }
  }

  func shared(_ text: String) -> UnsafePointer<xmlChar> { unsafe shared(Array(text.utf8)) }

  private func shared(_ text: [UInt8]) -> UnsafePointer<xmlChar> {
    if let known = unsafe all[text] { return unsafe UnsafePointer(known) }
    let pointer = UnsafeMutablePointer<xmlChar>.allocate(capacity: text.count + 1)
    // The block has room for the text and the zero.
    for (index, byte) in text.enumerated() { unsafe pointer[index] = byte }
    unsafe pointer[text.count] = 0
    unsafe all[text] = pointer
    return unsafe UnsafePointer(pointer)
  }
}
