// `store DIR N [PARALLEL]` appends N audited changes and writes a line to DIR/ack after each of them
// is durable; it goes on from what is there. `store-check DIR` proves that everything acknowledged is
// there, that every leaf has its hash and that the file is whole. For crash and power-loss harnesses.
// `bench-store DIR SECONDS PARALLEL` prints committed changes a second.

import Base
import Cryptography
import Delivery
import Glibc
import SQLiteStore

/// The store under a harness.
enum StoreCommand {
  static func run(_ arguments: [String]) async -> Int32 {
    guard (2...3).contains(arguments.count), let count = Int(arguments[1]), count > 0,
      let parallel = Int(arguments.count == 3 ? arguments[2] : "4"), (1...256).contains(parallel)
    else {
      Main.complain("usage: postern-conformance store DIR N [PARALLEL]")
      return 2
    }
    do {
      try await append(arguments[0], count, parallel)
      return 0
    } catch {
      Main.complain("store: \(String(reflecting: error))")
      return 1
    }
  }

  static func check(_ arguments: [String]) async -> Int32 {
    guard arguments.count == 1 else {
      Main.complain("usage: postern-conformance store-check DIR")
      return 2
    }
    let acknowledged = Acknowledgements.read(arguments[0])
    do throws(StoreError) {
      // Opened as the server would after the crash, so that recovery and migrations run first.
      let store = try SQLiteStore(.init(folder: arguments[0], node: "check"), clock: .system)
      await store.close()
      let findings = try StoreInspection.inspect(folder: arguments[0])
      var faults = findings.faults
      let reader = try LeafReader(folder: arguments[0])
      for log in findings.logs { faults += try missing(log, reader, acknowledged) }
      let kept = Set(findings.logs.map(\.log))
      faults += acknowledged.keys.filter { !kept.contains($0) }.map { "log \($0) is gone" }
      for fault in faults.prefix(20) { Main.complain(fault) }
      return faults.isEmpty ? 0 : 1
    } catch {
      // Before the first acknowledgement there may be no database worth the name.
      Main.complain("store-check: \(String(reflecting: error))")
      return acknowledged.isEmpty && error.code == .unavailable ? 0 : 1
    }
  }

  private static func missing(
    _ log: LogSize, _ reader: LeafReader, _ acknowledged: [LogID: [String]]
  ) throws(StoreError) -> [String] {
    var rest = Set(acknowledged[log.log] ?? [])
    var index: Int64 = 0
    while index < log.size {
      let leaves = try reader.leaves(of: log.log, from: index, limit: 1_000)
      for leaf in leaves {
        let text = String(decoding: leaf, as: UTF8.self)
        guard let start = text.range(of: "\"id\":\"") else { continue }
        rest.remove(String(text[start.upperBound...].prefix(30)))
      }
      index += Int64(max(1, leaves.count))
    }
    return rest.prefix(3).map { "LOST: \($0) was acknowledged and is not in log \(log.log)" }
  }

  private static func append(_ folder: String, _ count: Int, _ parallel: Int) async throws {
    let store = try SQLiteStore(.init(folder: folder, node: "harness"), clock: .system)
    let file = try Acknowledgements(folder)
    let worker = Worker(store: store)
    try await worker.createTenants()
    try await withThrowingTaskGroup { group in
      for lane in 0..<parallel {
        group.addTask {
          for step in stride(from: lane, to: count, by: parallel) {
            try file.note(try await worker.change(step))
          }
        }
      }
      try await group.waitForAll()
    }
    await store.close()
  }

  static func bench(_ arguments: [String]) async -> Int32 {
    guard arguments.count == 3, let seconds = Double(arguments[1]), seconds > 0,
      let parallel = Int(arguments[2]), (1...1024).contains(parallel)
    else {
      Main.complain("usage: postern-conformance bench-store DIR SECONDS PARALLEL")
      return 2
    }
    do {
      let store = try SQLiteStore(.init(folder: arguments[0], node: "bench"), clock: .system)
      let worker = Worker(store: store)
      try await worker.createTenants()
      let before = store.writerStatus
      let start = Clock.system.monotonicNanoseconds()
      let end = start + UInt64(seconds * 1e9)
      try await withThrowingTaskGroup { group in
        for lane in 0..<parallel {
          group.addTask {
            var step = lane
            while Clock.system.monotonicNanoseconds() < end {
              _ = try await worker.append(step)
              step += parallel
            }
          }
        }
        try await group.waitForAll()
      }
      let elapsed = Double(Clock.system.monotonicNanoseconds() - start) / 1e9
      let after = store.writerStatus
      let rows = Double(after.items - before.items) / elapsed
      let commits = Double(after.commits - before.commits) / elapsed
      print("parallel \(parallel) rows/s \(Int(rows)) commits/s \(Int(commits))")
      await store.close()
      return 0
    } catch {
      Main.complain("bench-store: \(String(reflecting: error))")
      return 1
    }
  }
}

/// Makes changes of several kinds.
private struct Worker: Sendable {
  let store: SQLiteStore
  private static let names = ["acme", "globex", "initech"]

  private func tenant(_ step: Int) throws -> TenantID {
    guard let tenant = TenantID(Worker.names[step % Worker.names.count]) else {
      throw StoreError(.corrupt, "A constant is not a slug.")
    }
    return tenant
  }

  func createTenants() async throws {
    for step in Worker.names.indices {
      let id = try tenant(step)
      guard try await store.tenant(id) == nil else { continue }
      let tenant = try Tenant(
        id: id, name: id.text, objectPrefix: ObjectPrefix(random: Random.pair().0),
        createdAt: Clock.system.now())
      _ = try await store.createTenant(tenant, event: event(.tenantCreate, id))
    }
  }

  /// One document or one grant, and what was acknowledged for it.
  func change(_ step: Int) async throws -> Sequenced {
    let tenant = try tenant(step)
    let now = Clock.system.now()
    if step % 3 == 0 {
      let grant = Grant(
        id: GrantID(at: now, random: Random.pair()), tenant: tenant, holder: .everyone,
        reach: .all, rights: [], validUntil: nil, createdAt: now)
      return try await store.putGrant(grant, event: event(.grantChange, tenant))
    }
    guard let type = DocumentType("invoice"), let subject = SubjectID("harness") else {
      throw StoreError(.corrupt, "A constant is not a name.")
    }
    let document = try Document(
      id: DocumentID(at: now, random: Random.pair()), tenant: tenant, title: "Invoice \(step)",
      type: type, labels: [], createdAt: now)
    let access = Access(
      tenant: tenant, authority: .operator,
      person: PersonReference(issuer: "harness", subject: subject), moment: now)
    return try await store.createDocument(
      document, access, event: event(.documentCreate, tenant, document.id))
  }

  /// One event by itself, about as long as that of an issued link.
  func append(_ step: Int) async throws -> Sequenced {
    try await store.append(event(.logRead, tenant(step)))
  }

  private func event(
    _ kind: AuditKind, _ tenant: TenantID, _ document: DocumentID? = nil
  ) -> AuditEvent {
    AuditEvent(
      id: EventID(at: Clock.system.now(), random: Random.pair()), log: .tenant(tenant),
      kind: kind, outcome: .success, actor: AuditActor(.service, client: "harness"),
      object: document.map { AuditObject(document: $0) },
      request: "req-0123456789abcdef", trace: "0123456789abcdef0123456789abcdef")
  }
}

/// The file of lines `LOG EVENT`, one for each change that is promised to be durable.
private final class Acknowledgements: Sendable {
  private let descriptor: CInt

  init(_ folder: String) throws(StoreError) {
    descriptor = unsafe open(folder + "/ack", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError(.unavailable, "DIR/ack cannot be opened.") }
  }

  deinit {
    close(descriptor)
  }

  func note(_ sequenced: Sequenced) throws(StoreError) {
    let line = Array("\(sequenced.log) \(sequenced.event)\n".utf8)
    guard unsafe write(descriptor, line, line.count) == line.count else {
      throw StoreError(.unavailable, "DIR/ack cannot be written.")
    }
  }

  /// The events that were acknowledged, by log; a last line that was cut off is no promise.
  static func read(_ folder: String) -> [LogID: [String]] {
    guard let file = unsafe fopen(folder + "/ack", "r") else { return [:] }
    defer { unsafe fclose(file) }
    var events: [LogID: [String]] = [:]
    var buffer = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&buffer, Int32(buffer.count), file) != nil {
      let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      guard bytes.last == UInt8(ascii: "\n") else { continue }
      let parts = bytes.dropLast().split(separator: UInt8(ascii: " "))
      guard parts.count == 2, let log = LogID(String(decoding: parts[0], as: UTF8.self)) else {
        continue
      }
      events[log, default: []].append(String(decoding: parts[1], as: UTF8.self))
    }
    return events
  }
}

extension String {
  /// The first place of `needle`, by bytes.
  fileprivate func range(of needle: String) -> Range<String.Index>? {
    let wanted = Array(needle.utf8)
    var index = utf8.startIndex
    while index < utf8.endIndex {
      let rest = utf8[index...]
      if rest.starts(with: wanted) {
        return index..<utf8.index(index, offsetBy: wanted.count)
      }
      index = utf8.index(after: index)
    }
    return nil
  }
}
