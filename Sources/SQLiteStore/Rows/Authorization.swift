// Whether somebody's grants allow something, asked of the index that covers the answer. The rule is
// `Grant.allows`; the contract suite holds this SQL to it.

import Base
import Delivery
import JSONText

/// What allows something.
struct Permission {
  /// The grant, of several the one that is valid longest; nothing for an operator.
  let grant: GrantID?
  /// When it ends.
  let validUntil: Timestamp?
}

extension Connection {
  /// What allows `right` on a document now; nothing if no grant does.
  func permission(
    _ right: Right, on document: Document, _ authority: Authority, at moment: Timestamp
  ) throws(StoreError) -> Permission? {
    guard case .holder(let holder) = authority else {
      return Permission(grant: nil, validUntil: nil)
    }
    let holders = GrantKey.holders(holder)
    let reaches = GrantKey.reaches(document)
    let form = PermissionQuery.form(holders: holders.count, reaches: reaches.count)
    var values: [SQLValue] = [
      .tenant(document.tenant), .integer(Int64(right.mask)), .time(moment),
    ]
    values += GrantKey.filled(holders, form.holders) + GrantKey.filled(reaches, form.reaches)
    return try first(form.query, values) { (row) throws(StoreError) in
      Permission(
        grant: try row.id(), validUntil: try row.optional { (row) throws(StoreError) in row.time() }
      )
    }
  }

  /// Whether `access` has `right` on a document of its tenant.
  func allows(
    _ right: Right, on document: Document, _ access: Access
  ) throws(StoreError) -> Bool {
    try permission(right, on: document, access.authority, at: access.moment) != nil
  }

  /// A document of the tenant of `access`, with what allows `right` on it; throws `not-found`.
  func require(
    _ right: Right, on id: DocumentID, _ access: Access
  ) throws(StoreError) -> Document {
    guard let document = try document(id, of: access.tenant),
      try allows(right, on: document, access)
    else { throw StoreError(.notFound, "There is no such document.") }
    return document
  }
}

extension Right {
  var mask: Int { Rights([self]).rawValue }
}

/// The two texts under which a grant is found.
enum GrantKey {
  /// The most roles that count for one holder.
  static let rolesMax = 64

  /// The most `reach` texts of one document.
  static let reachesMax = 3 + Document.labelsMax

  static func holder(_ holder: Grant.Holder) -> String {
    switch holder {
    case .everyone: "everyone"
    case .role(let role): "role:" + role.text
    case .user(let subject): "user:" + subject.text
    }
  }

  static func holder(_ text: String) -> Grant.Holder? {
    if text == "everyone" { return .everyone }
    if let name = text.after("role:") { return Role(name).map { .role($0) } }
    return text.after("user:").flatMap { SubjectID($0) }.map { .user($0) }
  }

  static func reach(_ reach: Grant.Reach) -> String {
    switch reach {
    case .all: "all"
    case .type(let type): "type:" + type.text
    case .label(let label): "label:" + label.text
    case .document(let id): "document:" + id.description
    }
  }

  static func reach(_ text: String) -> Grant.Reach? {
    if text == "all" { return .all }
    if let name = text.after("type:") { return DocumentType(name).map { .type($0) } }
    if let name = text.after("label:") { return Label(name).map { .label($0) } }
    return text.after("document:").flatMap { DocumentID($0) }.map { .document($0) }
  }

  /// Every `holder` text that stands for somebody.
  static func holders(_ person: GrantHolder) -> [String] {
    [holder(.everyone), holder(.user(person.subject))]
      + person.roles.prefix(rolesMax).map { holder(.role($0)) }
  }

  /// Every `reach` text that stands for a document.
  static func reaches(_ document: Document) -> [String] {
    [reach(.all), reach(.type(document.type)), reach(.document(document.id))]
      + document.labels.map { reach(.label($0)) }
  }

  /// The texts as values, with nulls, which match nothing, up to the number of parameters.
  static func filled(_ texts: [String], _ count: Int) -> [SQLValue] {
    texts.map { .text($0) } + [SQLValue](repeating: .null, count: max(0, count - texts.count))
  }
}

/// The question in a few sizes, so that each is prepared once.
private struct PermissionQuery {
  let holders: Int
  let reaches: Int
  let query: Query

  private static let holderSizes = [2, 4, 10, 2 + GrantKey.rolesMax]
  private static let reachSizes = [3, 5, 11, 3 + Document.labelsMax]

  private static let forms = holderSizes.map { holders in
    reachSizes.map { PermissionQuery(holders: holders, reaches: $0) }
  }

  static func form(holders: Int, reaches: Int) -> PermissionQuery {
    let row = holderSizes.firstIndex { $0 >= holders } ?? holderSizes.count - 1
    let column = reachSizes.firstIndex { $0 >= reaches } ?? reachSizes.count - 1
    return forms[row][column]
  }

  private init(holders: Int, reaches: Int) {
    self.holders = holders
    self.reaches = reaches
    query = Query(
      """
      select id, valid_until from grants
      where tenant = ?1 and rights & ?2 <> 0 and (valid_until is null or valid_until > ?3)
        and holder in (\(SQLText.parameters(4, holders)))
        and reach in (\(SQLText.parameters(4 + holders, reaches)))
      order by valid_until is null desc, valid_until desc, id desc limit 1
      """)
  }
}

/// Pieces of SQL that are the same everywhere.
enum SQLText {
  /// `?4, ?5, ?6` for 4 and 3.
  static func parameters(_ first: Int, _ count: Int) -> String {
    (first..<(first + count)).map { "?\($0)" }.joined(separator: ", ")
  }
}
