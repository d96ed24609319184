// Documents and their versions.

internal import Base
internal import HTTPClient
internal import HTTPMessage
internal import JSONText
public import Wire

/// Which page of a list.
public struct PosternPage: Sendable {
  /// Items at most, 1 to 200; 50 if nothing.
  public var limit: Int?

  /// `nextCursor` of the page before; the first page if nothing.
  public var cursor: String?

  /// Asks for a page.
  public init(limit: Int? = nil, cursor: String? = nil) {
    self.limit = limit
    self.cursor = cursor
  }

  var query: [(String, String?)] { [("limit", limit.map { String($0) }), ("cursor", cursor)] }
}

/// Which documents are looked for; all that grants open without any condition.
public struct PosternSearch: Sendable {
  /// Words that begin words of the title.
  public var words: String?

  /// The type.
  public var type: String?

  /// Labels, all of which a document has.
  public var labels: [String] = []

  /// The year, month or day.
  public var period: String?

  /// Whether there is a version to deliver.
  public var hasCurrentVersion: Bool?

  /// `created`, `updated` or `title`, turned round behind a hyphen.
  public var order: String?

  /// Looks for all.
  public init() {}

  var query: [(String, String?)] {
    [
      ("q", words), ("type", type), ("label", labels.isEmpty ? nil : labels.joined(separator: ",")),
      ("period", period), ("current", hasCurrentVersion.map { String($0) }), ("sort", order),
    ]
  }
}

extension PosternClient {
  /// One page of documents.
  public func documents(
    _ search: PosternSearch = PosternSearch(), _ page: PosternPage = PosternPage()
  ) async throws(PosternError) -> PageBody<DocumentBody> {
    try await send(.get, path("documents"), query: search.query + page.query)
      .read(PageBody<DocumentBody>.self)
  }

  /// A document.
  public func document(_ document: String) async throws(PosternError) -> DocumentBody {
    try await send(.get, path("documents", document)).read(DocumentBody.self)
  }

  /// Makes a document without a version.
  /// - Parameter idempotencyKey: A repeated call with the same key gets the first document again.
  public func createDocument(
    _ document: DocumentRequestBody, idempotencyKey: String? = nil
  ) async throws(PosternError) -> DocumentBody {
    try await send(
      .post, path("documents"), .bytes(document.json()), fields: Self.json(idempotencyKey)
    ).read(DocumentBody.self)
  }

  /// Changes a document; what is absent stays as it is.
  public func changeDocument(
    _ document: String, _ changes: DocumentChangeBody
  ) async throws(PosternError) -> DocumentBody {
    try await send(
      .patch, path("documents", document), .bytes(changes.json()), fields: Self.json(nil)
    ).read(DocumentBody.self)
  }

  /// Deletes a document with its versions.
  public func deleteDocument(_ document: String) async throws(PosternError) -> DeletionBody {
    try await send(.delete, path("documents", document)).read(DeletionBody.self)
  }

  /// One page of the versions of a document, newest first.
  public func versions(
    of document: String, _ page: PosternPage = PosternPage()
  ) async throws(PosternError) -> PageBody<VersionBody> {
    try await send(.get, path("documents", document, "versions"), query: page.query)
      .read(PageBody<VersionBody>.self)
  }

  /// Uploads the next version of a document and waits until it is scrubbed.
  /// - Parameters:
  ///   - bytes: The file.
  ///   - filename: The name under which customers save it.
  ///   - digest: The SHA-256 of the bytes, 32 bytes, checked by the gateway; nothing for no check.
  ///   - scrub: Answers to scrub rules, such as `["comments": "refuse"]`; those that the tenant's
  ///     policy has or stricter ones.
  ///   - waitSeconds: How long to wait for the outcome, 0 to 600.
  /// - Returns: `state` is `ready` with a version, or how far the work is when the wait is over; ask
  ///   ``upload(_:)`` then.
  /// - Throws: `scrub-refused`, `scrub-rule-forbidden` and others of the gateway.
  public func uploadVersion(
    of document: String, _ bytes: [UInt8], filename: String, digest: [UInt8]? = nil,
    scrub: [String: String] = [:], waitSeconds: Int = 60
  ) async throws(PosternError) -> UploadBody {
    var fields: [(FieldName, String)] = [
      (.contentType, "application/octet-stream"),
      (.contentDisposition, ContentDisposition.value(.attachment, name: filename)),
      (.prefer, "wait=\(waitSeconds)"),
    ]
    if let digest {
      fields.append((.reprDigest, "sha-256=:\(Base64.encode(digest, .standard)):"))
    }
    let answers = scrub.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }
    return try await send(
      .post, path("documents", document, "versions"),
      query: [("scrub", answers.isEmpty ? nil : answers.joined(separator: ","))], .bytes(bytes),
      fields: fields,
      totalTimeout: .seconds(waitSeconds + 60)
    ).read(UploadBody.self)
  }

  /// How far an upload is.
  public func upload(_ upload: String) async throws(PosternError) -> UploadBody {
    try await send(.get, path("uploads", upload)).read(UploadBody.self)
  }

  /// The signed receipt of a version's scrub: a compact JWS, for ``receiptKeys()``.
  public func receipt(
    of version: String, of document: String
  ) async throws(PosternError) -> String {
    String(
      decoding: try await send(.get, path("documents", document, "versions", version, "receipt"))
        .body, as: UTF8.self)
  }

  /// The public keys that verify receipts (RFC 7517), former ones included.
  public func receiptKeys() async throws(PosternError) -> [UInt8] {
    try await send(.get, "/receipt-keys.json").body
  }

  /// Withdraws a version: no link delivers it any more.
  public func withdrawVersion(
    _ version: String, of document: String
  ) async throws(PosternError) -> WithdrawalBody {
    try await send(.delete, path("documents", document, "versions", version))
      .read(WithdrawalBody.self)
  }
}
