// Random bytes that were fetched before they are needed. A call of OpenSSL's generator costs about a
// microsecond whatever it is asked for, and each link takes four small draws.

import COpenSSL
import Glibc

/// A page of unpredictable bytes that are handed out once each.
///
/// A byte is erased when it is handed out, so that no later look into the memory shows an old secret.
/// The kernel wipes the page in a forked child, which finds it empty and fetches bytes of its own.
@safe struct RandomReserve: ~Copyable, @unchecked Sendable {
  // Unchecked: it owns its page alone, and whoever shares it keeps it under a lock.

  private static let pageBytes = 4096
  /// The page begins with the number of bytes that are left, so that a wiped page is an empty one.
  private static let headerBytes = 16

  private let page: UnsafeMutableRawPointer

  /// Maps an empty page; nothing if the kernel cannot keep it from a forked child.
  init?() {
    let size = RandomReserve.pageBytes
    let page = unsafe mmap(
      nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let page = unsafe page, unsafe page != MAP_FAILED else { return nil }
    guard unsafe madvise(page, size, Int32(MADV_WIPEONFORK)) == 0 else {
      unsafe munmap(page, size)
      return nil
    }
    unsafe self.page = page
  }

  deinit {
    unsafe OPENSSL_cleanse(page, RandomReserve.pageBytes)
    unsafe munmap(page, RandomReserve.pageBytes)
  }

  /// Moves bytes out of the reserve; the target must be far smaller than a page.
  mutating func take(into target: UnsafeMutableRawBufferPointer) {
    let capacity = RandomReserve.pageBytes - RandomReserve.headerBytes
    precondition(target.count <= capacity, "a draw fits in the reserve")
    var left = unsafe page.load(as: Int.self)
    if left < target.count {
      unsafe Random.generate(
        UnsafeMutableRawBufferPointer(
          start: page + RandomReserve.headerBytes, count: capacity))
      left = capacity
    }
    left -= target.count
    let source = unsafe page + RandomReserve.headerBytes + left
    unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: source, count: target.count))
    unsafe OPENSSL_cleanse(source, target.count)
    unsafe page.storeBytes(of: left, as: Int.self)
  }
}
