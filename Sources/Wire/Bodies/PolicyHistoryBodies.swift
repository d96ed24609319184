// The history of a policy (`/v1/policy/versions`), and who may do what to one document
// (`/v1/grants/explanation`).

package import JSONText

/// One change of a policy.
public struct PolicyRevisionBody: WireObject, Equatable {
  /// The policy that it put in place.
  public var policy: PolicyBody

  /// When; absent for a policy from before there was a history.
  public var changedAt: String?

  /// The subject that changed it, unless erased.
  public var changedBy: String?

  /// The audit event of the change.
  public var eventID: String?

  /// Creates a body from its members.
  public init(
    policy: PolicyBody, changedAt: String? = nil, changedBy: String? = nil, eventID: String? = nil
  ) {
    self.policy = policy
    self.changedAt = changedAt
    self.changedBy = changedBy
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    policy = try members.requiredBody("policy", as: PolicyBody.self)
    changedAt = try members.string("changed_at")
    changedBy = try members.string("changed_by")
    eventID = try members.string("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("changed_at", changedAt)
    writer.member("changed_by", changedBy)
    writer.member("event_id", eventID)
    writer.member("policy", policy)
  }
}

/// What a holder may do to a document, and on account of which grant.
public struct RightBody: WireObject, Equatable {
  /// `read`, `issue` or `write`.
  public var action: String

  /// Whether a grant allows it now.
  public var isAllowed: Bool

  /// The grant, of several the one that is valid longest.
  public var grantID: String?

  /// When that one ends.
  public var validUntil: String?

  /// Creates a body from its members.
  public init(
    action: String, isAllowed: Bool, grantID: String? = nil, validUntil: String? = nil
  ) {
    self.action = action
    self.isAllowed = isAllowed
    self.grantID = grantID
    self.validUntil = validUntil
  }

  package init(members: JSONObject) throws(JSONError) {
    action = try members.requiredString("action")
    isAllowed = try members.requiredBool("allowed")
    grantID = try members.string("grant_id")
    validUntil = try members.string("valid_until")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("action", action)
    writer.member("allowed", isAllowed)
    writer.member("grant_id", grantID)
    writer.member("valid_until", validUntil)
  }
}

/// Who may do what to one document.
public struct GrantExplanationBody: WireObject, Equatable {
  /// The document.
  public var document: LinkDocumentBody

  /// The moment of the answer.
  public var at: String

  /// What the named holder may do; empty if nobody was named.
  public var rights: [RightBody]

  /// The grants that reach the document: the holder's, or everybody's; expired ones too.
  public var grants: [GrantBody]

  /// Whether there are more grants than are listed.
  public var isCut: Bool

  /// Creates a body from its members.
  public init(
    document: LinkDocumentBody, at: String, rights: [RightBody], grants: [GrantBody], isCut: Bool
  ) {
    self.document = document
    self.at = at
    self.rights = rights
    self.grants = grants
    self.isCut = isCut
  }

  package init(members: JSONObject) throws(JSONError) {
    document = try members.requiredBody("document", as: LinkDocumentBody.self)
    at = try members.requiredString("at")
    rights = try members.bodies("rights", as: RightBody.self)
    grants = try members.bodies("grants", as: GrantBody.self)
    isCut = try members.requiredBool("cut")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("document", document)
    writer.member("at", at)
    writer.member("rights", rights)
    writer.member("grants", grants)
    writer.member("cut", isCut)
  }
}
