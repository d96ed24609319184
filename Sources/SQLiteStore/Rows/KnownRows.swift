// What a connection remembers of rows that it has read: the columns that are written once. Names,
// keys and receipts are dear to check, and the hot reads see the same documents again and again.
// What can change (a version's validity, successor and withdrawal, a document's last change) is always
// read; a document with another revision is decoded anew.

import Delivery

/// Documents and versions that a connection has decoded before.
struct KnownRows {
  /// The most of each that are kept.
  static let rowsMax = 512

  private var documents: [DocumentID: Document] = [:]
  private var versions: [VersionID: Version] = [:]

  /// A document; its `updatedAt` is old.
  func document(_ id: DocumentID, of tenant: TenantID) -> Document? {
    guard let known = documents[id], known.tenant == tenant else { return nil }
    return known
  }

  /// A version; its validity, `replacedBy` and `state` are old.
  func version(_ id: VersionID, of document: DocumentID, _ tenant: TenantID) -> Version? {
    guard let known = versions[id], known.document == document, known.tenant == tenant else {
      return nil
    }
    return known
  }

  mutating func add(_ document: Document) {
    if documents.count >= KnownRows.rowsMax { documents = [:] }
    documents[document.id] = document
  }

  mutating func add(_ version: Version) {
    if versions.count >= KnownRows.rowsMax { versions = [:] }
    versions[version.id] = version
  }
}
