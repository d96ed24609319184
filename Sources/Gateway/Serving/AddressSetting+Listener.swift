// From the written form of an address to the server's.

import HTTPMessage
package import HTTPServer

extension AddressSetting {
  /// The listener of the address; a Unix socket gets the permission bits `mode`.
  /// - Throws: `setting-invalid` for a host that is no number and not `localhost`.
  package func listener(mode: UInt32 = 0o660) throws(StartError) -> ListenAddress {
    switch self {
    case .unix(let path): return .unix(path: path, mode: mode)
    case .tcp(let host, let port):
      guard let address = IPAddress(host == "localhost" ? "127.0.0.1" : host) else {
        throw StartError(
          .settingInvalid, "\(host) must be a numeric address or localhost")
      }
      return .tcp(address, port: port)
    }
  }
}
