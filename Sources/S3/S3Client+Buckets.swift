// Buckets: making one (for the embedded store and the demo), looking for one, listing one.

import Cryptography
import HTTPClient
import HTTPMessage
import SigV4
import XMLText

extension S3Client {
  /// Makes a bucket; returns false if it is there already and ours.
  @discardableResult
  package func createBucket(_ name: String) async throws(S3Error) -> Bool {
    var operation = Operation(method: .put, bucket: name)
    // The oldest region must not be named (S3 API reference, CreateBucket).
    if configuration.region != "us-east-1" {
      let body = try locationConstraint()
      operation.body = .bytes(body)
      operation.payload = .sha256(hex: SHA256.hash(body).hex)
    }
    do throws(S3Error) {
      _ = try await fetch(operation)
      return true
    } catch {
      guard error.code == .bucketOwned else { throw error }
      return false
    }
  }

  /// Whether the bucket is there and we may use it; throws `access-denied` if it is not ours.
  package func hasBucket(_ name: String) async throws(S3Error) -> Bool {
    do throws(S3Error) {
      _ = try await fetch(Operation(method: .head, bucket: name))
      return true
    } catch {
      guard error.code == .noSuchBucket else { throw error }
      return false
    }
  }

  private func locationConstraint() throws(S3Error) -> [UInt8] {
    do throws(XMLError) {
      var writer = XMLWriter()
      try writer.start(
        "CreateBucketConfiguration",
        attributes: ["xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"])
      try writer.element("LocationConstraint", configuration.region)
      writer.end()
      return writer.finish()
    } catch {
      throw S3Error(.invalidRequest, cause: error)
    }
  }
}

extension S3Client {
  /// One page of a listing, of at most `countMax` (1 to 1,000) objects.
  package func list(
    bucket: String, prefix: String = "", delimiter: String? = nil,
    after continuation: String? = nil,
    countMax: Int = 1000
  ) async throws(S3Error) -> ListedPage {
    var operation = Operation(method: .get, bucket: bucket)
    operation.query = [
      ("list-type", "2"), ("encoding-type", "url"),
      ("max-keys", String(min(max(countMax, 1), 1000))),
    ]
    if !prefix.isEmpty { operation.query.append(("prefix", prefix)) }
    if let delimiter { operation.query.append(("delimiter", delimiter)) }
    if let continuation { operation.query.append(("continuation-token", continuation)) }
    let answer = try await fetch(operation, bytesMax: configuration.listingBytesMax)
    do throws(XMLError) {
      return try ListingParser.parse(answer.body, bytesMax: configuration.listingBytesMax)
    } catch {
      throw S3Error(error)
    }
  }

  /// All objects below a prefix; throws `response-too-large` if there are more than `countMax`.
  package func listAll(bucket: String, prefix: String = "", countMax: Int)
    async throws(S3Error) -> [ListedObject]
  {
    var objects = [ListedObject]()
    var continuation: String?
    repeat {
      let page = try await list(bucket: bucket, prefix: prefix, after: continuation)
      // A store that never gets on would keep us here for ever.
      guard page.continuation == nil || page.continuation != continuation,
        !page.objects.isEmpty
          || page.continuation == nil
      else { throw S3Error(.garbageAnswer) }
      objects += page.objects
      guard objects.count <= countMax else { throw S3Error(.responseTooLarge) }
      continuation = page.continuation
    } while continuation != nil
    return objects
  }
}
