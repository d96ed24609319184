// The files of the data folder's keys. The present key lies under its name; one that was rotated
// lies beside it as `NAME.ID.END`, with END in seconds since 1970. Up to then both count, so that
// nothing that the former key made stops working at once.

package import Base
import Cryptography
import Delivery
import Glibc
import SigV4
package import Wire

/// One file with a key.
package struct KeyFile: Sendable, Hashable {
  /// Which key it is.
  package let key: DataFolder.Key
  /// Its id, which reveals nothing of it; nothing if the file cannot be read.
  package let id: String?
  /// Its path.
  package let path: String
  /// When the file was written.
  package let since: Timestamp
  /// Until when a former key counts; nothing for the present one.
  package let until: Timestamp?

  /// Whether a former key's time is over.
  package func hasEnded(at moment: Timestamp) -> Bool { until.map { $0 <= moment } ?? false }
}

extension KeyFile {
  /// The key as the contract shows it.
  package var body: KeyBody {
    KeyBody(
      key: key.rawValue, id: id, state: until == nil ? "present" : "former",
      since: since.description, until: until?.description)
  }
}

/// Finds the keys of a folder.
package enum KeyFiles {
  /// The most former keys of one kind that are kept at once.
  package static let formerMax = 7

  /// The keys of a folder: the present one of each kind, then its former ones, the newest first.
  /// - Parameter kinds: Only files of these kinds are opened; the server keeps off the audit key.
  /// - Throws: `secret-unusable` if the folder cannot be read.
  package static func list(
    _ folder: DataFolder, _ kinds: [DataFolder.Key] = DataFolder.Key.allCases
  ) throws(ConfigurationError) -> [KeyFile] {
    guard let names = FolderNames.read(folder.keys) else {
      throw ConfigurationError(.secretUnusable, "the folder \(folder.keys) cannot be read")
    }
    var files = [KeyFile]()
    for key in kinds {
      files += [file(key, folder.file(of: key), until: nil)].compactMap { $0 }
      let former = names.compactMap { name -> KeyFile? in
        guard let until = end(of: name, key) else { return nil }
        return file(key, folder.keys + "/" + name, until: until)
      }
      files += former.sorted { ($0.since, $0.path) > ($1.since, $1.path) }
    }
    return files
  }

  /// The secrets of one kind: the present one, then former ones.
  /// - Parameter moment: Former keys whose time is over by then are left out; nothing takes all.
  /// - Throws: `secret-unusable`.
  package static func secrets(
    _ key: DataFolder.Key, _ folder: DataFolder, at moment: Timestamp?
  ) throws(ConfigurationError) -> [Secret] {
    var secrets = [try SecretFile.read(folder.file(of: key))]
    for file in try list(folder, [key]) where file.until != nil {
      if let moment, file.hasEnded(at: moment) { continue }
      secrets.append(try SecretFile.read(file.path))
    }
    return secrets
  }

  /// The id of a key: of the pepper as links keep it, of a signing key by its public half.
  static func id(_ key: DataFolder.Key, _ secret: Secret) -> String? {
    switch key {
    case .pepper: return KeyRing.seed(secret).map { KeyRing.pepper($0).id }
    case .localIssuer, .audit:
      guard let seed = KeyRing.seed(secret) else { return nil }
      do throws(CryptographyError) {
        let key = try Ed25519PrivateKey(seed: seed).publicKey.bytes
        return String(SHA256.hash(key).hex.prefix(8))
      } catch {
        return nil
      }
    case .objectStore: return EmbeddedStore.credentials(of: secret)?.accessKeyID
    }
  }

  private static func file(
    _ key: DataFolder.Key, _ path: String, until: Timestamp?
  ) -> KeyFile? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    let since = Timestamp(seconds: Int64(status.st_mtim.tv_sec))
    do throws(ConfigurationError) {
      let id = id(key, try SecretFile.read(path))
      return KeyFile(key: key, id: id, path: path, since: since, until: until)
    } catch {
      return KeyFile(key: key, id: nil, path: path, since: since, until: until)
    }
  }

  /// The end in the name of a former key; nothing for other names.
  private static func end(of name: String, _ key: DataFolder.Key) -> Timestamp? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == key.rawValue, let seconds = Int64(parts[2]), seconds > 0,
      seconds < 1 << 40
    else { return nil }
    return Timestamp(seconds: seconds)
  }
}
