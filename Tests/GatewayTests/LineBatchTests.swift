// The lines of a turn.

import Base
import Gateway
import Testing

@Suite struct LineBatchTests {
  @Test(arguments: [(1, 1), (4095, 1), (4096, 2), (4097, 2)])
  func `lines are written together up to what a pipe takes in one piece`(
    bytes: Int, writes: Int
  ) {
    let written = Lock<[[UInt8]]>([])
    let batch = LineBatch { lines in written.withLock { $0.append(lines) } }
    batch.add([UInt8](repeating: 0x61, count: bytes))
    batch.add([0x62])
    batch.flush()
    batch.flush()
    let pieces = written.withLock { $0 }
    #expect(pieces.count == writes)
    #expect(pieces.joined().count == bytes + 1 && pieces.last?.last == 0x62)
  }
}
