// The metrics of TLS: handshakes, and how long certificates last.

import Base
import HTTPServer

/// Families about TLS.
enum TLSMetrics {
  /// The listeners by name.
  static func families(of servers: [(name: String, server: HTTPServer)]) -> [MetricFamily] {
    func family(
      _ name: String, _ help: String, _ value: @escaping @Sendable (HTTPServerMetrics) -> Int
    ) -> MetricFamily {
      MetricFamily(name, .counter, help) {
        servers.map {
          MetricSample([("listener", $0.name)], value: Double(value($0.server.metrics)))
        }
      }
    }
    return [
      family("tls_handshakes_total", "Handshakes completed.", \.handshakes),
      family("tls_resumptions_total", "Sessions taken up again.", \.resumptions),
      family(
        "http_failed_openings_total", "Connections closed for a bad handshake or PROXY header.",
        \.failedOpenings),
      family(
        "http_opening_timeouts_total", "Connections cut off in a handshake or PROXY header.",
        \.openingTimeouts),
    ]
  }

  /// The certificates by listener.
  static func families(of keepers: [CertificateKeeper]) -> [MetricFamily] {
    func family(
      _ name: String, _ kind: MetricFamily.Kind, _ help: String,
      _ value: @escaping @Sendable (CertificateKeeper) -> Double
    ) -> MetricFamily {
      MetricFamily(name, kind, help) {
        keepers.map { MetricSample([("listener", $0.listener)], value: value($0)) }
      }
    }
    return [
      family(
        "tls_certificate_expiry_seconds", .gauge, "Time until the certificate in use ends."
      ) { $0.secondsLeft },
      family("tls_certificate_renewals_total", .counter, "New certificates taken.") {
        Double($0.status.renewals)
      },
      family("tls_certificate_refusals_total", .counter, "New certificates refused.") {
        Double($0.status.refusals)
      },
    ]
  }
}
