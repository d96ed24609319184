// Which links are taken back at once.

/// Links of one tenant that are revoked together.
package enum LinkSet: Sendable, Hashable {
  /// All links to a document.
  case document(DocumentID)
  /// All links that hang on a subject's grants: those issued for it as the recipient, and those that
  /// it issued for itself. What it issued for other people hangs on their grants and is not in it.
  case subject(SubjectID)
  /// All links of the tenant, an operator's included.
  case all

  /// Whether a link of the tenant belongs to it.
  package func includes(_ link: Link) -> Bool {
    switch self {
    case .document(let id): link.document == id
    case .subject(let subject): link.authority.subject == subject
    case .all: true
    }
  }
}

extension Authority {
  /// Whose grants it is; nothing for an operator.
  package var subject: SubjectID? {
    guard case .holder(let holder) = self else { return nil }
    return holder.subject
  }
}
