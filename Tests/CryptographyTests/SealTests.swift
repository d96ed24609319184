// Sealed boxes, randomness and comparison.

import Base
import Cryptography
import Glibc
import Testing

@Suite struct SealTests {
  let key = Secret(Array(0..<32))

  @Test(arguments: [0, 1, 15, 16, 17, 5000])
  func `a box opens with its key and context only`(count: Int) throws {
    let plaintext = Random.bytes(count)
    let context = Array("tenant".utf8)
    let box = try AESGCM.seal(plaintext, key: key, context: context)
    #expect(box.count == count + AESGCM.overheadBytes)
    #expect(try AESGCM.open(box, key: key, context: context) == plaintext)
    #expect(try AESGCM.seal(plaintext, key: key, context: context) != box, "fresh nonce")
    let other = Secret(Array(1..<33))
    let attempts: [(Secret, [UInt8])] = [(key, []), (key, context + [0]), (other, context)]
    for (key, context) in attempts {
      let error = #expect(throws: CryptographyError.self) {
        try AESGCM.open(box, key: key, context: context)
      }
      #expect(error?.code == .sealBroken)
    }
  }

  @Test func `every changed bit and every lost byte breaks the seal`() throws {
    let box = try AESGCM.seal(Array("stored response".utf8), key: key)
    for index in box.indices {
      var changed = box
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(throws: CryptographyError.self) { try AESGCM.open(changed, key: key) }
    }
    for count in 0..<box.count {
      #expect(throws: CryptographyError.self) {
        try AESGCM.open(Array(box.prefix(count)), key: key)
      }
    }
  }

  @Test(arguments: [0, 16, 31, 33])
  func `a key that has not 32 bytes is refused`(count: Int) throws {
    let key = Secret([UInt8](repeating: 1, count: count))
    let box = [UInt8](repeating: 0, count: 64)
    let sealing = #expect(throws: CryptographyError.self) { try AESGCM.seal([1], key: key) }
    let opening = #expect(throws: CryptographyError.self) { try AESGCM.open(box, key: key) }
    #expect(sealing?.code == .keyInvalid)
    #expect(opening?.code == .keyInvalid)
  }

  @Test func `random bytes have the asked count and differ`() {
    for count in [0, 1, 16, 4096] { #expect(Random.bytes(count).count == count) }
    #expect(Set((0..<100).map { _ in Random.bytes(16) }).count == 100)
    #expect(Random.pair() != Random.pair())
  }

  @Test(arguments: [1, 16, 32, 63, 64, 65, 4081])
  func `no random bytes are given twice, whether they were fetched ahead or not`(count: Int) {
    let draws = (0..<400).map { _ in Random.bytes(count) }
    #expect(count < 16 || Set(draws).count == 400)
    #expect(Set(draws.joined()).count == 256 || count == 1)
  }

  @Test func `a forked child draws other random bytes than its parent`() throws {
    // Swift hides fork, which is right for programs that do more in the child than this.
    let fork = try #require(dlsym(nil, "fork").map { unsafeBitCast($0, to: Fork.self) })
    _ = Random.pair()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let child = fork()
    if child == 0 {
      var drawn = Random.pair()
      _exit(write(ends[1], &drawn, 16) == 16 ? 0 : 1)
    }
    var drawn: (UInt64, UInt64) = (0, 0)
    #expect(read(ends[0], &drawn, 16) == 16)
    #expect(drawn != Random.pair() && drawn.0 != 0 && drawn.1 != 0)
    var status: Int32 = 0
    #expect(waitpid(child, &status, 0) == child && status == 0)
    for end in ends { close(end) }
  }

  private typealias Fork = @convention(c) () -> Int32

  @Test func `constant-time comparison is comparison`() {
    #expect(constantTimeEqual([UInt8](), []))
    #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    #expect(!constantTimeEqual(SHA256.hash([1]), SHA256.hash([2])))
  }
}
