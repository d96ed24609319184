// A document: a named thing over time. Its contents are versions; it holds no bytes itself.

package import Base

/// A named thing of one tenant.
package struct Document: Sendable, Hashable {
  /// The longest title in bytes of UTF-8.
  package static let titleBytesMax = 300
  /// The most labels on one document.
  package static let labelsMax = 32

  /// Its identifier.
  package let id: DocumentID
  /// The tenant that owns it.
  package let tenant: TenantID
  /// What people call it, 1 to 300 bytes without hidden characters.
  package let title: String
  /// Its type, which grants may name.
  package let type: DocumentType
  /// Its labels in order, each once, which grants may name.
  package let labels: [Label]
  /// What it is about, such as the month of an invoice.
  package let period: DocumentPeriod?
  /// 1, and one more with each change of title, type, labels or period.
  package let revision: Int64
  /// When it was created.
  package let createdAt: Timestamp
  /// When it or one of its versions last changed.
  package var updatedAt: Timestamp

  /// Takes checked values; labels are sorted and repeated ones dropped.
  ///
  /// Throws `title-invalid` or `too-many-labels`.
  package init(
    id: DocumentID, tenant: TenantID, title: String, type: DocumentType, labels: [Label],
    period: DocumentPeriod? = nil, revision: Int64 = 1, createdAt: Timestamp,
    updatedAt: Timestamp? = nil
  ) throws(DeliveryError) {
    guard Names.isPrintable(title, bytesMax: Document.titleBytesMax) else {
      throw DeliveryError(
        .titleInvalid, "A title has 1 to \(Document.titleBytesMax) bytes and no control character.")
    }
    let unique = Set(labels).sorted()
    guard unique.count <= Document.labelsMax else {
      throw DeliveryError(.tooManyLabels, "A document has at most \(Document.labelsMax) labels.")
    }
    self.id = id
    self.tenant = tenant
    self.title = title
    self.type = type
    self.labels = unique
    self.period = period
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt ?? createdAt
  }
}

/// A document as somebody who may see it gets it.
package struct DocumentView: Sendable, Hashable {
  /// The document.
  package let document: Document
  /// The version that a link to `current` delivers now, if there is one.
  package let current: Version?
  /// The grant that allowed the look; nothing for an operator.
  package let grant: GrantID?

  /// Puts the parts together.
  package init(document: Document, current: Version?, grant: GrantID?) {
    self.document = document
    self.current = current
    self.grant = grant
  }
}
