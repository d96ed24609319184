// The pool with real workers: clean files, refused files, and workers that misbehave.

import Base
import Cryptography
import Delivery
import Dispatch
import Gateway
import Glibc
import ScrubContract
import TestSupport
import Testing

@Suite struct ScrubWorkerPoolTests {
  @Test(.disabled(if: isSanitized, sandboxNote), arguments: ["jpeg", "png"])
  func `a picture goes through both workers`(kind: String) async throws {
    let planted = kind == "jpeg" ? DemoPictures.jpeg() : DemoPictures.png()
    let source = try await spooled(planted)
    let proofs = Counter()
    let outcome = try await withPool { pool in
      try await pool.scrub(source, declared: declared("photo.jpg"), rules: .standard) {
        proofs.add()
      }
    }
    guard case .clean(let file, let receipt) = outcome else {
      Issue.record("not clean: \(outcome)")
      return
    }
    let bytes = content(of: file)
    #expect(SHA256.hash(bytes) == file.sha256 && file.sha256 == receipt.sha256After)
    #expect(receipt.sha256Before == SHA256.hash(planted))
    #expect(receipt.sizeAfter == Int64(bytes.count) && receipt.mediaType.text == "image/" + kind)
    #expect(receipt.removed.map(\.name).contains("position"))
    #expect(proofs.count == 1)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!DemoPictures.plantedTexts.contains { text.contains($0) })
  }

  @Test(.disabled(if: isSanitized, sandboxNote))
  func `both workers follow the rules of the job, and excerpts come only when asked`() async throws
  {
    let rules = try ScrubRules(name: "strict-1+comments=refuse+signed=keep").unwrapped()
    let source = try await spooled(DemoPictures.jpeg())
    try await withPool { pool in
      let outcome = try await pool.scrub(source, declared: declared("a.jpg"), rules: rules) {}
      guard case .clean(_, let receipt) = outcome else {
        Issue.record("not clean: \(outcome)")
        return
      }
      #expect(receipt.policy == rules.name && !receipt.isUnscrubbed)
      let job = WorkerJob(fileName: "a.jpg", rules: .standard, wantsExcerpts: true)
      let shown = try await pool.scrub(source, job).excerpts.map(\.text).joined()
      #expect(DemoPictures.plantedTexts.contains { shown.contains($0) })
      #expect(
        try await pool.scrub(source, WorkerJob(fileName: "a.jpg", rules: rules)).excerpts == [])
    }
  }

  @Test(.disabled(if: isSanitized, sandboxNote))
  func `a file that is refused does not disturb the next one`() async throws {
    let cases: [(bytes: [UInt8], name: String, reason: String)] = [
      (Array("\u{7f}ELF".utf8) + [2, 1, 1, 0, 0, 0, 0], "a.bin", "type type-not-supported"),
      (Array("%PDF-1.7\n".utf8), "a.pdf", "malformed-pdf"),
      (DemoPictures.jpeg(), "a.pdf", "type type-mismatch"),
      (Array(DemoPictures.jpeg().prefix(2000)), "a.jpg", "truncated"),
      (DemoPictures.cleanJPEG(), "a.jpg", "clean"),
      ([], "a.jpg", "empty-file"),
      (DemoPictures.cleanPNG(), "a.png", "clean"),
    ]
    try await withPool { pool in
      for item in cases {
        let source = try await spooled(item.bytes)
        let outcome = try await pool.scrub(source, declared: declared(item.name), rules: .standard)
        {}
        #expect(name(outcome) == item.reason)
      }
    }
  }

  @Test(.needsChecks, .disabled(if: isSanitized, sandboxNote))
  func `no type of file makes a worker leave its sandbox`() async throws {
    let manifest = try Checks.text("corpus/scrub/MANIFEST.tsv").split(separator: "\n").dropFirst()
    let failed = try await withPool { pool in
      var failed: [String] = []
      for line in manifest {
        let path = String(line.prefix { $0 != "\t" })
        let source = try await spooled(Checks.bytes("corpus/scrub/" + path))
        let outcome = try await pool.scrub(source, declared: declared(path), rules: .standard) {}
        if name(outcome).hasPrefix("worker") { failed.append(path) }
      }
      return failed
    }
    #expect(failed.isEmpty)
    #expect(manifest.count >= 100)
  }

  @Test(.disabled(if: isSanitized, sandboxNote))
  func `more files than lanes wait for their turn`() async throws {
    #expect(try await twelve(seconds: 60) == ["clean"])
  }

  @Test func `files wait for their turn behind workers that are late`() async throws {
    #expect(try await twelve(seconds: 0) == ["worker-timeout"])
  }

  /// Scrubs twelve files at once; returns the different outcomes.
  private func twelve(seconds: Int) async throws -> Set<String> {
    let source = try await spooled(DemoPictures.jpeg())
    return try await withPool(seconds: seconds) { pool in
      await withTaskGroup(of: String.self) { group in
        for _ in 0..<12 {
          group.addTask {
            do throws(ScrubberError) {
              return name(
                try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {})
            } catch {
              return "\(error)"
            }
          }
        }
        return await group.reduce(into: []) { $0.insert($1) }
      }
    }
  }

  /// `cat` takes the order, writes it to the null device and answers nothing.
  @Test func `a program that makes no worker in time is an error, not a refusal`() async throws {
    let source = try await spooled(DemoPictures.jpeg())
    let problem = await #expect(throws: ScrubberError.self) {
      try await withPool(program: "/bin/cat", startSeconds: 0) { pool in
        try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
      }
    }
    #expect(problem?.code == .failed)
  }

  @Test(.disabled(if: isSanitized, sandboxNote))
  func `a file after the death of what makes the workers finds a worker`() async throws {
    let source = try await spooled(DemoPictures.jpeg())
    try await withPool { pool in
      let templates = await scrubProcesses(started: pool.status.lanes)
      #expect(templates.count == pool.status.lanes)
      for process in templates { #expect(kill(process, SIGKILL) == 0) }
      let outcome = try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
      #expect(name(outcome) == "clean")
    }
    #expect(scrubProcesses().isEmpty)
  }

  @Test(.disabled(if: isSanitized, sandboxNote))
  func `a worker that is killed refuses its file, and the next worker is no copy of the same`()
    async throws
  {
    let source = try await spooled(DemoPictures.jpeg())
    try await withPool(lanes: 1) { pool in
      let template = await scrubProcesses(started: 1)
      // Copies inherit it: the first byte that a worker writes beyond it kills the worker.
      try limitFiles(of: #require(template.first), bytes: 1000)
      let first = try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
      #expect(name(first) == "worker-failed")
      #expect(scrubProcesses().isEmpty)
      let outcome = try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
      #expect(name(outcome) == "clean")
      #expect(scrubProcesses().count == 1 && scrubProcesses() != template)
    }
  }

  @Test func `a small file has ten seconds, a large one more, none more than the limit`() {
    let settings = ScrubWorkerSettings(spoolFolder: "/tmp")
    let cases: [(bytes: Int64, seconds: Int)] = [
      (0, 10), (9_999_999, 10), (100_000_000, 20), (.max, 60),
    ]
    for (bytes, seconds) in cases { #expect(settings.seconds(forBytes: bytes) == seconds) }
  }

  @Test func `a program that is no worker is an error, not a refusal`() async throws {
    let source = try await spooled(DemoPictures.jpeg())
    for program in ["/bin/false", "/nonexistent/worker"] {
      await #expect(throws: ScrubberError.self) {
        try await withPool(program: program, starts: false) { pool in
          try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
        }
      }
    }
  }

  @Test(.disabled(if: isSanitized, sandboxNote))
  func `a queue that is full and a pool that is closed turn files away`() async throws {
    let source = try await spooled(DemoPictures.jpeg())
    var settings = ScrubWorkerSettings(spoolFolder: "/tmp")
    settings.lanes = 1
    settings.queueMax = 0
    let pool = ScrubWorkerPool(settings: settings)
    // The proof begins while the only lane is taken: a second file finds the queue full.
    let gate = Gate()
    async let first = pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {
      gate.passAndWait()
    }
    await gate.reached()
    let busy = await #expect(throws: ScrubberError.self) {
      try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
    }
    #expect(busy?.code == .unavailable)
    gate.open()
    #expect(name(try await first) == "clean")
    await pool.shutdown()
    let closed = await #expect(throws: ScrubberError.self) {
      try await pool.scrub(source, declared: declared("a.jpg"), rules: .standard) {}
    }
    #expect(closed?.code == .unavailable)
  }
}

private let sandboxNote: Comment = "the sandbox stops the sanitizer's own system calls"

/// Runs `body` with a started pool and ends the pool.
private func withPool<Value: Sendable>(
  program: String? = nil, lanes: Int = 2, seconds: Int = 60, startSeconds: Int = 10,
  starts: Bool = true,
  _ body: (ScrubWorkerPool) async throws -> Value
) async throws -> Value {
  var settings = ScrubWorkerSettings(spoolFolder: "/tmp", program: program)
  settings.lanes = lanes
  settings.workerSeconds = seconds
  settings.startSeconds = startSeconds
  let pool = ScrubWorkerPool(settings: settings)
  if starts { try await pool.start() }
  do {
    let value = try await body(pool)
    await pool.shutdown()
    return value
  } catch {
    await pool.shutdown()
    throw error
  }
}

/// Lowers the size to which another process and its copies may write files.
private func limitFiles(of process: pid_t, bytes: rlim_t) throws {
  typealias Function =
    @convention(c) (
      pid_t, CInt, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?
    ) -> CInt
  // The declaration is behind _GNU_SOURCE.
  let function = unsafeBitCast(try #require(dlsym(nil, "prlimit")), to: Function.self)
  var limits = rlimit(rlim_cur: bytes, rlim_max: bytes)
  try #require(function(process, CInt(RLIMIT_FSIZE.rawValue), &limits, nil) == 0)
}

private func declared(_ name: String) -> DeclaredContent {
  DeclaredContent(filename: FileName(cleaning: name), mediaType: nil)
}

private func name(_ outcome: ScrubOutcome) -> String {
  switch outcome {
  case .clean: "clean"
  case .mediaTypeRefused(let reason): "type \(reason)"
  case .refused(let reason): "\(reason)"
  }
}

private func spooled(_ bytes: [UInt8]) async throws -> SpooledFile {
  let spool = try Spool(folder: "/tmp")
  try await spool.append(bytes)
  return await spool.finish()
}

private func content(of file: SpooledFile) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: Int(file.size) + 1)
  let count = pread(file.descriptor, &bytes, bytes.count, 0)
  return Array(bytes.prefix(max(0, count)))
}

private final class Counter: Sendable {
  private let value = Lock(0)
  var count: Int { value.withLock { $0 } }
  func add() { value.withLock { $0 += 1 } }
}

/// Holds a worker lane at a point until the test has seen it there.
private final class Gate: Sendable {
  private let (arrivals, arrive) = AsyncStream.makeStream(of: Void.self)
  private let release = DispatchSemaphore(value: 0)

  func passAndWait() {
    arrive.yield()
    release.wait()
  }

  func reached() async {
    for await _ in arrivals { break }
  }

  func open() { release.signal() }
}
