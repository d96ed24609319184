// Cursors of lists of documents: where the page before ended, encrypted under a key of the tenant and
// the question. A list may end behind a document that the caller must not know of, so a cursor shows
// nothing; one of another tenant or of other filters is refused. It opens nothing, for grants are
// asked with each page anew.

import Base
import Cryptography
import Delivery
import Wire

/// Seals and opens cursors.
package struct CursorSeal: Sendable {
  /// The most bytes of a cursor's text.
  private static let textBytesMax = 2048

  private let secrets: @Sendable () -> IdempotencySecrets

  /// Takes the secrets that all gateways of an installation share, asked for with each list: a cursor
  /// outlives their rotation.
  package init(secrets: @escaping @Sendable () -> IdempotencySecrets) {
    self.secrets = secrets
  }

  /// The cursor behind a document.
  func text(
    _ position: DocumentPosition, _ query: DocumentQuery, of tenant: TenantID
  ) throws(Problem) -> String {
    var bytes = position.id.bytes
    switch query.sort.key {
    case .created: break
    case .updated:
      let moment = UInt64(bitPattern: position.updatedAt.milliseconds)
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: moment >> UInt64(56 - $0 * 8)) }
    case .title: bytes += Array(position.words.utf8)
    }
    do throws(CryptographyError) {
      let key = Self.key(query, tenant, under: secrets().current)
      return Base64.encode(try AESGCM.seal(bytes, key: key), .url)
    } catch {
      throw Problem(.unexpected)
    }
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
      let box = Base64.decode(Array(text.utf8), .url),
      let bytes = opened(box, query, tenant), bytes.count >= 16,
      let id = DocumentID(bytes: Array(bytes.prefix(16)))
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

  private func opened(
    _ box: [UInt8], _ query: DocumentQuery, _ tenant: TenantID
  ) -> [UInt8]? {
    let secrets = secrets()
    for secret in [secrets.current] + secrets.former {
      do throws(CryptographyError) {
        return try AESGCM.open(box, key: Self.key(query, tenant, under: secret))
      } catch {
        continue
      }
    }
    return nil
  }

  /// A key for each question of each tenant: what another one sealed cannot be opened with it.
  private static func key(
    _ query: DocumentQuery, _ tenant: TenantID, under secret: Secret
  ) -> Secret {
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
    let info = Array("list-cursor\0".utf8) + hash.finalize().bytes
    return HKDF.sha256(key: secret, salt: [], info: info, count: AESGCM.keyBytes)
  }
}
