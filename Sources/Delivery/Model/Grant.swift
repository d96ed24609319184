// A grant: who may do what to which documents, until when. There is no deny grant; what no grant
// allows is refused.

package import Base

/// One permission of a tenant.
package struct Grant: Sendable, Hashable {
  /// Who gets it.
  package enum Holder: Sendable, Hashable {
    /// Every principal and recipient of the tenant.
    case everyone
    /// Whoever has this role.
    case role(Role)
    /// One person or service. Personal data.
    case user(SubjectID)
  }

  /// Which documents it is for.
  package enum Reach: Sendable, Hashable {
    /// Every document of the tenant.
    case all
    /// Documents of a type.
    case type(DocumentType)
    /// Documents with a label.
    case label(Label)
    /// One document.
    case document(DocumentID)
  }

  /// Its identifier.
  package let id: GrantID
  /// The tenant whose documents it is for.
  package let tenant: TenantID
  /// Who gets it.
  package let holder: Holder
  /// Which documents it is for.
  package let reach: Reach
  /// What it allows.
  package let rights: Rights
  /// From when it allows nothing; nothing for no end.
  package let validUntil: Timestamp?
  /// When it was given.
  package let createdAt: Timestamp

  /// Takes the values as they are.
  package init(
    id: GrantID, tenant: TenantID, holder: Holder, reach: Reach, rights: Rights,
    validUntil: Timestamp?, createdAt: Timestamp
  ) {
    self.id = id
    self.tenant = tenant
    self.holder = holder
    self.reach = reach
    self.rights = rights
    self.validUntil = validUntil
    self.createdAt = createdAt
  }

  /// Whether it allows `right` on `document` to `holder` at `moment`.
  ///
  /// Stores may ask the same in SQL; the contract suite holds both to this rule.
  package func allows(
    _ right: Right, on document: Document, to holder: GrantHolder, at moment: Timestamp
  ) -> Bool {
    guard tenant == document.tenant, rights.has(right) else { return false }
    if let validUntil, validUntil <= moment { return false }
    return includes(holder) && reaches(document)
  }

  /// Whether it is for `person`, by name, role or as one of everyone.
  package func includes(_ person: GrantHolder) -> Bool {
    switch holder {
    case .everyone: true
    case .role(let role): person.roles.contains(role)
    case .user(let subject): person.subject == subject
    }
  }

  /// Whether it is for `document` of its tenant.
  package func reaches(_ document: Document) -> Bool {
    switch reach {
    case .all: true
    case .type(let type): document.type == type
    case .label(let label): document.labels.contains(label)
    case .document(let id): document.id == id
    }
  }
}

/// One thing that a grant can allow.
package enum Right: String, Sendable, Hashable, CaseIterable {
  /// See the document, its versions and links.
  case read
  /// Issue links and presigned URLs.
  case issue
  /// Create it, upload and withdraw versions.
  case write

  var bit: Int {
    switch self {
    case .read: 1
    case .issue: 2
    case .write: 4
    }
  }
}

/// A set of rights, as stores keep it: read 1, issue 2, write 4.
package struct Rights: OptionSet, Sendable, Hashable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }

  /// The set of `rights`.
  package init(_ rights: some Sequence<Right>) {
    rawValue = rights.reduce(0) { $0 | $1.bit }
  }

  /// Whether the set has `right`.
  package func has(_ right: Right) -> Bool { rawValue & right.bit != 0 }

  /// The rights in the order read, issue, write.
  package var list: [Right] { Right.allCases.filter(has) }
}
