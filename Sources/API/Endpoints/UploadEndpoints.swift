// New versions: the bytes stream into a nameless file, then the scrubbers and the store take over.
// The client waits for the outcome as long as it wishes; the work goes on without it.

import Base
import Cryptography
import Delivery
import HTTPMessage
import ScrubContract
import Wire

enum UploadEndpoints {
  /// Seconds that a client waits unless `Prefer: wait=N` (RFC 7240 section 4.3) says otherwise.
  private static let waitSecondsStandard = 60

  /// The longest wait in seconds.
  private static let waitSecondsMax = 600

  /// `POST /v1/documents/{document}/versions`.
  static let upload = Endpoint(
    parameters: ["valid_from", "valid_until", "scrub"], body: .upload
  ) {
    call, services throws(Problem) in
    let (order, caller) = (try order(call), try call.caller())
    let wait = try waitSeconds(call.request)
    guard case .stream(let reader) = call.body else { throw Problem(.uploadEmpty) }
    let begun = try await services.run { () async throws(DeliveryError) in
      try await services.publishVersion.begin(order, declaredBytes: reader.length, by: caller)
    }
    let file: SpooledFile
    do throws(DeliveryError) {
      file = try await receive(reader, begun, services)
    } catch {
      throw Problem(await services.publishVersion.abandon(begun, error, by: caller))
    }
    let outcome = services.background.start {
      do throws(DeliveryError) {
        return .success(try await services.publishVersion.finish(begun, file, by: caller))
      } catch {
        return .failure(error)
      }
    }
    guard let result = await outcome.value(withinSeconds: wait) else {
      let pending = services.progress.applied(to: begun.upload)
      return Answers.json(
        .accepted, Bodies.upload(pending), location: "/v1/uploads/\(pending.id)")
    }
    switch result {
    case .failure(let error): throw Problem(error)
    case .success(let publication):
      var body = Bodies.upload(begun.upload)
      body.state = "ready"
      body.version = Bodies.version(publication.version)
      body.eventID = publication.sequenced.event.description
      return Answers.json(
        .created, body,
        location: "/v1/documents/\(order.document)/versions/\(publication.version.id)")
    }
  }

  /// `GET /v1/uploads/{upload}`.
  static let show = Endpoint { call, services throws(Problem) in
    let (id, caller) = (try call.id("upload", UploadID.self), try call.caller())
    let upload = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.upload(id, by: caller)
    }
    var body = Bodies.upload(upload)
    if upload.state == .ready {
      body.version = try await version(of: upload, caller, services).map { Bodies.version($0) }
    }
    return Answers.json(.ok, body)
  }

  /// What the upload became; nothing if the caller may no longer write the document.
  private static func version(
    of upload: Upload, _ caller: Caller, _ services: Services
  ) async throws(Problem) -> Version? {
    do throws(StoreError) {
      return try await services.store.version(
        upload.version, of: upload.document, caller.access(at: services.clock.now()),
        right: .write)
    } catch {
      throw Problem(DeliveryError(error))
    }
  }

  private static func receive(
    _ reader: BodyReader, _ begun: PublishVersion.Begun, _ services: Services
  ) async throws(DeliveryError) -> SpooledFile {
    do {
      let sink = try services.uploads.open()
      var count: Int64 = 0
      while let piece = try await reader.next() {
        count += Int64(piece.count)
        guard count <= begun.bytesMax else { throw PublishVersion.tooLarge(begun.bytesMax) }
        try await sink.append(piece)
      }
      return try await sink.finish()
    } catch let error as DeliveryError {
      throw error
    } catch let error as HTTPMessageError {
      throw error.code == .bodyTooLarge
        ? PublishVersion.tooLarge(services.uploadBytesMax)
        : DeliveryError(.uploadIncomplete, "The bytes did not all arrive.", cause: error)
    } catch {
      throw services.uploads.isFull(error)
        ? DeliveryError(.storeFull, "There is no space for the upload.", cause: error)
        : DeliveryError(.internal, "The upload cannot be kept.", cause: error)
    }
  }

  private static func order(_ call: Call) throws(Problem) -> PublishVersion.Order {
    let fields = call.request.fields
    let name = fields[.contentDisposition].flatMap { ContentDispositionName.read($0) }
    let type = fields[.contentType]?.split(separator: ";").first.flatMap {
      MediaType($0.trimmingSpaces().lowercased())
    }
    return PublishVersion.Order(
      document: try call.id("document", DocumentID.self),
      declared: DeclaredContent(
        filename: FileName(cleaning: name ?? "file"),
        mediaType: type?.text == "application/octet-stream" ? nil : type),
      declaredDigest: try fields[.reprDigest].map { field throws(Problem) in
        try digest(field)
      }, answers: try answers(call.query.text("scrub")),
      validFrom: try call.query.value("valid_from") { Timestamp($0) },
      validUntil: try call.query.value("valid_until") { Timestamp($0) })
  }

  /// Answers to scrub rules, such as `comments=refuse,hidden=refuse`.
  private static func answers(_ text: String?) throws(Problem) -> ScrubAnswers {
    var answers = ScrubAnswers()
    do throws(ScrubAnswers.Fault) {
      for part in text?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
        try answers.add(String(part))
      }
      return answers
    } catch {
      throw Problem(.parameterInvalid, "scrub is like comments=refuse. \(error.detail)")
    }
  }

  /// The sha-256 of a `Repr-Digest` (RFC 9530 section 3); other algorithms are passed over.
  private static func digest(_ field: String) throws(Problem) -> SHA256Digest {
    for part in field.split(separator: ",") {
      let text = part.trimmingSpaces()
      guard text.hasPrefix("sha-256=:"), text.hasSuffix(":") else { continue }
      let encoded = Array(text.utf8.dropFirst(9).dropLast())
      if let bytes = Base64.decode(encoded, .standard), let digest = SHA256Digest(bytes) {
        return digest
      }
    }
    throw Problem(.digestMalformed, "Repr-Digest needs sha-256=:<base64>:.")
  }

  private static func waitSeconds(_ request: HTTPRequest) throws(Problem) -> Int {
    for line in request.fields.all(.prefer) {
      for part in line.split(separator: ",") {
        let text = part.trimmingSpaces()
        guard text.hasPrefix("wait=") else { continue }
        guard let seconds = Int(text.dropFirst(5)), (0...waitSecondsMax).contains(seconds) else {
          throw Problem(.headerInvalid, "Prefer: wait is from 0 to \(waitSecondsMax).")
        }
        return seconds
      }
    }
    return waitSecondsStandard
  }
}
