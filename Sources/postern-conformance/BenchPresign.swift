// `bench-presign [SECONDS]`: nanoseconds of CPU time a presigned URL, one thread, changing keys. A
// published example is checked first, and every URL's length is, so that nothing is optimised away.

import Base
import Glibc
import SigV4

/// The micro-benchmark of presigning.
enum BenchPresign {
  static func run(_ arguments: [String]) -> Int32 {
    let duration = arguments.first.flatMap(Double.init) ?? 1
    guard arguments.count <= 1, duration > 0, duration <= 600 else {
      Main.complain("usage: postern-conformance bench-presign [SECONDS]")
      return 2
    }
    do {
      guard try publishedExampleHolds() else {
        Main.complain("the published example has another signature")
        return 1
      }
      let best = try measure(seconds: duration)
      print("presign \(Int(best)) ns/url \(Int(1e9 / best)) urls/s (best batch, CPU time)")
      return 0
    } catch {
      Main.complain("presigning failed: \(error)")
      return 1
    }
  }

  /// The example of the S3 reference, "Authenticating Requests: Using Query Parameters".
  private static func publishedExampleHolds() throws(SigV4Error) -> Bool {
    let signer = try Signer(
      credentials: credentials, region: "us-east-1",
      endpoint: Endpoint("https://s3.amazonaws.com", style: .virtualHost))
    let url = try signer.presign(
      .get, bucket: "examplebucket", key: Array("test.txt".utf8), lifetimeSeconds: 86_400,
      at: 1_369_353_600)
    return url.reveal().hasSuffix(
      "=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
  }

  private static func measure(seconds: Double) throws(SigV4Error) -> Double {
    let signer = try Signer(
      credentials: credentials, region: "eu-central-1",
      endpoint: Endpoint("https://s3.eu-central-1.amazonaws.com", style: .virtualHost))
    let keys = (0..<256).map { number in
      let hexadecimal = String(UInt32(truncatingIfNeeded: number &* 2_654_435_761), radix: 16)
      return Array("deliveries/2026/11/\(hexadecimal)/report \(100 + number) final.pdf".utf8)
    }
    return try SigningBench.best(ofBatches: 20_000, seconds: seconds) {
      (round) throws(SigV4Error) in
      try signer.presign(
        .get, bucket: "delivery-bucket", key: keys[round & 255], lifetimeSeconds: 3600,
        at: 1_795_249_800
      ).revealBytes().count
    }
  }

  private static let credentials = SigningBench.credentials
}
