// The metrics of the gateway's own parts: listeners, store, uploads, object store.

import Base
import Delivery
import HTTPServer
import S3
import SQLiteStore

/// Families of what a gateway is made of.
enum GatewayMetrics {
  /// The listeners by name.
  static func families(
    of servers: [(name: String, server: HTTPServer)]
  ) -> [MetricFamily] {
    func family(
      _ name: String, _ kind: MetricFamily.Kind, _ help: String,
      _ value: @escaping @Sendable (HTTPServerMetrics) -> Int
    ) -> MetricFamily {
      MetricFamily(name, kind, help) {
        servers.map {
          MetricSample([("listener", $0.name)], value: Double(value($0.server.metrics)))
        }
      }
    }
    let timeouts: @Sendable () -> [MetricSample] = {
      servers.flatMap { name, server in
        let metrics = server.metrics
        let cases = [
          ("head", metrics.headTimeouts), ("body", metrics.bodyTimeouts),
          ("idle", metrics.idleTimeouts), ("write", metrics.writeTimeouts),
        ]
        return cases.map { phase, count in
          MetricSample([("listener", name), ("phase", phase)], value: Double(count))
        }
      }
    }
    return [
      family("http_requests_total", .counter, "Requests begun.", \.requests),
      family("http_connections_total", .counter, "Connections accepted.", \.accepted),
      family("http_connections", .gauge, "Open connections.", \.active),
      family("http_refused_total", .counter, "Requests refused before the API.", \.refused),
      family("http_turned_away_total", .counter, "Connections over a limit.", \.turnedAway),
      family("http_received_bytes_total", .counter, "Bytes received.", \.receivedBytes),
      family("http_sent_bytes_total", .counter, "Bytes sent.", \.sentBytes),
      MetricFamily(
        "http_timeouts_total", .counter, "Connections cut off for slowness.", timeouts),
    ]
  }

  /// The metadata store.
  static func families(of store: SQLiteStore) -> [MetricFamily] {
    [
      .counter("store_commits_total", "Durable commits.") { store.writerStatus.commits },
      .counter("store_changes_total", "Changes in them.") { store.writerStatus.items },
      .gauge("store_batch_max", "Most changes in one commit.") {
        Double(store.writerStatus.largestBatch)
      },
    ]
  }

  /// Uploads and the object store.
  static func families(
    of client: S3Client, _ progress: UploadProgress
  ) -> [MetricFamily] {
    [
      .gauge("uploads", "Uploads at work.") { Double(progress.count) },
      .gauge("object_store_skew_milliseconds", "Clock of the object store less ours.") {
        client.lastSkewMilliseconds.map(Double.init)
      },
    ]
  }
}
