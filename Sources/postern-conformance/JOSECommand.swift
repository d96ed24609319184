// `postern-conformance jose`: token verification behind one line of JSON each way. A request holds
// `jwks`, `token` and either `mode: jws` or `now`, `iss`, `aud` (null: any); or, with `mode: raw`,
// `alg`, `jwk`, `msg` and `sig`. The answer holds `valid` and, if false, `error`.

import Base
import Glibc
import JOSE
import JSONText

/// Answers verification requests from standard input until it ends.
enum JOSECommand {
  private static let limits = JSONLimits(
    bytesMax: 4 << 20, depthMax: 64, numberBytesMax: 64, entriesMax: 65_536)

  static func run(_ arguments: [String]) -> Int32 {
    while let line = readLine(strippingNewline: true) {
      let failure = refusal(Array(line.utf8))
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("valid", failure == nil)
      writer.member("error", failure)
      writer.endObject()
      guard send(writer.bytes + [UInt8(ascii: "\n")]) else { return 1 }
    }
    return 0
  }

  /// Why the request's token is refused; nothing if it is valid.
  private static func refusal(_ line: [UInt8]) -> String? {
    do {
      let request = try JSONValue(parsing: line, limits: limits)
      if request["mode"] == "raw" { return rawRefusal(request) }
      let algorithms = (request["algs"]?.stringsValue ?? []).compactMap {
        JWSAlgorithm(rawValue: $0)
      }
      let policy = TokenPolicy(
        unchecked: request["iss"]?.stringValue ?? "",
        audiences: request["aud"]?.stringValue.map { [$0] } ?? [],
        algorithms: Set(algorithms), leewaySeconds: 0)
      let keys = try JWKSet(parsing: (request["jwks"] ?? .null).write())
      let verifier = JWSVerifier(policy: policy, keys: keys)
      let token = Array((request["token"]?.stringValue ?? "").utf8)
      if request["mode"] == "jws" {
        _ = try verifier.verifiedPayload(of: token)
      } else {
        let now = request["now"]?.integerValue ?? 0
        _ = try verifier.verify(token, atMilliseconds: now * 1000)
      }
      return nil
    } catch let error as JOSEError {
      return error.code.rawValue
    } catch let error as JSONError {
      return error.code.rawValue
    } catch {
      return "unknown"
    }
  }

  private static func rawRefusal(_ request: JSONValue) -> String? {
    guard let name = request["alg"]?.stringValue, let algorithm = JWSAlgorithm(rawValue: name),
      let message = Hex.decode(request["msg"]?.stringValue ?? ""),
      let signature = Hex.decode(request["sig"]?.stringValue ?? "")
    else { return "request-malformed" }
    let isValid = RawSignature.isValid(
      signature, over: message, algorithm: algorithm, jwk: (request["jwk"] ?? .null).write())
    return isValid ? nil : "signature-mismatch"
  }

  private static func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      // The buffer lives for the call; a partial write is taken up where it ended.
      let count = unsafe rest.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
