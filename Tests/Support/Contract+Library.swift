// Rules about finding documents, changing and deleting them, and what must be kept.

import Base
import Delivery
import Testing

extension MetadataStoreContract {
  static let libraryRules = searchRules + changeRules + deletionRules

  /// A shelf of documents: `(title, type, labels, period)`, one a second.
  private static let shelf: [(String, String, [String], String?)] = [
    ("Invoice 10%, März", "invoice", ["paid", "x"], "2026-03"),
    ("Site photo: north", "photo", ["x"], "2026-03-14"),
    ("INVOICE 2 march", "invoice", ["open"], "2026"),
    ("Offer invoices", "offer", ["open", "x"], "2025-12"),
    ("überweisung", "invoice", ["paid"], nil),
  ]

  private static func fill(_ stage: Stage, _ tenant: TenantID) async throws -> [Document] {
    var documents = [Document]()
    for (title, type, labels, period) in shelf {
      stage.time.advance(seconds: 1)
      documents.append(
        try await stage.createDocument(
          in: tenant, title: title, type: type, labels: labels, period: period))
    }
    return documents
  }

  /// The places on the shelf of what a query finds, page by page.
  private static func find(
    _ query: DocumentQuery, _ access: Access, _ stage: Stage, _ documents: [Document],
    after: DocumentPosition? = nil, limit: Int = 2
  ) async throws -> [Int] {
    var found = [Int]()
    var after = after
    while true {
      let page = try await stage.store.documents(
        query, access, PageRequest(after: after, limit: limit))
      found += page.items.compactMap { view in
        documents.firstIndex { $0.id == view.document.id }
      }
      guard let next = page.next else { return found }
      after = next
    }
  }

  /// The rules of lists, which a store may read in several ways.
  package static let searchRules: [ContractRule] = [
    ContractRule("each filter finds what it names, for operators and by grants") { stage in
      let tenant = try await stage.createTenant("acme")
      let start = stage.time.now
      let documents = try await fill(stage, tenant)
      _ = try await stage.grant(.everyone, .all, [.read], in: tenant)
      let other = try await stage.createTenant("other")
      _ = try await stage.createDocument(in: other, title: "Invoice foreign", labels: ["x"])
      func moment(_ seconds: Int64) -> Timestamp { start.adding(seconds: seconds) }
      let cases: [(DocumentQuery, [Int])] = [
        (DocumentQuery(), [4, 3, 2, 1, 0]),
        (DocumentQuery(type: DocumentType("invoice")), [4, 2, 0]),
        (DocumentQuery(labels: ["x"].compactMap(Label.init)), [3, 1, 0]),
        (DocumentQuery(labels: ["x", "open"].compactMap(Label.init)), [3]),
        (DocumentQuery(text: "inv"), [3, 2, 0]),
        (DocumentQuery(text: "inv 1"), [0]),
        (DocumentQuery(text: "NORTH site"), [1]),
        (DocumentQuery(text: "voice"), []),
        (DocumentQuery(text: "MÄRZ"), [0]),
        (DocumentQuery(text: "Überw"), [4]),
        (DocumentQuery(text: "inv%"), [3, 2, 0]),
        (DocumentQuery(period: DocumentPeriod("2026")), [2, 1, 0]),
        (DocumentQuery(period: DocumentPeriod("2026-03")), [1, 0]),
        (DocumentQuery(period: DocumentPeriod("2026-03-14")), [1]),
        (DocumentQuery(updatedSince: moment(4)), [4, 3]),
        (DocumentQuery(createdFrom: moment(2), createdBefore: moment(4)), [2, 1]),
        (DocumentQuery(text: "inv", createdFrom: moment(2)), [3, 2]),
        (DocumentQuery(type: DocumentType("offer"), labels: ["paid"].compactMap(Label.init)), []),
      ]
      let accesses = [
        try stage.operatorAccess(in: tenant), try stage.access("anna", in: tenant),
      ]
      for (number, (query, wanted)) in cases.enumerated() {
        for access in accesses {
          for key in DocumentSort.Key.allCases {
            for isDescending in [true, false] {
              var query = query
              query.sort = DocumentSort(key, isDescending: isDescending)
              let found = try await find(query, access, stage, documents)
              #expect(found.sorted(by: >) == wanted, "case \(number) by \(key)")
              guard key != .title else { continue }
              #expect(found == (isDescending ? wanted : wanted.reversed()), "\(number) \(key)")
            }
          }
        }
      }
    },
    ContractRule("titles are sorted by their words, pages are stable") { stage in
      let tenant = try await stage.createTenant("acme")
      let documents = try await fill(stage, tenant)
      let access = try stage.operatorAccess(in: tenant)
      let byTitle = DocumentQuery(sort: DocumentSort(.title, isDescending: false))
      #expect(try await find(byTitle, access, stage, documents) == [0, 2, 3, 1, 4])
      for key in DocumentSort.Key.allCases {
        let query = DocumentQuery(sort: DocumentSort(key, isDescending: true))
        let first = try await stage.store.documents(query, access, PageRequest(limit: 2))
        let before = try await find(query, access, stage, documents, limit: 50)
        // What comes or moves to the front between two pages is neither missed nor repeated behind.
        stage.time.advance(seconds: 1)
        _ = try await stage.createDocument(in: tenant, title: "zz newest")
        let seen = first.items.compactMap { view in
          documents.firstIndex { $0.id == view.document.id }
        }
        let rest = try await find(query, access, stage, documents, after: first.next, limit: 50)
        #expect(seen + rest == before)
      }
    },
    ContractRule("a list shows what grants reach and nothing else") { stage in
      let tenant = try await stage.createTenant("acme")
      let documents = try await fill(stage, tenant)
      let now = stage.time.now
      guard let clerk = Role("clerk"), let photo = DocumentType("photo"), let paid = Label("paid")
      else { throw Stage.BadConstant() }
      let anna = try Stage.subject("anna")
      _ = try await stage.grant(.role(clerk), .type(photo), [.read], in: tenant)
      _ = try await stage.grant(.user(anna), .document(documents[2].id), [.read], in: tenant)
      _ = try await stage.grant(.user(anna), .document(documents[3].id), [.issue], in: tenant)
      _ = try await stage.grant(
        .everyone, .label(paid), [.read], in: tenant, until: now.adding(seconds: 10))
      let cases: [(String, [String], Int64, [Int])] = [
        ("anna", ["clerk"], 0, [4, 2, 1, 0]), ("anna", [], 0, [4, 2, 0]),
        ("bert", [], 0, [4, 0]), ("bert", ["clerk"], 10, [1]), ("bert", [], 10, []),
      ]
      for (subject, roles, seconds, wanted) in cases {
        let someone = try stage.access(subject, in: tenant, roles: roles)
        let access = Access(
          tenant: tenant, authority: someone.authority, person: someone.person,
          moment: now.adding(seconds: seconds))
        for key in DocumentSort.Key.allCases {
          let query = DocumentQuery(sort: DocumentSort(key))
          let found = try await find(query, access, stage, documents)
          #expect(found.sorted(by: >) == wanted, "\(subject) \(roles) \(seconds) \(key)")
        }
      }
    },
    ContractRule("documents with and without a version to deliver can be told apart") { stage in
      let tenant = try await stage.createTenant("acme")
      let documents = try await fill(stage, tenant)
      _ = try await stage.publish(documents[0])
      _ = try await stage.publish(documents[1], validUntil: stage.time.now.adding(seconds: 10))
      let withdrawn = try await stage.publish(documents[2])
      _ = try await stage.withdraw(withdrawn)
      stage.time.advance(seconds: 10)
      let access = try stage.operatorAccess(in: tenant)
      for (wanted, places) in [(true, [0]), (false, [4, 3, 2, 1])] {
        let query = DocumentQuery(hasCurrentVersion: wanted)
        #expect(try await find(query, access, stage, documents) == places)
      }
    },
  ]

  static let changeRules: [ContractRule] = [
    ContractRule("a changed document is found under what it became, and not before") { stage in
      let tenant = try await stage.createTenant("acme")
      let old = try await stage.createDocument(
        in: tenant, title: "Old name", labels: ["a", "b"], period: "2025")
      let access = try stage.operatorAccess(in: tenant)
      let store = stage.store
      _ = try await store.document(old.id, access, right: .read)
      guard let offer = DocumentType("offer"), let c = Label("c"), let b = Label("b") else {
        throw Stage.BadConstant()
      }
      let new = try Document(
        id: old.id, tenant: tenant, title: "New name", type: offer, labels: [b, c],
        period: DocumentPeriod("2026-01"), revision: 2, createdAt: old.createdAt,
        updatedAt: stage.time.now.adding(seconds: 1))
      let change: () async throws -> Void = {
        _ = try await store.updateDocument(
          new, access,
          event: stage.event(.documentChange, in: .tenant(tenant), document: old.id))
      }
      try await change()
      try await expectError(.conflict, stage, in: nil, change)
      #expect(try await store.document(old.id, access, right: .read)?.document == new)
      let cases: [(DocumentQuery, Bool)] = [
        (DocumentQuery(text: "old"), false), (DocumentQuery(text: "new name"), true),
        (DocumentQuery(type: old.type), false), (DocumentQuery(type: offer), true),
        (DocumentQuery(labels: ["a"].compactMap(Label.init)), false),
        (DocumentQuery(labels: [b, c]), true),
        (DocumentQuery(period: DocumentPeriod("2025")), false),
        (DocumentQuery(period: DocumentPeriod("2026")), true),
      ]
      for (query, isFound) in cases {
        #expect(
          try await store.documents(query, access, PageRequest()).items.isEmpty != isFound)
      }
    },
    ContractRule("a change needs the write right before and after it") { stage in
      let tenant = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      guard let draft = Label("draft"), let open = Label("open") else {
        throw Stage.BadConstant()
      }
      _ = try await stage.grant(.everyone, .label(draft), [.write], in: tenant)
      _ = try await stage.grant(.everyone, .all, [.write], in: other)
      let cases: [([String], [Label], TenantID, Bool)] = [
        (["draft"], [draft, open], tenant, true), (["draft"], [open], tenant, false),
        (["open"], [draft], tenant, false), (["draft"], [draft, open], other, false),
      ]
      for (before, after, place, isAllowed) in cases {
        let old = try await stage.createDocument(in: tenant, labels: before)
        let new = try Document(
          id: old.id, tenant: tenant, title: "T", type: old.type, labels: after, revision: 2,
          createdAt: old.createdAt)
        let access = try stage.access("anna", in: place)
        let change: () async throws -> Void = {
          _ = try await stage.store.updateDocument(
            new, access, event: stage.event(.documentChange, in: .tenant(tenant)))
        }
        if isAllowed {
          try await change()
        } else {
          try await expectError(.notFound, stage, in: nil, change)
        }
      }
    },
    ContractRule("a version's validity is changed until it is withdrawn") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let version = try await stage.publish(document)
      let access = try stage.operatorAccess(in: tenant)
      let (from, until) = (stage.time.now.adding(seconds: 5), stage.time.now.adding(seconds: 9))
      var seen = version
      func change(_ end: Timestamp?) async throws -> VersionChange {
        try await stage.store.setValidity(
          of: seen, from: from, until: end, access,
          event: stage.event(.versionChange, in: .tenant(tenant), document: document.id))
      }
      let changed = try await change(until)
      #expect(changed.sequenced != nil)
      // Who read it before cannot take the end away again; the same change is no change.
      try await expectError(.conflict, stage, in: nil) { _ = try await change(nil) }
      #expect(try await change(until).sequenced == nil)
      seen = changed.version
      for (seconds, isThere) in [(0, false), (5, true), (8, true), (9, false)] {
        let then = Access(
          tenant: tenant, authority: .operator, person: access.person,
          moment: stage.time.now.adding(seconds: Int64(seconds)))
        let target = try await stage.store.linkTarget(document.id, .current, then)
        #expect((target?.version != nil) == isThere, "\(seconds)")
      }
      #expect(try await change(nil).version.validUntil == nil)
      _ = try await stage.withdraw(version)
      try await expectError(.conflict, stage, in: nil) { _ = try await change(until) }
    },
  ]
}
