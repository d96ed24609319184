// The public keys of signed receipts, as a key set in the data folder. Keys of the local issuer sign
// receipts. A private key goes when it is retired; its public half stays here, because receipts have
// no end. No token is ever checked against this set.

import API
import Base
package import Delivery
import Glibc
package import JOSE
import JSONText

/// Publishes the keys of receipts.
package enum ReceiptKeys {
  /// Adds the public keys of the signers to the file, in front, and yields the whole set.
  ///
  /// Blocks. Each key is published before anything is signed with it. The oldest keys go beyond
  /// `JWKSet.keysMax`.
  /// - Throws: `secret-unusable` if the file cannot be used.
  static func publish(
    _ signers: [JWSSigner], _ folder: DataFolder
  ) throws(ConfigurationError) -> [UInt8] {
    let path = folder.receiptKeys
    let present = try keys(in: JWSSigner.keySet(of: signers), path)
    let known = try read(folder).map { (bytes) throws(ConfigurationError) in
      try keys(in: bytes, path)
    }
    let identifiers = present.compactMap { $0["kid"]?.stringValue }
    let former = (known ?? []).filter { key in
      guard let identifier = key["kid"]?.stringValue else { return false }
      return !identifiers.contains { $0.hasSameBytes(as: identifier) }
    }
    let all = Array((present + former).prefix(JWKSet.keysMax))
    let bytes = JSONValue.object(JSONObject(keys: all)).write()
    guard all != known else { return bytes }
    do throws(FileError) {
      try FileDescriptor.replace(
        path, by: path + ".next", bytes + [UInt8(ascii: "\n")], mode: 0o644,
        purpose: "publish the keys of receipts")
    } catch {
      throw ConfigurationError(.secretUnusable, error.description)
    }
    return bytes
  }

  /// Looks at the file, if there is one, without changing it.
  /// - Throws: `secret-unusable` if it cannot be used.
  static func check(_ folder: DataFolder) throws(ConfigurationError) {
    guard let bytes = try read(folder) else { return }
    _ = try keys(in: bytes, folder.receiptKeys)
  }

  /// The file's bytes; nothing if there is none yet.
  /// - Throws: `secret-unusable`.
  private static func read(_ folder: DataFolder) throws(ConfigurationError) -> [UInt8]? {
    guard unsafe access(folder.receiptKeys, F_OK) == 0 else { return nil }
    let purpose = "read \(folder.receiptKeys)"
    do throws(FileError) {
      let file = try FileDescriptor.open(
        folder.receiptKeys, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, purpose: purpose)
      guard let bytes = try file.readAll(bytesMax: JWKSet.bytesMax, purpose: purpose) else {
        throw FileError(purpose, number: EFBIG)
      }
      return bytes
    } catch {
      throw ConfigurationError(.secretUnusable, error.description)
    }
  }

  /// The keys of a set, each of which must be usable: a damaged file must not lose one silently.
  private static func keys(
    in bytes: [UInt8], _ path: String
  ) throws(ConfigurationError) -> [JSONValue] {
    do {
      let set = try JWKSet(parsing: bytes)
      let keys =
        try JSONValue(
          parsing: bytes, limits: JSONLimits(bytesMax: JWKSet.bytesMax, depthMax: 8))["keys"]?
        .arrayValue ?? []
      guard set.skippedCount == 0, set.keyIDs.count == keys.count else {
        throw ConfigurationError(.secretUnusable, "\(path) has a key that cannot be used")
      }
      return keys
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError(
        .secretUnusable, "\(path) is no key set: restore it from a backup, or move it away")
    }
  }
}

extension JSONObject {
  fileprivate init(keys: [JSONValue]) {
    self.init()
    self["keys"] = .array(keys)
  }
}

extension ReceiptSigner {
  /// Signs with the key that counts at each moment.
  package static func jws(
    issuer: String, signer: @escaping @Sendable () -> JWSSigner
  ) -> ReceiptSigner {
    ReceiptSigner(issuer: issuer) { statement throws(ReceiptSignerError) in
      do throws(JOSEError) {
        return try signer().sign(payload: statement.json.write(), type: VersionReceipt.type)
      } catch {
        throw ReceiptSignerError(cause: error)
      }
    }
  }
}
