// Links and presigned URLs.

internal import HTTPClient
internal import HTTPMessage
internal import JSONText
public import Wire

extension PosternClient {
  /// Makes a link to a document.
  /// - Parameters:
  ///   - document: The document's identifier.
  ///   - wishes: What the link should be; the tenant's defaults without any.
  ///   - idempotencyKey: A repeated call with the same key gets the first link again.
  /// - Returns: The link; its `url` is a secret.
  public func issueLink(
    to document: String, _ wishes: LinkRequestBody = LinkRequestBody(),
    idempotencyKey: String? = nil
  ) async throws(PosternError) -> LinkCreatedBody {
    try await send(
      .post, path("documents", document, "links"), .bytes(wishes.json()),
      fields: Self.json(idempotencyKey)
    ).read(LinkCreatedBody.self)
  }

  /// Makes a presigned URL of the object store, which nobody can revoke.
  public func issuePresignedURL(
    to document: String, _ wishes: PresignedRequestBody = PresignedRequestBody()
  ) async throws(PosternError) -> PresignedCreatedBody {
    try await send(
      .post, path("documents", document, "presigned-urls"), .bytes(wishes.json()),
      fields: Self.json(nil)
    ).read(PresignedCreatedBody.self)
  }

  /// The state of a link.
  public func link(_ link: String) async throws(PosternError) -> LinkBody {
    try await send(.get, path("links", link)).read(LinkBody.self)
  }

  /// One page of the links to a document.
  public func links(
    to document: String, _ page: PosternPage = PosternPage()
  ) async throws(PosternError) -> PageBody<LinkBody> {
    try await send(.get, path("documents", document, "links"), query: page.query)
      .read(PageBody<LinkBody>.self)
  }

  /// Revokes a link; the answer says how long a URL that it handed out can still work.
  public func revokeLink(_ link: String) async throws(PosternError) -> RevocationBody {
    try await send(.delete, path("links", link)).read(RevocationBody.self)
  }

  /// Revokes all links of a document, a subject or the tenant that were issued until now; those that
  /// are issued afterwards work. All, and a subject other than the caller's own, need the scope
  /// `tenant:admin` besides `links:revoke`.
  /// - Returns: How many it ended, and how long what was handed out before can still work.
  public func revokeLinks(
    _ links: LinkRevocationRequestBody
  ) async throws(PosternError) -> LinkRevocationBody {
    try await send(
      .post, path("link-revocations"), .bytes(links.json()), fields: Self.json(nil)
    ).read(LinkRevocationBody.self)
  }

  static func json(_ idempotencyKey: String?) -> [(FieldName, String)] {
    var fields: [(FieldName, String)] = [(.contentType, "application/json")]
    if let idempotencyKey { fields.append((.idempotencyKey, idempotencyKey)) }
    return fields
  }
}
