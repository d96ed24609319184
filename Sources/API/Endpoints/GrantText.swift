// Grants as the contract spells them: `role:auditor`, `label:site-photo`, `read`.

import Base
import Delivery
import JSONText
import Wire

enum GrantText {
  static func body(_ grant: Grant) -> GrantBody {
    GrantBody(
      id: grant.id.description, subject: text(grant.holder), documents: text(grant.reach),
      actions: grant.rights.list.map(\.rawValue), validUntil: grant.validUntil?.description,
      createdAt: grant.createdAt.description)
  }

  static func body(_ found: ManageGrants.Explanation) -> GrantExplanationBody {
    GrantExplanationBody(
      document: Bodies.linkDocument(found.document), at: found.moment.description,
      rights: found.rights.map { right, grant in
        RightBody(
          action: right.rawValue, isAllowed: grant != nil, grantID: grant?.id.description,
          validUntil: grant?.validUntil?.description)
      }, grants: found.grants.map(body), isCut: found.isCut)
  }

  static func holder(_ text: String) throws(Problem) -> Grant.Holder {
    if text == "everyone" { return .everyone }
    if let name = text.after("role:"), let role = Role(name) { return .role(role) }
    if let name = text.after("user:"), let subject = SubjectID(name) { return .user(subject) }
    throw Problem(.memberInvalid, "subject is everyone, role:NAME or user:NAME.")
  }

  static func reach(_ text: String) throws(Problem) -> Grant.Reach {
    if text == "all" { return .all }
    if let name = text.after("type:"), let type = DocumentType(name) { return .type(type) }
    if let name = text.after("label:"), let label = Label(name) { return .label(label) }
    if let id = DocumentID(text) { return .document(id) }
    throw Problem(
      .memberInvalid, "documents is all, type:NAME, label:NAME or a document's identifier.")
  }

  static func rights(_ words: [String]) throws(Problem) -> Rights {
    let rights = words.compactMap { Right(rawValue: $0) }
    guard rights.count == words.count else {
      throw Problem(.memberInvalid, "actions are of read, issue and write.")
    }
    return Rights(rights)
  }

  private static func text(_ holder: Grant.Holder) -> String {
    switch holder {
    case .everyone: "everyone"
    case .role(let role): "role:" + role.text
    case .user(let subject): "user:" + subject.text
    }
  }

  private static func text(_ reach: Grant.Reach) -> String {
    switch reach {
    case .all: "all"
    case .type(let type): "type:" + type.text
    case .label(let label): "label:" + label.text
    case .document(let id): id.description
    }
  }
}
