// Links and presigned URLs: issue, look, revoke one or many.

import Base
import Delivery
import HTTPMessage
import Wire

enum LinkEndpoints {
  /// `POST /v1/documents/{document}/links`.
  static let issue = Endpoint(body: .json, isIdempotent: true) {
    call, services throws(Problem) in
    let body = try call.json(LinkRequestBody.self)
    let caller = try call.caller(for: body.recipient)
    let order = try order(body, document: try call.id("document", DocumentID.self))
    let issued = try await services.run { () async throws(DeliveryError) in
      try await services.issueLink(order, by: caller)
    }
    let created = LinkCreatedBody(
      id: issued.link.id.description,
      url: services.publicOrigin + "/d/" + issued.token.secretText,
      expiresAt: issued.link.expiresAt.description, expiresReason: issued.expiresReason.rawValue,
      document: Bodies.linkDocument(issued.document),
      version: Bodies.linkVersion(issued.version, filename: issued.link.filename),
      eventID: issued.sequenced.event.description)
    return Answers.json(.created, created, location: "/v1/links/" + created.id)
  }

  /// `POST /v1/documents/{document}/presigned-urls`.
  static let presign = Endpoint(body: .json) { call, services throws(Problem) in
    let body = try call.json(PresignedRequestBody.self)
    let caller = try call.caller(for: body.recipient)
    let order = IssuePresignedURL.Order(
      document: try call.id("document", DocumentID.self), expiresIn: body.expiresInSeconds,
      disposition: try word(body.disposition, "disposition", Disposition.init))
    let issued = try await services.run { () async throws(DeliveryError) in
      try await services.issuePresignedURL(order, by: caller)
    }
    return Answers.json(
      .created,
      PresignedCreatedBody(
        url: issued.url.secretText, expiresAt: issued.url.expiresAt.description,
        expiresReason: issued.expiresReason.rawValue, isRevocable: false,
        deliveryID: issued.delivery.description, version: Bodies.linkVersion(issued.version),
        eventID: issued.sequenced.event.description))
  }

  /// `GET /v1/links/{link}`.
  static let show = Endpoint { call, services throws(Problem) in
    let (id, caller) = (try call.id("link", LinkID.self), try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.listLinks.show(id, by: caller)
    }
    return Answers.revalidated(
      Bodies.link(found.link, at: services.clock.now()), for: call.request)
  }

  /// `GET /v1/documents/{document}/links`.
  static let list = Endpoint(parameters: ["limit", "cursor"]) { call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let page = try call.query.page { LinkID($0) }
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.listLinks.list(to: id, page, by: caller)
    }
    let now = services.clock.now()
    return Answers.revalidated(
      Bodies.page(found, { Bodies.link($0, at: now) }, key: \.id), for: call.request)
  }

  /// `DELETE /v1/links/{link}`.
  static let revoke = Endpoint { call, services throws(Problem) in
    let (id, caller) = (try call.id("link", LinkID.self), try call.caller())
    let revoked = try await services.run { () async throws(DeliveryError) in
      try await services.revokeLink(id, by: caller)
    }
    return Answers.json(
      .ok,
      RevocationBody(
        revokedAt: revoked.revokedAt.description,
        residualExposureSeconds: revoked.exposure.seconds,
        residualExposure: Bodies.exposure(revoked.exposure),
        eventID: revoked.sequenced?.event.description))
  }

  /// `POST /v1/link-revocations`.
  static let revokeSet = Endpoint(body: .json) { call, services throws(Problem) in
    let set = try linkSet(try call.json(LinkRevocationRequestBody.self))
    let caller = try call.caller()
    let revoked = try await services.run { () async throws(DeliveryError) in
      try await services.revokeLinks(set, by: caller)
    }
    return Answers.json(
      .created,
      LinkRevocationBody(
        revokedAt: revoked.revokedAt.description, links: revoked.links,
        residualExposureSeconds: revoked.exposure.seconds,
        residualExposure: Bodies.exposure(revoked.exposure),
        eventID: revoked.sequenced.event.description))
  }

  private static func linkSet(_ body: LinkRevocationRequestBody) throws(Problem) -> LinkSet {
    if let text = body.document {
      guard let id = DocumentID(text) else {
        throw Problem(.identifierMalformed, "document is a document's identifier.")
      }
      return .document(id)
    }
    if let text = body.subject {
      guard let subject = SubjectID(text) else {
        throw Problem(.memberInvalid, "subject has 1 to 255 printable bytes.")
      }
      return .subject(subject)
    }
    guard let isAll = body.all else {
      throw Problem(.memberMissing, "One of document, subject and all is needed.")
    }
    guard isAll else {
      throw Problem(.memberInvalid, "all is true, or the links have another name.")
    }
    return .all
  }

  private static func order(
    _ body: LinkRequestBody, document: DocumentID
  ) throws(Problem) -> IssueLink.Order {
    let selector: VersionSelector
    if let text = body.version, text != "current" {
      guard let id = VersionID(text) else {
        throw Problem(.identifierMalformed, "version is \"current\" or a version's identifier.")
      }
      selector = .pinned(id)
    } else {
      selector = .current
    }
    return IssueLink.Order(
      document: document, expiresIn: body.expiresInSeconds,
      downloadsMax: body.downloadsMax.map { Int(clamping: $0) },
      landing: try word(body.landing, "landing", LandingChoice.init), selector: selector,
      disposition: try word(body.disposition, "disposition", Disposition.init),
      filename: body.filename.map { FileName(cleaning: $0) })
  }

  private static func word<Value>(
    _ text: String?, _ name: String, _ read: (String) -> Value?
  ) throws(Problem) -> Value? {
    guard let text else { return nil }
    guard let value = read(text) else {
      throw Problem(.memberInvalid, "\(name) is not one of the words that it may be.")
    }
    return value
  }
}
