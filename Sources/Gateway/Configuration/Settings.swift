// Every setting of `postern serve`, in one table: name, form, default, meaning. The file is
// `postern.json` in the data folder; a variable overrides it, a flag overrides both.

import Delivery
import JSONText

/// The table of settings.
package enum Settings {
  /// All settings in the order of the documentation.
  package static let all: [Setting] =
    listeners + limits + store + scrubbing + authentication + audit

  private static let listeners: [Setting] = [
    Setting(
      "listen", .texts(countMax: 8), ["127.0.0.1:8080"],
      "addresses of the gateway: HOST:PORT, [IPV6]:PORT or unix:PATH"),
    Setting(
      "public_url", .text(bytesMax: 512), "",
      "the origin that links start with; http://HOST:PORT of the first listener if empty"),
    Setting(
      "ops_listen", .text(bytesMax: 256), "127.0.0.1:8081",
      "address of /healthz, /readyz and /metrics; empty switches it off"),
    Setting(
      "trusted_proxies", .texts(countMax: 64), [],
      "networks (CIDR) whose Forwarded or X-Forwarded-For is believed"),
    Setting(
      "proxy_listen", .texts(countMax: 8), [],
      "addresses where each connection begins with a PROXY header, from trusted_proxies only"),
    Setting(
      "tls.certificate", .text(bytesMax: 4096), "",
      "PEM file with the certificate chain; all TCP addresses of the gateway then speak TLS"),
    Setting("tls.key", .text(bytesMax: 4096), "", "PEM file with its private key"),
    Setting(
      "ops_tls.certificate", .text(bytesMax: 4096), "",
      "PEM file with the certificate chain of ops_listen"),
    Setting("ops_tls.key", .text(bytesMax: 4096), "", "PEM file with its private key"),
    Setting("loops", .integer(0...64), 0, "event loops; 0 is one a core"),
    Setting("log.requests", .truth, true, "whether each request is a line in the log"),
    Setting(
      "traces.endpoint", .text(bytesMax: 512), "",
      "URL of an OpenTelemetry collector (OTLP over HTTP, JSON); empty exports no traces"),
    Setting(
      "traces.percent", .integer(0...100), 10,
      "share of the traces that begin here which is recorded; callers decide about theirs"),
  ]

  private static let limits: [Setting] = [
    Setting("limits.connections", .integer(16...1_000_000), 20_000, "open connections"),
    Setting(
      "limits.connections_per_address", .integer(1...1_000_000), 512,
      "open connections of one IPv4 address or IPv6 /64"),
    Setting("limits.head_seconds", .integer(1...300), 10, "time for a request head"),
    Setting("limits.body_seconds", .integer(1...3600), 30, "time for a request body of JSON"),
    Setting("limits.idle_seconds", .integer(1...3600), 60, "time a kept-alive connection may wait"),
    Setting(
      "limits.upload_seconds", .integer(1...86_400), 3600, "time for the bytes of a version"),
    Setting(
      "limits.upload_bytes", .integer(1...1_099_511_627_776), 2_147_483_648,
      "size of a version, in bytes"),
    Setting(
      "limits.downloads", .integer(1...10_000), 128,
      "downloads through the gateway at a time; each may hold about 1 MiB of memory"),
    Setting(
      "limits.free_disk_bytes", .integer(0...1_099_511_627_776), 67_108_864,
      "free bytes of the data folder's disk below which the gateway is not ready"),
    Setting("limits.drain_seconds", .integer(0...600), 20, "time for open requests when stopping"),
    Setting(
      "limits.tenant_requests_per_minute", .integer(1...100_000_000), 600_000,
      "requests of one tenant"),
    Setting(
      "limits.subject_requests_per_minute", .integer(1...100_000_000), 600_000,
      "requests of one subject of a tenant"),
    Setting(
      "limits.address_requests_per_minute", .integer(1...100_000_000), 6000,
      "requests without a token, of one IPv4 address or IPv6 /64"),
  ]

  private static let store: [Setting] = [
    Setting(
      "object_store.endpoint", .text(bytesMax: 512), "",
      "URL of the S3 store as the gateway reaches it; empty starts the embedded store"),
    Setting(
      "object_store.public_endpoint", .text(bytesMax: 512), "",
      "URL of the S3 store as customers reach it; the endpoint if empty"),
    Setting("object_store.region", .text(bytesMax: 64), "us-east-1", "region of the S3 store"),
    Setting("object_store.bucket", .text(bytesMax: 63), "postern", "bucket of the objects"),
    Setting(
      "object_store.style", .choice(["path", "virtual"]), "path",
      "where the bucket stands: in the path or in the host name"),
    Setting(
      "object_store.kind", .choice(Configuration.ObjectStore.kinds), "generic",
      "which store it is: says whether checksums and conditional writes are sent"),
    Setting(
      "object_store.encryption", .choice(["unspecified", "store-keys", "key-service"]),
      "unspecified", "what each object is encrypted with: SSE-S3, SSE-KMS, or the bucket's default"),
    Setting(
      "object_store.encryption_key", .text(bytesMax: 2048), "",
      "id of the key of the key service; its default key if empty"),
    Setting(
      "object_store.parts", .integer(1...32), 4,
      "parts of an upload above 16 MiB that are under way at once"),
    Setting(
      "object_store.credentials",
      .choice(["data", "environment", "file", "web-identity", "container", "instance", "chain"]),
      "data",
      "keys of the data folder, AWS_* variables, an AWS credentials file, a role from a token, "
        + "container or instance service, or the first of these that has any"),
    Setting(
      "object_store.token_service", .text(bytesMax: 512), "",
      "URL of the service (STS) that gives credentials for a web identity; AWS if empty"),
    Setting(
      "object_store.credentials_file", .text(bytesMax: 4096), "",
      "path of the AWS credentials file"),
    Setting(
      "object_store.quiet_seconds", .integer(1...600), 20,
      "time that the S3 store may be silent before a call to it fails"),
    Setting("object_store.profile", .text(bytesMax: 128), "default", "profile in that file"),
    Setting(
      "object_store.listen", .text(bytesMax: 256), "127.0.0.1:9000",
      "address of the embedded store"),
    Setting(
      "object_store.tls.certificate", .text(bytesMax: 4096), "",
      "PEM file with the certificate chain of the embedded store"),
    Setting(
      "object_store.tls.key", .text(bytesMax: 4096), "", "PEM file with its private key"),
    Setting(
      "object_store.ca_file", .text(bytesMax: 4096), "",
      "PEM file of the authorities that an https endpoint is trusted by; the system's if empty"),
    Setting(
      "object_store.access_log", .truth, false,
      "whether the embedded store writes an access log in AWS format"),
  ]

  private static let scrubbing: [Setting] = [
    Setting("scrub.workers", .integer(1...64), 2, "scrub workers that wait for files"),
    Setting("scrub.queue", .integer(1...10_000), 64, "uploads that may wait for a worker"),
    Setting("scrub.seconds", .integer(1...600), 60, "time a worker may take for one file"),
    Setting(
      "scrub.program", .text(bytesMax: 4096), "",
      "path of postern-scrub; beside the program if empty"),
    Setting(
      "scan.address", .text(bytesMax: 256), "",
      "address of clamd, which looks for malware: unix:PATH or HOST:PORT; empty scans nothing"),
    Setting("scan.seconds", .integer(1...600), 60, "time clamd may take for one file"),
    Setting(
      "scan.bytes", .integer(1...1_099_511_627_776), 104_857_600,
      "size of a file that clamd takes, its StreamMaxLength, in bytes; larger ones are refused"),
    Setting(
      "scan.on_unreachable", .choice(MalwareGate.Fallback.allCases.map(\.rawValue)), "refuse",
      "what happens to uploads while clamd is away: refuse, or skip and say so in the receipt"),
  ]

  private static let authentication: [Setting] = [
    Setting(
      "issuers", .objects(countMax: 16), [],
      "issuers of tokens: issuer, audience, tenants, jwks_url or jwks_file, ca_file, algorithms, "
        + "claims"),
    Setting(
      "local_issuer", .truth, true, "whether tokens of `postern token issue` are accepted"),
    Setting(
      "key_networks", .texts(countMax: 16), [],
      "private networks (CIDR) in which a jwks_url may lie; public addresses always may"),
    Setting("token_leeway_seconds", .integer(0...60), 30, "allowance for clocks of issuers"),
  ]

  private static let audit: [Setting] = [
    Setting(
      "audit.origin", .text(bytesMax: 200), "postern.local",
      "first line of checkpoints: a name that you own"),
    Setting(
      "audit.seal", .choice(["embedded", "separate"]), "embedded",
      "whether serve starts `postern seal` itself"),
    Setting(
      "audit.seal_milliseconds", .integer(100...60_000), 1000,
      "least time between two checkpoints of a log"),
  ]
}
