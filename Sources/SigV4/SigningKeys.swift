// Signing keys: four HMACs turn a secret into a key for one day, region and service. A key is
// derived once and kept, because deriving costs ten times what a signature costs.

import Base
import Cryptography

/// A bounded cache of derived keys; thread-safe.
final class SigningKeys: Sendable {
  /// When more are kept, all are dropped: a day's change or a rotation refills in microseconds.
  static let entriesMax = 256

  private struct Name: Hashable {
    let fingerprint: SHA256Digest
    let day: [UInt8]
    let region: [UInt8]
    let service: [UInt8]

    /// Whether it is this name; asked before one is made.
    func isEqual(
      _ fingerprint: SHA256Digest, _ day: ArraySlice<UInt8>, _ region: ArraySlice<UInt8>,
      _ service: ArraySlice<UInt8>
    ) -> Bool {
      self.fingerprint == fingerprint && self.day.elementsEqual(day)
        && self.region.elementsEqual(region) && self.service.elementsEqual(service)
    }
  }

  private struct State {
    var entries: [Name: HMACSHA256] = [:]
    // Nearly all requests of a moment have one key: comparing is cheaper than hashing.
    var last: (name: Name, key: HMACSHA256)?
  }

  private let state = Lock(State())

  /// The key of a secret for a day (`YYYYMMDD`), a region and a service.
  func key(
    for credentials: Credentials, day: ArraySlice<UInt8>, region: ArraySlice<UInt8>,
    service: ArraySlice<UInt8>
  ) -> HMACSHA256 {
    let fingerprint = credentials.fingerprint
    let last = state.withLock { state -> HMACSHA256? in
      guard let last = state.last, last.name.isEqual(fingerprint, day, region, service) else {
        return nil
      }
      return last.key
    }
    if let last { return last }
    let name = Name(
      fingerprint: fingerprint, day: Array(day), region: Array(region), service: Array(service))
    let known = state.withLock { state -> HMACSHA256? in
      guard let key = state.entries[name] else { return nil }
      state.last = (name, key)
      return key
    }
    if let known { return known }
    let key = SigningKeys.derive(
      credentials.secret, day: name.day, region: name.region, service: name.service)
    state.withLock { state in
      if state.entries.count >= SigningKeys.entriesMax { state.entries.removeAll() }
      state.entries[name] = key
    }
    return key
  }

  /// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, day), region), service), "aws4_request")`.
  static func derive(
    _ secret: Secret, day: [UInt8], region: [UInt8], service: [UInt8]
  ) -> HMACSHA256 {
    let start = Secret(
      Array("AWS4".utf8) + secret.withBytes { bytes in bytes.indices.map { bytes[$0] } })
    var key = HMACSHA256.keyed(start)
    for part in [day, region, service, Array("aws4_request".utf8)] {
      key = key.authenticate(part).withBytes { HMACSHA256(key: $0) }
    }
    return key
  }
}
