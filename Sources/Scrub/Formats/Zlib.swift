// The three things that the scrubber needs of zlib, with their limits.

import CZlib

/// Checksums and small buffers.
package enum Zlib {
  /// The CRC-32 of `bytes` appended to what `crc` covers already; start with 0.
  package static func crc32(_ crc: UInt32, _ bytes: Span<UInt8>) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      // zlib reads exactly `count` bytes of the borrowed buffer.
      unsafe UInt32(truncatingIfNeeded: crc32_z(UInt(crc), buffer.baseAddress, buffer.count))
    }
  }

  /// Decompresses one zlib stream that fills `bytes` exactly; nothing if it is broken, has bytes
  /// behind its end, or yields more than `bytesMax`.
  static func inflate(_ bytes: ArraySlice<UInt8>, bytesMax: Int) -> [UInt8]? {
    guard let (output, used) = inflated(bytes, bytesMax: bytesMax), used == bytes.count else {
      return nil
    }
    return output
  }

  /// The content of a zlib stream at the start of `bytes`, whatever follows it; for tests.
  package static func inflatePrefix(_ bytes: ArraySlice<UInt8>, bytesMax: Int) -> [UInt8]? {
    inflated(bytes, bytesMax: bytesMax)?.output
  }

  /// The content of deflate data without a header, as ZIP has it; for tests.
  package static func inflateRaw(_ bytes: [UInt8], bytesMax: Int) -> [UInt8]? {
    var stream = unsafe z_stream()
    guard unsafe postern_inflate_raw_init(&stream) == Z_OK else { return nil }
    defer { unsafe inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: bytesMax)
    let code = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBufferPointer { source in
        // Both counts are the sizes of the borrowed buffers; zlib does not change what it reads.
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        return unsafe CZlib.inflate(&stream, Z_FINISH)
      }
    }
    return unsafe code == Z_STREAM_END ? Array(output.dropLast(Int(stream.avail_out))) : nil
  }

  private static func inflated(
    _ bytes: ArraySlice<UInt8>, bytesMax: Int
  ) -> (output: [UInt8], used: Int)? {
    var output = [UInt8](repeating: 0, count: bytesMax)
    var outputCount = UInt(bytesMax)
    var inputCount = UInt(bytes.count)
    let code = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBufferPointer { source in
        // Both counts are the sizes of the borrowed buffers; zlib writes back what it used.
        unsafe uncompress2(target.baseAddress, &outputCount, source.baseAddress, &inputCount)
      }
    }
    guard code == Z_OK else { return nil }
    return (Array(output.prefix(Int(outputCount))), Int(inputCount))
  }

  /// Compresses with fixed settings, so that equal input gives equal output.
  package static func deflate(_ bytes: [UInt8], level: Int32 = 9) -> [UInt8]? {
    var outputCount = compressBound(UInt(bytes.count))
    var output = [UInt8](repeating: 0, count: Int(outputCount))
    let code = unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBufferPointer { source in
        // The target has the size that `compressBound` promises to be enough.
        unsafe compress2(
          target.baseAddress, &outputCount, source.baseAddress, UInt(source.count), level)
      }
    }
    return code == Z_OK ? Array(output.prefix(Int(outputCount))) : nil
  }
}
