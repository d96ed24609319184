// Where links begin: the configured origin, or the first listener's address.

extension Configuration {
  /// The origin of links, without a final slash.
  /// - Throws: `setting-invalid` where the first address is no place that a link can name.
  package func publicOrigin() throws(StartError) -> String {
    if let origin = publicURL { return origin.description }
    guard let first = (listen + proxyListen).first, case .tcp(let host, let port) = first, port != 0
    else {
      throw StartError(
        .settingInvalid, "public_url is needed where the first address has no fixed port")
    }
    let name = first.isAnywhere ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
    return "\(tls == nil ? "http" : "https")://\(name):\(port)"
  }
}
