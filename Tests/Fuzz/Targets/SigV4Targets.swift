// Signed requests: nothing is accepted but what the one genuine presigned URL says.

import SigV4

extension FuzzTarget {
  private static let now: Int64 = 1_790_000_000
  private static let credentials = Credentials(
    accessKeyID: "fuzz", secretAccessKey: "fuzz/secret+key")
  private static let genuinePath = Array("/bucket/v1/a b.pdf".utf8)
  private static let verifier = Verifier(region: "eu-central-1")

  /// Lines of an input: method, target, then `name:value` headers.
  private static func request(_ input: [UInt8]) -> ReceivedRequest {
    let lines = input.split(
      separator: UInt8(ascii: "\n"), maxSplits: 300, omittingEmptySubsequences: false)
    let target = lines.count > 1 ? lines[1] : []
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    return ReceivedRequest(
      method: Array(lines[0]), path: path, query: target.dropFirst(path.count + 1),
      headers: lines.dropFirst(2).map { line in
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        return (name, line.dropFirst(name.count + 1))
      })
  }

  /// The request of the genuine URL as an input.
  private static let genuine: [UInt8] = {
    do throws(SigV4Error) {
      let signer = try Signer(
        credentials: credentials, region: "eu-central-1",
        endpoint: try Endpoint("http://s3.localhost:9000", style: .path))
      let url = try signer.presign(
        .get, bucket: "bucket", key: Array("v1/a b.pdf".utf8), lifetimeSeconds: 300, at: now)
      let target = url.revealBytes().dropFirst("http://s3.localhost:9000".utf8.count)
      return Array("GET\n".utf8) + target + Array("\nhost:s3.localhost:9000".utf8)
    } catch {
      return []
    }
  }()

  static let sigV4 = FuzzTarget(
    name: "sigv4",
    dictionary: [
      "X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Credential=", "X-Amz-Date=", "X-Amz-Expires=",
      "X-Amz-SignedHeaders=host", "X-Amz-Signature=", "X-Amz-Security-Token=", "%2F", "%", "+",
      "\nhost:", "\nauthorization:AWS4-HMAC-SHA256 ", "\nx-amz-content-sha256:", "UNSIGNED-PAYLOAD",
      "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "\nx-amz-date:",
    ]
  ) { input in
    precondition(accepts(genuine), "the genuine request was refused")
    _ = accepts(input)
    // A copy of the genuine request in which one byte range is replaced by the input.
    guard input.count > 2 else { return }
    let start = (Int(input[0]) << 8 | Int(input[1])) % genuine.count
    let length = min(Int(input[2]), genuine.count - start)
    _ = accepts(genuine[..<start] + input[3...] + genuine[(start + length)...])
  }

  /// Whether the request is accepted; traps if it is and asks for anything but the genuine file.
  private static func accepts(_ input: some Sequence<UInt8>) -> Bool {
    do throws(SigV4Error) {
      let request = request(Array(input))
      let verified = try verifier.verify(request, at: now) { id in
        id == credentials.accessKeyID ? credentials : nil
      }
      precondition(request.method == Array("GET".utf8), "another method was accepted")
      precondition(verified.path == genuinePath, "another path was accepted")
      precondition(verified.expiresAt == now + 300, "another lifetime was accepted")
      precondition(verified.query.isEmpty, "another query was accepted")
      return true
    } catch {
      return false
    }
  }
}
