// What the embedded store reads from its clients: aws-chunked bodies, XML documents and forms.

import S3Server
import XMLText

extension FuzzTarget {
  static let awsChunked = FuzzTarget(
    name: "aws-chunked",
    dictionary: [
      "0\r\n", "\r\n", "3\r\nabc\r\n", "2000\r\n", ";chunk-signature=", "x-amz-checksum-crc32:",
      "x-amz-trailer-signature:", "AAAAAA==",
    ]
  ) { input in
    // The first byte says how much data was announced, with a trailer or without.
    guard let first = input.first else { return }
    let (body, announced) = (Array(input.dropFirst()), Int64(first >> 1))
    let trailer = first & 1 == 1 ? "x-amz-checksum-crc32" : nil
    let whole = decode(body, announced, trailer, step: max(1, body.count))
    for step in [1, 2, 7] {
      precondition(
        whole == decode(body, announced, trailer, step: step), "a body depends on how it is cut")
    }
    guard whole.last == .end else { return }
    precondition(whole.content.count == announced, "a body of another length was accepted")
    precondition((whole.trailer == nil) == (trailer == nil), "a trailer came unannounced or not")
  }

  private struct Decoded: Equatable {
    var content: [UInt8] = []
    var last: AWSChunkDecoder.Step?
    var trailer: [UInt8]?
  }

  private static func decode(
    _ body: [UInt8], _ announced: Int64, _ trailer: String?, step: Int
  ) -> Decoded {
    var decoder = AWSChunkDecoder(
      decodedBytes: announced, verifier: nil, trailerName: trailer)
    var result = Decoded()
    for start in stride(from: 0, to: body.count, by: step) {
      let piece = Array(body[start..<min(start + step, body.count)])
      var index = 0
      pieces: while true {
        let next = decoder.next(piece.span, &index)
        result.last = next
        switch next {
        case .data(let range): result.content += piece[range]
        case .needsMore: break pieces
        case .end:
          result.trailer = decoder.trailer
          return result
        case .refused:
          // How much was decoded before the fault was seen depends on the cut; the fault does not.
          result.content = []
          return result
        }
      }
    }
    return result
  }

  static let s3Documents = FuzzTarget(
    name: "s3-documents",
    dictionary: [
      "<CompleteMultipartUpload>", "<Part>", "<PartNumber>1</PartNumber>", "<ETag>\"a\"</ETag>",
      "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>", "</Part>", "</CompleteMultipartUpload>",
      "<Delete>", "<Object><Key>k</Key></Object>", "<VersionId>", "<Quiet>true</Quiet>",
      "</Delete>", "<![CDATA[", "&amp;", "<!DOCTYPE", "xmlns=\"\"",
    ]
  ) { input in
    do throws(XMLError) {
      let parts = try S3Documents.completion(input, partsMax: 4)
      precondition(parts.count <= 4, "more parts than the limit")
      for part in parts {
        precondition((0...99_999).contains(part.number), "a number of more than five digits")
        precondition(part.checksum.map { $0.bytes.count <= 32 } ?? true, "a checksum too long")
      }
    } catch {
      // Refused: the other reader may take it.
    }
    do throws(XMLError) {
      let list = try S3Documents.deletion(input, keysMax: 4)
      precondition(list.deletions.count <= 4, "more keys than the limit")
      precondition(list.versioned.allSatisfy { list.deletions.indices.contains($0) })
    } catch {
      // Refused is right for nearly every input.
    }
  }

  static let s3Form = FuzzTarget(
    name: "s3-form",
    dictionary: [
      "--B\r\n", "\r\n--B", "--B--\r\n", "Content-Disposition: form-data; name=\"a\"",
      "; filename=\"f\"", "name=\"file\"", "\r\n\r\n", "Content-Type: text/plain\r\n",
    ]
  ) { input in
    let whole = read(input, step: max(1, input.count))
    for step in [1, 3, 50] {
      precondition(whole == read(input, step: step), "a form depends on how it is cut")
    }
    precondition(whole.fields.count <= FormDecoder.fieldsMax, "more fields than the limit")
  }

  private struct Form: Equatable {
    var fields: [FormDecoder.Step] = []
    var data: [UInt8] = []
    var isRefused = false
  }

  private static func read(_ input: [UInt8], step: Int) -> Form {
    guard var decoder = FormDecoder(contentType: "multipart/form-data; boundary=B") else {
      preconditionFailure("a plain boundary was refused")
    }
    var form = Form()
    for start in stride(from: 0, to: input.count, by: step) {
      decoder.append(Array(input[start..<min(start + step, input.count)]))
      pieces: while true {
        let next = decoder.next()
        switch next {
        case .field, .file: form.fields.append(next)
        case .data(let bytes): form.data += bytes
        case .needsMore: break pieces
        case .end: return form
        case .refused: return Form(isRefused: true)
        }
      }
    }
    return form
  }
}
