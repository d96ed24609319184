// The libFuzzer front of the table in `Targets`. Built only with FUZZ=1: see Scripts/fuzz. The
// environment variable POSTERN_FUZZ names the target; `--list` prints all, `--dictionary` its words.

import FuzzTargets
import Glibc

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let chosen: FuzzTarget? = {
  guard let value = getenv("POSTERN_FUZZ") else { return nil }
  return FuzzTarget.named(String(cString: value))
}()

/// Feeds one input to the chosen target.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  chosen?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// The `main` of the program, under the name that the package manager gives it.
@c(postern_fuzz_main)
public func fuzzMain(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  let option = count > 1 ? arguments[1].map { String(cString: $0) } : nil
  if option == "--list" {
    for target in FuzzTarget.all { print(target.name) }
    return 0
  }
  guard let chosen else {
    print("POSTERN_FUZZ must name a target; --list prints them")
    return 2
  }
  if option == "--dictionary" {
    for word in chosen.dictionary { print("\"\(escaped(word))\"") }
    return 0
  }
  var count = count
  var arguments = arguments
  return runDriver(&count, &arguments, testOneInput)
}

// libFuzzer dictionaries escape everything but printable ASCII as \xAB.
private func escaped(_ word: String) -> String {
  let digits = Array("0123456789ABCDEF")
  return word.utf8.map { byte in
    let isPlain = byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C
    return isPlain
      ? String(UnicodeScalar(byte)) : "\\x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
  }.joined()
}
