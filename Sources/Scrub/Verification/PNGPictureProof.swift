// How many bytes the picture data of a PNG must decompress to, and the decompression that proves it.
// The pixels are thrown away; memory is one small buffer, and no more is made than was promised.

import CZlib

/// The shape of the picture and the data of the frame that is being read.
struct PNGPictureProof {
  private let width: Int
  private let height: Int
  private let bitsPerPixel: Int
  private let isInterlaced: Bool

  /// The compressed stream of the current frame.
  let stream: InflateProof

  /// Reads IHDR again, with the arithmetic that is needed here.
  init(header: [UInt8], pixelsMax: Int) throws(ScrubError) {
    width = PNGPictureProof.number(header, 0)
    height = PNGPictureProof.number(header, 4)
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][header[9]] ?? 0
    bitsPerPixel = samples * Int(header[8])
    isInterlaced = header[12] != 0
    guard width > 0, height > 0, width < 1 << 31, height < 1 << 31, width * height <= pixelsMax,
      bitsPerPixel > 0, header[8] <= 16, header[12] <= 1
    else { throw ResidueVerifier.residue("a broken picture header") }
    stream = try InflateProof()
  }

  /// Expects the data of the image that every decoder shows.
  func startDefaultImage() throws(ScrubError) {
    try stream.start(bytesExpected: rawBytes(width, height))
  }

  /// Expects the data of an animation frame; the first one may be the default image itself.
  func startFrame(_ control: [UInt8], isDefaultImage: Bool) throws(ScrubError) {
    if isDefaultImage { return }
    let size = (PNGPictureProof.number(control, 4), PNGPictureProof.number(control, 8))
    guard size.0 <= width, size.1 <= height else { throw ResidueVerifier.residue("a large frame") }
    try stream.finish()
    try stream.start(bytesExpected: rawBytes(size.0, size.1))
  }

  /// Rows with their filter bytes; Adam7 has seven reduced pictures (PNG section 8.2).
  private func rawBytes(_ width: Int, _ height: Int) -> Int {
    func pass(_ width: Int, _ height: Int) -> Int {
      width > 0 && height > 0 ? height * (1 + (width * bitsPerPixel + 7) / 8) : 0
    }
    guard isInterlaced else { return pass(width, height) }
    let passes = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
      (0, 1, 1, 2),
    ]
    return passes.reduce(0) { total, step in
      total
        + pass(
          (width - step.0 + step.2 - 1) / step.2, (height - step.1 + step.3 - 1) / step.3)
    }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
  }
}

/// A zlib stream that must end exactly with its input and yield exactly what was announced.
@safe final class InflateProof {
  private static let bufferBytes = 64 * 1024

  // Owned here: initialised in `init`, ended in `deinit`.
  private let state: UnsafeMutablePointer<z_stream>
  private var buffer = [UInt8](repeating: 0, count: InflateProof.bufferBytes)
  private var bytesLeft = 0
  private var hasEnded = true

  init() throws(ScrubError) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: z_stream())
    guard unsafe postern_inflate_init(state) == Z_OK else {
      unsafe state.deallocate()
      throw ScrubError(.inputOutput, "No memory for the second reading.")
    }
  }

  deinit {
    unsafe inflateEnd(state)
    unsafe state.deallocate()
  }

  /// Begins a new stream.
  func start(bytesExpected: Int) throws(ScrubError) {
    guard hasEnded, unsafe inflateReset(state) == Z_OK else {
      throw ResidueVerifier.residue("picture data that does not end")
    }
    bytesLeft = bytesExpected
    hasEnded = false
  }

  /// Decompresses a part of the stream and forgets the pixels.
  func add(_ bytes: Span<UInt8>) throws(ScrubError) {
    guard bytes.count > 0 else { return }
    guard !hasEnded else { throw ResidueVerifier.residue("bytes behind the picture data") }
    let code = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe buffer.withUnsafeMutableBufferPointer { target in
        unsafe decompress(source, target)
      }
    }
    guard code != nil else { throw ResidueVerifier.residue("picture data that is not the picture") }
    if hasEnded, unsafe state.pointee.avail_in > 0 {
      throw ResidueVerifier.residue("bytes behind the picture data")
    }
  }

  /// Checks that the stream has ended and yielded everything.
  func finish() throws(ScrubError) {
    guard hasEnded, bytesLeft == 0 else {
      throw ResidueVerifier.residue("picture data that does not end")
    }
  }

  /// Runs zlib until it wants more input; nothing on an error or if more comes than was announced.
  private func decompress(
    _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>
  ) -> Int32? {
    // zlib does not write through `next_in`; both lengths are the sizes of the borrowed buffers.
    unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
    unsafe state.pointee.avail_in = UInt32(source.count)
    while true {
      unsafe state.pointee.next_out = target.baseAddress
      unsafe state.pointee.avail_out = UInt32(target.count)
      let code = unsafe inflate(state, Z_NO_FLUSH)
      bytesLeft -= unsafe target.count - Int(state.pointee.avail_out)
      guard bytesLeft >= 0 else { return nil }
      if code == Z_STREAM_END {
        hasEnded = true
        return bytesLeft == 0 ? code : nil
      }
      if code == Z_BUF_ERROR { return code }
      guard code == Z_OK else { return nil }
      if unsafe state.pointee.avail_in == 0, unsafe state.pointee.avail_out > 0 { return code }
    }
  }
}
