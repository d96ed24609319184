// Cursors of lists of documents: where the page before ended, under an HMAC that binds it to the tenant
// and to the question. A cursor of another tenant or of other filters is refused, so that it can be
// neither made nor carried over; it opens nothing, for grants are asked with each page anew.

import Base
import Cryptography
import Delivery
import Wire

/// Seals and opens cursors.
package struct CursorSeal: Sendable {
  /// The most bytes of a cursor's text.
  private static let textBytesMax = 1024

  /// The bytes of the HMAC that a cursor carries.
  private static let sealBytes = 16

  private let secrets: @Sendable () -> IdempotencySecrets

  /// Takes the secrets that all gateways of an installation share, asked for with each list: a cursor
  /// outlives their rotation.
  package init(secrets: @escaping @Sendable () -> IdempotencySecrets) {
    self.secrets = secrets
  }

  /// The cursor behind a document.
  func text(
    _ position: DocumentPosition, _ query: DocumentQuery, of tenant: TenantID
  ) -> String {
    var bytes = position.id.bytes
    switch query.sort.key {
    case .created: break
    case .updated:
      let moment = UInt64(bitPattern: position.updatedAt.milliseconds)
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: moment >> UInt64(56 - $0 * 8)) }
    case .title: bytes += Array(position.words.utf8)
    }
    return Base64.encode(seal(bytes, query, tenant, under: secrets().current) + bytes, .url)
  }

  /// The page that `limit` and `cursor` ask for; throws `cursor-invalid`, `limit-out-of-range`.
  func page(
    _ reader: QueryReader, _ query: DocumentQuery, of tenant: TenantID
  ) throws(Problem) -> PageRequest<DocumentPosition> {
    let after = try reader.text("cursor").map { text throws(Problem) in
      guard let position = position(text, query, of: tenant) else { throw Problem(.cursorInvalid) }
      return position
    }
    let limit = try reader.value("limit") { Int($0) } ?? PageLimit.standard
    do throws(DeliveryError) {
      return try PageRequest(after: after, limit: limit)
    } catch {
      throw Problem(error)
    }
  }

  private func position(
    _ text: String, _ query: DocumentQuery, of tenant: TenantID
  ) -> DocumentPosition? {
    guard text.utf8.count <= Self.textBytesMax,
      let box = Base64.decode(Array(text.utf8), .url), box.count >= Self.sealBytes + 16
    else { return nil }
    let bytes = Array(box.dropFirst(Self.sealBytes))
    let (seal, secrets) = (Array(box.prefix(Self.sealBytes)), secrets())
    let isOurs = ([secrets.current] + secrets.former).contains { secret in
      constantTimeEqual(seal, self.seal(bytes, query, tenant, under: secret))
    }
    guard isOurs, let id = DocumentID(bytes: Array(bytes.prefix(16)))
    else { return nil }
    let rest = bytes.dropFirst(16)
    switch query.sort.key {
    case .created:
      return DocumentPosition(id: id, updatedAt: Timestamp(milliseconds: 0), words: "")
    case .updated:
      let moment = rest.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return DocumentPosition(
        id: id, updatedAt: Timestamp(milliseconds: Int64(bitPattern: moment)), words: "")
    case .title:
      return String(validating: rest, as: UTF8.self).map {
        DocumentPosition(id: id, updatedAt: Timestamp(milliseconds: 0), words: $0)
      }
    }
  }

  private func seal(
    _ bytes: [UInt8], _ query: DocumentQuery, _ tenant: TenantID, under secret: Secret
  ) -> [UInt8] {
    let digester = HMACSHA256.keyed(
      HKDF.sha256(key: secret, salt: [], info: Array("list-cursor".utf8), count: 32))
    var hash = SHA256()
    // A zero byte cannot occur in a part, so no two questions give one text.
    let parts: [String?] =
      [
        tenant.text, query.type?.text, query.period?.text, query.updatedSince?.description,
        query.createdFrom?.description, query.createdBefore?.description,
        query.hasCurrentVersion.map { $0 ? "current" : "none" }, query.sort.key.rawValue,
        query.sort.isDescending ? "desc" : "asc",
      ] + query.labels.map { "l " + $0.text } + query.words.map { "w " + $0 }
    for part in parts { hash.update(Array((part ?? "-").utf8) + [0]) }
    hash.update(bytes)
    return Array(digester.authenticate(hash.finalize().bytes).bytes.prefix(Self.sealBytes))
  }
}
