// What stays the same for a whole day: the key and the texts around the time of day.

import Cryptography

/// The prepared parts of all signatures of one day.
final class SigningDay: Sendable {
  /// Days since 1970.
  let day: Int64
  let key: HMACSHA256
  /// `X-Amz-Algorithm=...&X-Amz-Credential=...&X-Amz-Date=YYYYMMDDT`.
  let queryHead: [UInt8]
  /// `AWS4-HMAC-SHA256\nYYYYMMDDT`.
  let stringHead: [UInt8]
  /// `Z\nYYYYMMDD/region/service/aws4_request\n`.
  let stringTail: [UInt8]
  /// `YYYYMMDD/region/service/aws4_request`.
  let scope: [UInt8]

  init(_ time: SigningTime, credentials: Credentials, region: String, service: String) {
    let date = time.dayText
    day = time.day
    key = SigningKeys.derive(
      credentials.secret, day: date, region: Array(region.utf8), service: Array(service.utf8))
    scope = date + Array("/\(region)/\(service)/aws4_request".utf8)
    var head = Array("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=".utf8)
    Percent.append(Array(credentials.accessKeyID.utf8) + [UInt8(ascii: "/")] + scope, to: &head)
    head += Array("&X-Amz-Date=".utf8) + date + [UInt8(ascii: "T")]
    queryHead = head
    stringHead = Array("AWS4-HMAC-SHA256\n".utf8) + date + [UInt8(ascii: "T")]
    stringTail = Array("Z\n".utf8) + scope + [UInt8(ascii: "\n")]
  }
}
