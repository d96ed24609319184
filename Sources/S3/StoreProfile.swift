// What a kind of store can do beyond the common ground. A profile is named in the settings; nothing
// is found out by trying, because several stores accept a field and ignore it.

/// A named kind of store.
package struct StoreProfile: Sendable, Hashable {
  /// The name in the settings.
  package let name: String

  /// Whether `x-amz-checksum-sha256` is verified; it is then sent and signed.
  package var hasChecksums = false

  /// Whether `If-None-Match: *` on PUT keeps a taken key as it is.
  package var hasConditionalPut = false

  /// Whether `If-None-Match: *` also works where a multipart upload completes.
  package var hasConditionalComplete = false

  /// Whether large objects go up in parts.
  package var hasMultipart = true

  /// Whether UploadPartCopy works for every key; Ceph 16 breaks on a percent sign in the source.
  package var copiesPercentKeys = true

  init(_ name: String, _ change: (inout StoreProfile) -> Void = { _ in }) {
    self.name = name
    change(&self)
  }

  /// Any S3-compatible store: only what all of them have.
  package static let generic = StoreProfile("generic")

  /// Amazon S3.
  package static let aws = StoreProfile("aws") {
    $0.hasChecksums = true
    $0.hasConditionalPut = true
    $0.hasConditionalComplete = true
  }

  /// Ceph Object Gateway.
  package static let ceph = StoreProfile("ceph") {
    $0.hasConditionalPut = true
    $0.copiesPercentKeys = false
  }

  /// MinIO.
  package static let minio = StoreProfile("minio") {
    $0.hasChecksums = true
    $0.hasConditionalPut = true
    $0.hasConditionalComplete = true
  }

  /// SeaweedFS.
  package static let seaweedfs = StoreProfile("seaweedfs") {
    $0.hasChecksums = true
    $0.hasConditionalPut = true
    $0.hasConditionalComplete = true
  }

  /// Cloudflare R2.
  package static let r2 = StoreProfile("r2") { $0.hasConditionalPut = true }

  /// The embedded store: it writes to a disk of this machine, where parts would only be written twice.
  package static let embedded = StoreProfile("embedded") {
    $0.hasChecksums = true
    $0.hasConditionalPut = true
    $0.hasMultipart = false
  }

  /// Every profile that can be named in the settings.
  package static let all: [StoreProfile] = [.generic, .aws, .ceph, .minio, .seaweedfs, .r2]

  /// The profile of a name; nothing for an unknown one.
  package static func named(_ name: String) -> StoreProfile? { all.first { $0.name == name } }
}
