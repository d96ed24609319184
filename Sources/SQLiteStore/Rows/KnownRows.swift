// What a connection remembers of rows that it has read: the columns that are written once. Names,
// keys and receipts are dear to check, and the hot reads see the same documents again and again.
// What can change (a version's validity, successor and withdrawal, a document's last change) is always
// read; a document with another revision is decoded anew.

import Base
import Delivery

/// Documents and versions that a connection has decoded before.
struct KnownRows {
  /// The most of each that are kept; a version with its receipt is about 2 KiB.
  static let rowsMax = KnownTable<VersionKind, Version>.slots

  private var documents = KnownTable<DocumentKind, Document>()
  private var versions = KnownTable<VersionKind, Version>()

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

  mutating func add(_ document: Document) { documents.add(document, document.id) }

  mutating func add(_ version: Version) { versions.add(version, version.id) }
}

/// Rows by identifier, each in the one slot that its identifier's random bits name: a new row takes
/// the place of an older one. So memory grows to a limit and stays there, where a table that is
/// emptied when it is full goes up and down by megabytes as versions arrive.
private struct KnownTable<Kind: IDKind, Row> {
  /// A power of two.
  static var slots: Int { 256 }

  /// Boxed, so that an empty slot costs a word.
  private final class Known {
    let id: TypedID<Kind>
    let row: Row

    init(_ id: TypedID<Kind>, _ row: Row) {
      self.id = id
      self.row = row
    }
  }

  private var known = [Known?](repeating: nil, count: slots)

  subscript(id: TypedID<Kind>) -> Row? {
    guard let known = known[slot(id)], known.id == id else { return nil }
    return known.row
  }

  mutating func add(_ row: Row, _ id: TypedID<Kind>) { known[slot(id)] = Known(id, row) }

  private func slot(_ id: TypedID<Kind>) -> Int { Int(id.low & UInt64(Self.slots - 1)) }
}
