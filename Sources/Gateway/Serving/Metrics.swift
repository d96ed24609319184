// The gateway's counters in the text format of Prometheus 0.0.4.

import Delivery
import HTTPServer
import S3
import SQLiteStore

struct Metrics: Sendable {
  let servers: [(name: String, server: HTTPServer)]
  let store: SQLiteStore
  let client: S3Client
  let progress: UploadProgress

  /// All metrics as text.
  func text() -> String {
    var text = ""
    func add(_ name: String, _ kind: String, _ help: String, _ rows: [(String, Int)]) {
      text += "# HELP postern_\(name) \(help)\n# TYPE postern_\(name) \(kind)\n"
      for (labels, value) in rows { text += "postern_\(name)\(labels) \(value)\n" }
    }
    func perServer(_ value: (HTTPServerMetrics) -> Int) -> [(String, Int)] {
      servers.map { ("{listener=\"\($0.name)\"}", value($0.server.metrics)) }
    }
    add("http_requests_total", "counter", "Requests answered.", perServer(\.requests))
    add("http_connections_total", "counter", "Connections accepted.", perServer(\.accepted))
    add("http_connections", "gauge", "Open connections.", perServer(\.active))
    add(
      "http_refused_total", "counter", "Requests refused before the API.", perServer(\.refused))
    add("http_turned_away_total", "counter", "Connections over a limit.", perServer(\.turnedAway))
    add("http_received_bytes_total", "counter", "Bytes received.", perServer(\.receivedBytes))
    add("http_sent_bytes_total", "counter", "Bytes sent.", perServer(\.sentBytes))
    let writer = store.writerStatus
    add("store_commits_total", "counter", "Durable commits.", [("", writer.commits)])
    add("store_changes_total", "counter", "Changes in them.", [("", writer.items)])
    add("store_batch_max", "gauge", "Most changes in one commit.", [("", writer.largestBatch)])
    add("uploads", "gauge", "Uploads at work.", [("", progress.count)])
    if let skew = client.lastSkewMilliseconds {
      add(
        "object_store_skew_milliseconds", "gauge", "Clock of the store less ours.",
        [("", Int(skew))])
    }
    return text
  }
}
