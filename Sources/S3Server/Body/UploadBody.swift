// From the body of a request to the bytes of an object: plain, or in `aws-chunked` coding.

import HTTPMessage
import SigV4

extension S3Endpoint {
  /// Writes the body of an upload; returns the checksum that came behind it, if one was announced.
  static func receive(
    _ body: HTTPRequestBody, _ terms: UploadTerms, _ exchange: S3Exchange, to writer: ObjectWriter
  ) async throws(S3Error) -> Checksum? {
    guard case .stream(let reader) = body else { return nil }
    guard terms.isChunked else {
      while let piece = try await next(of: reader) { try await append(piece, to: writer) }
      return nil
    }
    var decoder = AWSChunkDecoder(
      decodedBytes: terms.promised.size ?? 0, verifier: exchange.chunks,
      trailerName: terms.trailer?.header)
    var isComplete = false
    while let piece = try await next(of: reader) {
      guard !isComplete else { throw S3Error(.malformed) }
      isComplete = try await decode(piece, &decoder, to: writer)
    }
    guard isComplete else {
      throw S3Error(.incompleteBody, "The request body terminated unexpectedly.")
    }
    guard let algorithm = terms.trailer, let value = decoder.trailer else { return nil }
    guard let checksum = Checksum(algorithm, base64: value) else {
      throw S3Error(.invalidRequest, "Value for \(algorithm.header) trailer is invalid.")
    }
    return checksum
  }

  /// Decodes one piece; true at the end of the body.
  private static func decode(
    _ piece: [UInt8], _ decoder: inout AWSChunkDecoder, to writer: ObjectWriter
  ) async throws(S3Error) -> Bool {
    var index = 0
    while true {
      switch decoder.next(piece.span, &index) {
      case .data(let range):
        try await append(range.count == piece.count ? piece : Array(piece[range]), to: writer)
      case .needsMore: return false
      case .end:
        guard index == piece.count else { throw S3Error(.malformed) }
        return true
      case .refused(let fault): throw S3Error(fault)
      }
    }
  }

  static func append(_ bytes: [UInt8], to writer: ObjectWriter) async throws(S3Error) {
    do {
      try await writer.append(bytes)
    } catch {
      throw S3Error(error)
    }
  }

  static func next(of reader: BodyReader) async throws(S3Error) -> [UInt8]? {
    do {
      return try await reader.next()
    } catch {
      throw S3Error(error)
    }
  }
}

extension S3Error {
  /// Translates a refusal of an `aws-chunked` body.
  init(_ fault: AWSChunkFault) {
    switch fault {
    case .malformed:
      self.init(.invalidRequest, "The aws-chunked body is malformed.")
    case .chunkTooSmall:
      self.init(
        .invalidChunkSize, "Only the last chunk is allowed to have a size less than 8192 bytes.")
    case .lengthMismatch:
      self.init(.incompleteBody, "The body is not as long as x-amz-decoded-content-length says.")
    case .signatureMismatch:
      self.init(.signatureDoesNotMatch, "The signature of a chunk or trailer does not match.")
    case .trailerMismatch:
      self.init(.malformedTrailer, "The trailer is not the one that x-amz-trailer announced.")
    }
  }
}
