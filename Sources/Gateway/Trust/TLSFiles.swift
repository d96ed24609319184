// The two files of a listener's certificate, as certbot, a package or an operator leaves them.
// Symbolic links are followed, since renewal tools work with them.

package import Base
import Glibc
package import HTTPServer

/// Where a certificate and its key lie.
package struct TLSFiles: Sendable, Equatable {
  /// The file with the certificate chain, the server's own certificate first.
  package let certificate: String
  /// The file with the private key.
  package let key: String

  /// What tells one state of the files from another without reading them.
  package struct Look: Sendable, Equatable {
    private let marks: [Int64]

    fileprivate init(_ marks: [Int64]) { self.marks = marks }
  }

  /// The most bytes of a certificate or key file.
  package static let bytesMax = 262_144
  /// The most bytes of a file of authorities.
  package static let authorityBytesMax = 4 << 20

  /// Names the files.
  package init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }

  /// Reads both files.
  ///
  /// Throws the codes of `TLSContext.init`; `key-unusable` also for a key that others can read, or
  /// that its group can write.
  package func load(now: Timestamp) throws(HTTPServerError) -> TLSContext {
    let (chain, _) = try TLSFiles.read(certificate, TLSFiles.bytesMax, .certificateUnusable)
    let (secret, mode) = try TLSFiles.read(key, TLSFiles.bytesMax, .keyUnusable)
    // The group may read: Debian's ssl-cert and the credentials of systemd are made that way.
    guard mode & 0o027 == 0 else {
      throw HTTPServerError(
        .keyUnusable, "\(key) can be read or changed by others: chmod 640 \(key)")
    }
    do throws(HTTPServerError) {
      return try TLSContext(chain: chain, key: Secret(secret), now: now)
    } catch {
      let file = error.code == .keyUnusable || error.code == .keyMismatch ? key : certificate
      throw HTTPServerError(error.code, "\(file): \(error.detail)")
    }
  }

  /// How the files look now; nothing while one of them is away.
  package func look() -> Look? {
    var marks = [Int64]()
    for path in [certificate, key] {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      marks += [
        Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino),
        Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
        Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
      ]
    }
    return Look(marks)
  }

  /// Checks that a file holds authorities, which a client would only find out when it connects.
  /// - Throws: `setting-invalid` with the name of the setting.
  package static func checkAuthorities(
    _ path: String, setting: String
  ) throws(ConfigurationError) {
    do throws(HTTPServerError) {
      let (pem, _) = try read(path, authorityBytesMax, .certificateUnusable)
      try TLSCertificate.checkAuthorities(pem)
    } catch {
      throw ConfigurationError(.invalidSetting, "\(setting): \(path): \(error.detail)")
    }
  }

  private static func read(
    _ path: String, _ bytesMax: Int, _ code: HTTPServerError.Code
  ) throws(HTTPServerError) -> (bytes: [UInt8], mode: UInt32) {
    var status = stat()
    do throws(FileError) {
      // Without O_NONBLOCK a pipe in the file's place would hold the start for ever.
      let file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK, purpose: "open \(path)")
      guard unsafe fstat(file.number, &status) == 0 else { throw FileError("look at \(path)") }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw FileError("read \(path), which is no regular file", number: EINVAL)
      }
      if let bytes = try file.readAll(bytesMax: bytesMax, purpose: "read \(path)") {
        return (bytes, status.st_mode)
      }
    } catch {
      throw HTTPServerError(code, error.description)
    }
    throw HTTPServerError(code, "\(path) is larger than \(bytesMax) bytes")
  }
}

extension StartError {
  /// What the server says about a certificate.
  init(_ error: HTTPServerError) {
    let code: Code =
      switch error.code {
      case .certificateUnusable: .certificateUnusable
      case .certificateChainBroken: .certificateChainBroken
      case .certificateExpired: .certificateExpired
      case .certificateNotYetValid: .certificateNotYetValid
      case .keyUnusable: .keyUnusable
      case .keyMismatch: .keyMismatch
      case .settingInvalid, .listenFailed, .systemFailed: .listenFailed
      }
    self.init(code, error.detail)
  }
}
