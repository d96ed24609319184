// Name trees and number trees (ISO 32000-2 sections 7.9.6 and 7.9.7) read into one flat list. The
// shape of a tree tells how a document grew; the list that replaces it does not.

import ScrubContract

/// A reader of trees.
struct PDFTree {
  private static let depthMax = 64

  private let file: PDFFile
  private let leaf: String
  private let partsMax: Int
  private var visited: Set<PDFObjectID> = []
  private var parts = 0
  private var entries: [(key: PDFValue, value: PDFValue)] = []

  /// The entries of a tree in their order; `leaf` is `Names` or `Nums`.
  static func entries(
    of root: PDFValue, leaf: String, _ file: PDFFile, partsMax: Int
  ) throws(ScrubError) -> [(key: PDFValue, value: PDFValue)] {
    var tree = PDFTree(file: file, leaf: leaf, partsMax: partsMax)
    try tree.walk(root, depth: 0)
    return tree.entries
  }

  private init(file: PDFFile, leaf: String, partsMax: Int) {
    self.file = file
    self.leaf = leaf
    self.partsMax = partsMax
  }

  /// The objects that stand more than once as the value of an entry.
  static func shared(_ entries: [(key: PDFValue, value: PDFValue)]) -> Set<PDFObjectID> {
    var seen: Set<PDFObjectID> = []
    var shared: Set<PDFObjectID> = []
    for entry in entries {
      if let id = entry.value.reference, !seen.insert(id).inserted { shared.insert(id) }
    }
    return shared
  }

  private mutating func visit(_ value: PDFValue?) throws(ScrubError) {
    guard let id = value?.reference, !visited.insert(id).inserted else { return }
    throw ScrubError(.malformedPDF, "A tree of names is no tree.")
  }

  private mutating func walk(_ node: PDFValue, depth: Int) throws(ScrubError) {
    guard depth <= PDFTree.depthMax else {
      throw ScrubError(.malformedPDF, "A tree of names is too deep.")
    }
    try visit(node)
    parts += 1
    guard parts <= partsMax else { throw PDFWalk.tooMany(partsMax) }
    guard let dictionary = try PDFPages.resolved(node, file).dictionary else { return }
    // The nodes may be direct, so that only the lists tell that one is reached twice.
    try visit(dictionary[leaf])
    try visit(dictionary["Kids"])
    let list = try PDFPages.resolved(dictionary[leaf] ?? .null, file).array ?? []
    for index in stride(from: 0, to: list.count - 1, by: 2) {
      let key = try PDFPages.resolved(list[index], file)
      let isKey = leaf == "Names" ? key.string != nil : key.integer != nil
      if isKey { entries.append((key, list[index + 1])) }
    }
    guard entries.count <= partsMax else { throw PDFWalk.tooMany(partsMax) }
    for kid in try PDFPages.resolved(dictionary["Kids"] ?? .null, file).array ?? [] {
      try walk(kid, depth: depth + 1)
    }
  }
}
