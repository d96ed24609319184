// Where the store is and how we talk to it.

package import HTTPClient
package import SigV4

/// The settings of a store.
package struct S3Configuration: Sendable {
  /// Whether the signature of a request covers its body.
  package enum PayloadSigning: String, Sendable {
    /// `x-amz-content-sha256` is the digest of the body, where we know it.
    case digest
    /// `UNSIGNED-PAYLOAD`: for stores behind TLS where hashing twice is too dear.
    case unsigned
  }

  /// What the store is asked to encrypt with.
  package enum ServerSideEncryption: Sendable, Hashable {
    /// The store's own default.
    case unspecified
    /// Keys that the store manages (`AES256`).
    case storeKeys
    /// A key of a key service; the store's default one without an id.
    case keyService(keyID: String?)
  }

  /// Where this program reaches the store.
  package var endpoint: Endpoint

  /// Where the holders of presigned URLs reach it; they are signed for this host.
  package var publicEndpoint: Endpoint

  /// The region in every signature.
  package var region: String

  /// See `PayloadSigning`.
  package var payloadSigning = PayloadSigning.digest

  /// What the store can do.
  package var profile = StoreProfile.generic

  /// When and how objects go up in parts.
  package var multipart = MultipartSettings()

  /// When the endpoint is left to rest.
  package var circuit = CircuitSettings()

  /// See `ServerSideEncryption`.
  package var serverSideEncryption = ServerSideEncryption.unspecified

  /// How long credentials from this machine are used before the provider is asked again.
  package var credentialsReuse = Duration.seconds(60)

  /// The slowest rate at which a large body may move; a lower one ends as `timeout`.
  package var bytesPerSecondMin: Int64 = 64 << 10

  /// The longest listing answer that is accepted.
  package var listingBytesMax = 8 << 20

  /// Creates settings; without a public endpoint, presigned URLs name `endpoint`.
  package init(endpoint: Endpoint, publicEndpoint: Endpoint? = nil, region: String = "us-east-1") {
    self.endpoint = endpoint
    self.publicEndpoint = publicEndpoint ?? endpoint
    self.region = region
  }

  /// The fields that ask for encryption on uploads.
  var encryptionFields: [(name: String, value: String)] {
    switch serverSideEncryption {
    case .unspecified: return []
    case .storeKeys: return [("x-amz-server-side-encryption", "AES256")]
    case .keyService(let keyID):
      var fields = [(name: "x-amz-server-side-encryption", value: "aws:kms")]
      if let keyID { fields.append(("x-amz-server-side-encryption-aws-kms-key-id", keyID)) }
      return fields
    }
  }
}

/// One object's place in the store.
package struct ObjectLocation: Sendable, Hashable {
  /// The bucket.
  package let bucket: String

  /// The key; any bytes, at most 1,024.
  package let key: [UInt8]

  /// Creates a location from a key of bytes.
  package init(bucket: String, key: [UInt8]) {
    self.bucket = bucket
    self.key = key
  }

  /// Creates a location from a key of text.
  package init(bucket: String, key: String) {
    self.bucket = bucket
    self.key = Array(key.utf8)
  }
}
