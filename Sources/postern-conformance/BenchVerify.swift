// `bench-verify [SECONDS]`: nanoseconds of CPU time to verify a presigned GET as a browser sends it,
// one thread, changing keys. Every signature must be accepted, and a changed one refused.

import Base
import Glibc
import SigV4

/// The micro-benchmark of verification.
enum BenchVerify {
  static func run(_ arguments: [String]) -> Int32 {
    let duration = arguments.first.flatMap(Double.init) ?? 1
    guard arguments.count <= 1, duration > 0, duration <= 600 else {
      Main.complain("usage: postern-conformance bench-verify [SECONDS]")
      return 2
    }
    do {
      let best = try measure(seconds: duration)
      print("verify \(Int(best)) ns/request (best batch, CPU time)")
      return 0
    } catch {
      Main.complain("verification failed: \(error)")
      return 1
    }
  }

  private static func requests() throws(SigV4Error) -> [ReceivedRequest] {
    let signer = try Signer(
      credentials: credentials, region: "us-east-1", endpoint: Endpoint("http://127.0.0.1:9000"))
    var requests = [ReceivedRequest]()
    for number in 0..<256 {
      let url = try signer.presign(
        .get, bucket: "postern", key: Array("v1/tenant-7/ver_\(number)".utf8),
        lifetimeSeconds: 300,
        query: [
          ("response-content-disposition", "attachment; filename=\"Invoice \(number).pdf\""),
          ("response-content-type", "application/pdf"), ("x-pst-delivery", "dlv_\(number)"),
        ], at: now)
      let target = url.revealBytes().dropFirst("http://127.0.0.1:9000".utf8.count)
      let path = target.prefix { $0 != UInt8(ascii: "?") }
      requests.append(
        ReceivedRequest(
          method: Array("GET".utf8), path: Array(path)[...],
          query: Array(target.dropFirst(path.count + 1))[...], headers: headers))
    }
    return requests
  }

  private static let headers = [
    ("Host", "127.0.0.1:9000"), ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0)"),
    ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("Accept-Language", "de,en;q=0.5"),
    ("Accept-Encoding", "gzip, deflate"), ("Connection", "keep-alive"), ("DNT", "1"),
  ].map { (name: Array($0.0.utf8)[...], value: Array($0.1.utf8)[...]) }

  private static func measure(seconds: Double) throws(SigV4Error) -> Double {
    let verifier = Verifier(region: "us-east-1")
    let requests = try requests()
    var forged = requests[0]
    forged.query[forged.query.endIndex - 1] ^= 1
    let isAccepted: Bool
    do {
      _ = try verifier.verify(forged, at: now + 1, lookup: { _ in credentials })
      isAccepted = true
    } catch {
      isAccepted = error.code != .signatureMismatch && error.code != .queryMalformed
    }
    precondition(!isAccepted, "a forged signature was accepted")
    return try SigningBench.best(ofBatches: 5000, seconds: seconds) {
      (round) throws(SigV4Error) in
      let verified = try verifier.verify(
        requests[round & 255], at: now + 1, lookup: { _ in credentials })
      return verified.path.count + verified.query.count
    }
  }

  private static let now: Int64 = 1_795_249_800
  private static let credentials = SigningBench.credentials
}
