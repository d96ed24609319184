// The metrics of the gateway's own parts: listeners, store, uploads, object store.

import API
import Base
import Delivery
import HTTPClient
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
      .histogram("store_batch_changes", "Changes of a commit.", unit: 1, store.batchSizes),
      .histogram(
        "store_commit_seconds", "Time of a commit with its sync.", unit: 1e-9,
        store.commitTimes),
      .gauge("store_queue", "Changes that wait for a commit.") {
        Double(store.writerStatus.queueDepth)
      },
      .gauge("store_writes_refused", "Whether the database refuses changes.") {
        store.writerStatus.isStopped || store.writerStatus.isFull ? 1 : 0
      },
      MetricFamily("store_readers", .gauge, "Reading connections, and those at work.") {
        let usage = store.readerUsage
        return [
          MetricSample([("state", "open")], value: Double(usage.open)),
          MetricSample([("state", "busy")], value: Double(usage.lent)),
        ]
      },
    ]
  }

  /// Uploads, tokens and the object store.
  static func families(of parts: GatewayParts) -> [MetricFamily] {
    let (client, progress, tokens) = (parts.client, parts.progress, parts.authenticator.cacheMeter)
    return [
      .gauge("uploads", "Uploads at work.") { Double(progress.count) },
      .gauge("object_store_skew_milliseconds", "Clock of the object store less ours.") {
        client.lastSkewMilliseconds.map(Double.init)
      },
      MetricFamily("token_cache_total", .counter, "Bearer tokens looked up in the cache.") {
        let counts = tokens.counts
        return [
          MetricSample([("outcome", "hit")], value: Double(counts.hits)),
          MetricSample([("outcome", "miss")], value: Double(counts.misses)),
        ]
      },
      parts.problems.family,
    ] + families(of: parts.running) + parts.storeMeter.families + families(of: client)
      + parts.clockWatch.families
      + parts.trust.families
  }

  /// Whether the object store is left to rest, and what its credentials and uploads need.
  private static func families(of client: S3Client) -> [MetricFamily] {
    [
      .gauge("object_store_circuit_open", "Whether the object store is left to rest.") {
        client.circuitState.state == .closed ? 0 : 1
      },
      .counter("object_store_circuit_openings_total", "How often it was left to rest.") {
        client.circuitState.openings
      },
      .counter("object_store_circuit_refusals_total", "Requests refused meanwhile.") {
        client.circuitState.refusals
      },
      .counter("object_store_abandoned_uploads_total", "Multipart uploads left to the sweep.") {
        client.abandonedUploads
      },
      .gauge("object_store_credentials_seconds", "Seconds until its credentials end.") {
        client.credentialsSecondsLeft.map(Double.init)
      },
    ]
  }

  /// Downloads through the gateway.
  private static func families(of running: RunningDownloads) -> [MetricFamily] {
    [
      .gauge("downloads", "Downloads through the gateway at work.") { Double(running.count) },
      MetricFamily("downloads_total", .counter, "Downloads that ended, by how.") {
        running.ends.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          MetricSample([("end", $0.key.rawValue)], value: Double($0.value))
        }
      },
      .counter("downloads_refused_total", "Downloads that found no place.") { running.refusals },
      .counter("download_bytes_total", "Bytes that ended downloads sent.") {
        Int(clamping: running.sentBytes)
      },
    ]
  }

  /// The scrub workers.
  static func families(of pool: ScrubWorkerPool) -> [MetricFamily] {
    [
      MetricFamily("scrub_lanes", .gauge, "Lanes of scrub workers.") {
        let status = pool.status
        return [
          MetricSample([("state", "busy")], value: Double(status.busy)),
          MetricSample([("state", "free")], value: Double(status.lanes - status.busy)),
        ]
      },
      .gauge("scrub_queue", "Files that wait for a lane.") { Double(pool.status.waiting) },
      pool.meter.family,
      .counter("scrub_turned_away_total", "Files refused because too many waited.") {
        pool.status.turnedAway
      },
      .counter("scrub_starts_failed_total", "Scrub workers that did not start.") {
        pool.status.startsFailed
      },
    ]
  }

  /// The malware scanner.
  static func families(of scanner: ClamdScanner) -> [MetricFamily] {
    [
      scanner.meter.family,
      .gauge("malware_scan_queue", "Files that wait for the malware scanner.") {
        Double(scanner.waiting)
      },
    ]
  }

  /// The sealer.
  static func families(of watch: SealWatch, _ store: SQLiteStore) -> [MetricFamily] {
    [
      .gauge("sealer_up", "Whether somebody signs checkpoints.") { watch.state().isUp ? 1 : 0 },
      .gauge("sealer_quiet_seconds", "Time since the sealer's last word.") {
        watch.state().quietMilliseconds.map { Double($0) / 1000 }
      },
      .gauge("sealer_logs_failing", "Logs that cannot be signed.") {
        watch.state().status.map { Double($0.failing) }
      },
      .gauge("audit_unsealed_events", "Events in no signed checkpoint yet.") {
        guard let status = watch.state().status,
          case .success(let count) = Result(catching: { () throws(StoreError) in
            try store.sequencedEvents()
          })
        else { return nil }
        return Double(max(0, count - status.events))
      },
      MetricFamily("sealer_starts_total", .counter, "Starts of our sealer, first one included.") {
        watch.child.map { [MetricSample(value: Double($0.startCount))] } ?? []
      },
    ]
  }
}
