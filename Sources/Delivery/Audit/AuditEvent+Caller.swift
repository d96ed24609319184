// How a call becomes an event: the parts that every use case fills in the same way.

package import Base
import Cryptography

extension AuditEvent {
  /// Describes what `caller` did at `moment`, with a new id and what is known about the person.
  package init(
    _ kind: AuditKind, by caller: Caller, at moment: Timestamp, outcome: AuditOutcome = .success,
    why: String? = nil, object: AuditObject? = nil, link: AuditLink? = nil,
    grant: GrantID? = nil, rule: String? = nil, transfer: AuditTransfer? = nil,
    filename: FileName? = nil
  ) {
    let principal = caller.principal
    let isOperator = grant == nil && rule == nil && caller.authority == .operator
    self.init(
      id: EventID(at: moment, random: Random.pair()), log: .tenant(caller.tenant), kind: kind,
      outcome: outcome, why: why,
      actor: AuditActor(principal, recipient: caller.recipientPerson), object: object, link: link,
      authority: AuditAuthority(
        grant: grant, rule: isOperator ? "operator" : rule, scopes: principal.scopes),
      transfer: transfer, request: caller.request.id, trace: caller.request.traceID,
      personal: PersonalData(
        address: caller.request.address, userAgent: caller.request.userAgent,
        subject: principal.subject, recipient: caller.recipient?.subject, filename: filename,
        salt: Random.bytes(PersonalData.saltBytes)))
  }

  /// Describes what the gateway did by itself.
  package static func bySystem(
    _ kind: AuditKind, in log: LogID, at moment: Timestamp, outcome: AuditOutcome,
    why: String? = nil, object: AuditObject? = nil, count: Int64? = nil
  ) -> AuditEvent {
    AuditEvent(
      id: EventID(at: moment, random: Random.pair()), log: log, kind: kind, outcome: outcome,
      why: why, actor: AuditActor(.system), object: object, count: count)
  }
}

extension AuditActor {
  /// The actor behind a principal.
  package init(_ principal: Principal, recipient: PersonReference?) {
    let kind: Kind =
      switch principal.kind {
      case .user: .user
      case .service: .service
      case .operator: .operator
      }
    self.init(
      kind, person: principal.person, recipient: recipient, client: principal.client,
      token: principal.tokenDigest)
  }
}
