// Which documents to list, in which order, and from where on.

package import Base

/// Which documents to list.
package struct DocumentQuery: Sendable, Hashable {
  /// The longest search text in bytes.
  package static let textBytesMax = 100
  /// The most words of a search; further ones do not count.
  package static let wordsMax = 8
  /// The most labels that may be asked for at once.
  package static let labelsMax = 8

  /// Only of this type.
  package var type: DocumentType?
  /// Only with all of these labels.
  package var labels: [Label]
  /// Only with titles of which some word begins so, for each of these; in lower case.
  package var words: [String]
  /// Only about this period or a part of it.
  package var period: DocumentPeriod?
  /// Only changed at or after this moment.
  package var updatedSince: Timestamp?
  /// Only created at or after this moment.
  package var createdFrom: Timestamp?
  /// Only created before this moment.
  package var createdBefore: Timestamp?
  /// Only with, or only without, a version that a link would deliver now.
  package var hasCurrentVersion: Bool?
  /// In which order.
  package var sort: DocumentSort

  /// All documents, the newest first, unless narrowed.
  package init(
    type: DocumentType? = nil, labels: [Label] = [], text: String? = nil,
    period: DocumentPeriod? = nil, updatedSince: Timestamp? = nil, createdFrom: Timestamp? = nil,
    createdBefore: Timestamp? = nil, hasCurrentVersion: Bool? = nil,
    sort: DocumentSort = DocumentSort()
  ) {
    self.type = type
    self.labels = Set(labels).sorted()
    words = text.map { Array(TitleWords($0).list.prefix(DocumentQuery.wordsMax)) } ?? []
    self.period = period
    self.updatedSince = updatedSince
    self.createdFrom = createdFrom
    self.createdBefore = createdBefore
    self.hasCurrentVersion = hasCurrentVersion
    self.sort = sort
  }

  /// Whether a document is asked for, its current version apart.
  ///
  /// Stores may ask the same in SQL; the contract suite holds both to this rule.
  package func includes(_ document: Document) -> Bool {
    if let type, document.type != type { return false }
    guard labels.allSatisfy(document.labels.contains) else { return false }
    if let period {
      guard let other = document.period, period.contains(other) else { return false }
    }
    if let updatedSince, document.updatedAt < updatedSince { return false }
    if let createdFrom, document.createdAt < createdFrom { return false }
    if let createdBefore, document.createdAt >= createdBefore { return false }
    return words.isEmpty || TitleWords(document.title).match(words)
  }
}

/// The order of a list of documents; documents that are equal in it follow in that of their ids.
package struct DocumentSort: Sendable, Hashable {
  /// By what.
  package enum Key: String, Sendable, CaseIterable {
    /// When they were created.
    case created
    /// When they or their versions changed last.
    case updated
    /// The words of their titles.
    case title
  }

  /// By what.
  package var key: Key
  /// Whether the last one comes first.
  package var isDescending: Bool

  /// The newest first, unless something else is said.
  package init(_ key: Key = .created, isDescending: Bool = true) {
    self.key = key
    self.isDescending = isDescending
  }

  /// Whether `left` comes before `right`.
  package func isBefore(_ left: DocumentPosition, _ right: DocumentPosition) -> Bool {
    isDescending ? isLess(right, left) : isLess(left, right)
  }

  private func isLess(_ left: DocumentPosition, _ right: DocumentPosition) -> Bool {
    switch key {
    case .created: return left.id < right.id
    case .updated: return (left.updatedAt, left.id) < (right.updatedAt, right.id)
    case .title:
      let (one, other) = (Array(left.words.utf8), Array(right.words.utf8))
      return one == other ? left.id < right.id : one.lexicographicallyPrecedes(other)
    }
  }
}

/// Where a document stands in a list; the next page begins behind it, wherever the document itself
/// has gone since.
package struct DocumentPosition: Sendable, Hashable {
  /// The document. Its id has the moment of its creation, and so the order of it.
  package var id: DocumentID
  /// When it changed last.
  package var updatedAt: Timestamp
  /// The words of its title.
  package var words: String

  /// Takes the values as they are; those that the order does not need may be empty.
  package init(id: DocumentID, updatedAt: Timestamp, words: String) {
    self.id = id
    self.updatedAt = updatedAt
    self.words = words
  }

  /// Where a document stands.
  package init(_ document: Document) {
    self.init(
      id: document.id, updatedAt: document.updatedAt, words: TitleWords(document.title).text)
  }
}
