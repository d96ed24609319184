// Wakes that are put off, and code pages that are let go.

import Base
import Testing

@Suite struct WakeBatchTests {
  @Test func `wakes wait for the end of the batch, and for nothing without one`() {
    let note = Lock([String]())
    WakeBatch.wake { note.withLock { $0.append("alone") } }
    WakeBatch.collect {
      WakeBatch.wake { note.withLock { $0.append("first") } }
      WakeBatch.collect { WakeBatch.wake { note.withLock { $0.append("second") } } }
      note.withLock { $0.append("body") }
    }
    WakeBatch.wake { note.withLock { $0.append("after") } }
    let order = note.withLock { $0 }
    #expect(order == ["alone", "body", "first", "second", "after"])
  }

  @Test func `a program runs on when its code was let go`() {
    ProgramPages.releaseCode()
    #expect(Hex.encode([0xca, 0xfe]) == "cafe")
  }
}
