// Whether a PDF is really signed: somewhere in it is a signature whose byte range begins with the file
// and leaves out exactly its own value. Only then may `signed=keep` pass it on as it is. Whether the
// signature is right, and whose it is, is for the approver and the reader's program to say.

import ScrubContract

/// Looks for a signature without the walk of the scrubber.
struct SignatureProof {
  private let file: PDFFile
  private let limits: ScrubLimits

  private init(_ input: ScrubInput, limits: ScrubLimits) throws(ScrubError) {
    self.limits = limits
    file = try PDFFile(input, bytesMax: min(limits.pdfBytesMax, limits.inputBytesMax))
  }

  /// The pages of a signed PDF; nothing if it is not signed.
  static func pages(_ input: ScrubInput, limits: ScrubLimits) throws(ScrubError) -> Int? {
    let proof: SignatureProof
    do throws(ScrubError) {
      proof = try SignatureProof(input, limits: limits)
    } catch {
      throw error.code == .malformedPDF ? ResidueVerifier.residue("a damaged PDF") : error
    }
    return try proof.isSigned() ? try proof.file.pageCount() : nil
  }

  private func isSigned() throws(ScrubError) -> Bool {
    let size = try file.trailer()["Size"]?.integer ?? 0
    guard size > 1, size <= 2 * limits.objectsMax + 4 else { return false }
    for number in 1..<size {
      // A signature is an object by itself and was never rewritten, so its generation is 0.
      let id = PDFObjectID(number: Int32(truncatingIfNeeded: number), generation: 0)
      let object = try file.object(id)
      guard !object.isStream, let signature = object.value.dictionary,
        let range = signature["ByteRange"]?.array?.compactMap(\.integer),
        let value = signature["Contents"]?.string, value.contains(where: { $0 != 0 })
      else { continue }
      if try covers(range, value) { return true }
    }
    return false
  }

  /// True if the range is the whole file but for the hexadecimal text of the signature's value; what
  /// was added behind it later may be there.
  private func covers(_ range: [Int], _ value: [UInt8]) throws(ScrubError) -> Bool {
    try unsafe file.withBytes { (bytes) throws(ScrubError) in
      guard range.count == 4, range[0] == 0, range[1] > 0, range[2] > range[1] + 1, range[3] > 0,
        range[2] <= bytes.count, range[3] <= bytes.count - range[2]
      else { return false }
      let hole = range[2] - range[1]
      return unsafe bytes[range[1]] == UInt8(ascii: "<")
        && bytes[range[2] - 1] == UInt8(ascii: ">") && hole >= 2 * value.count + 2
    }
  }
}
