// `presign`: one case as a JSON object a line on standard input, one presigned URL a line on
// standard output, `ERR reason` for a case that the library refuses.

import Base
import JSONText
import SigV4

/// The subject of the differential test of presigned URLs.
enum Presign {
  /// The longest case in bytes.
  static let caseBytesMax = 1 << 20

  static func run(_ arguments: [String]) -> Int32 {
    guard arguments.isEmpty else {
      Main.complain("usage: postern-conformance presign < cases.jsonl > urls.txt")
      return 2
    }
    while let line = readLine(), !line.isEmpty {
      do {
        print(try presign(line).reveal())
      } catch let error as SigV4Error {
        print("ERR \(error)")
      } catch {
        Main.complain("malformed case: \(error)")
        return 1
      }
    }
    return 0
  }

  private static func presign(_ line: String) throws -> PresignedURL {
    let limits = JSONLimits(bytesMax: caseBytesMax)
    guard let item = try JSONValue(parsing: Array(line.utf8), limits: limits).objectValue else {
      throw JSONError(.wrongType, "A case is an object.")
    }
    let style = Endpoint.Style(rawValue: try item.requiredString("style")) ?? .path
    let credentials = Credentials(
      accessKeyID: try item.requiredString("access_key"),
      secretAccessKey: try item.requiredString("secret_key"),
      sessionToken: item["session_token"]?.stringValue)
    let signer = try Signer(
      credentials: credentials, region: try item.requiredString("region"),
      endpoint: Endpoint(try item.requiredString("endpoint"), style: style))
    guard let method = PresignMethod(rawValue: try item.requiredString("method")),
      let expires = item["expires"]?.integerValue,
      let time = seconds(try item.requiredString("time"))
    else { throw JSONError(.wrongType, "A case has a method, an expiry and a time.") }
    return try signer.presign(
      method, bucket: try item.requiredString("bucket"),
      key: Array(try item.requiredString("key").utf8), lifetimeSeconds: Int(expires),
      query: try pairs(item, "query"), headers: try pairs(item, "headers"), at: time)
  }

  /// Seconds since 1970 of `YYYYMMDDTHHMMSSZ`.
  private static func seconds(_ text: String) -> Int64? {
    var text = Array(text)
    guard text.count == 16 else { return nil }
    for (position, character) in [(13, ":"), (11, ":"), (6, "-"), (4, "-")] as [(Int, Character)] {
      text.insert(character, at: position)
    }
    return Timestamp(String(text))?.seconds
  }

  private static func pairs(
    _ item: JSONObject, _ name: String
  ) throws -> [(name: String, value: String)] {
    try (item.object(name)?.members ?? []).map { member in
      guard let value = member.value.stringValue else {
        throw JSONError(.wrongType, "Queries and headers hold strings.")
      }
      return (member.name, value)
    }
  }
}
