// Rules about tenants, grants, documents, versions and uploads.

import Base
import Delivery
import Testing

extension MetadataStoreContract {
  static let tenantRules: [ContractRule] = [
    ContractRule("a tenant is created once and listed by slug") { stage in
      for name in ["b", "c", "a"] { _ = try await stage.createTenant(name) }
      try await expectError(.conflict, stage, in: nil) { _ = try await stage.createTenant("b") }
      let first = try await stage.store.tenants(PageRequest(limit: 2))
      let rest = try await stage.store.tenants(PageRequest(after: Stage.tenant("b"), limit: 2))
      #expect(first.items.map(\.id.text) == ["a", "b"] && first.hasMore)
      #expect(rest.items.map(\.id.text) == ["c"] && !rest.hasMore)
      #expect(try await stage.store.tenant(Stage.tenant("d")) == nil)
    },
    ContractRule("a policy replaces the version before it and no other") { stage in
      let tenant = try await stage.createTenant("acme")
      #expect(try await stage.store.policy(of: tenant) == TenantPolicy())
      var policy = TenantPolicy()
      let put: (TenantPolicy) async throws -> Void = { policy in
        _ = try await stage.store.putPolicy(
          policy, of: tenant, event: stage.event(.policyChange, in: .tenant(tenant)))
      }
      for wrong in [0, 2] {
        policy.version = wrong
        try await expectError(.conflict, stage, in: .tenant(tenant)) { try await put(policy) }
      }
      policy.version = 1
      policy.objectURLSeconds = 120
      policy.deliveredTypes = []
      try await put(policy)
      #expect(try await stage.store.policy(of: tenant) == policy)
      #expect(try await stage.store.policy(of: stage.createTenant("other")) == TenantPolicy())
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.store.putPolicy(
          policy, of: Stage.tenant("nobody"), event: stage.event(.policyChange, in: .system))
      }
    },
    ContractRule("every policy stays in the history, with its change") { stage in
      let tenant = try await stage.createTenant("acme")
      let anna = try Stage.person("anna")
      for version in 1...3 {
        stage.time.advance(seconds: 1)
        var policy = TenantPolicy()
        policy.version = version
        policy.downloadsMax = version
        _ = try await stage.store.putPolicy(
          policy, of: tenant,
          event: stage.event(.policyChange, in: .tenant(tenant), person: anna))
      }
      let newest = try await stage.store.policyHistory(of: tenant, PageRequest(limit: 2))
      #expect(newest.items.map(\.policy.downloadsMax) == [3, 2] && newest.hasMore)
      let rest = try await stage.store.policyHistory(of: tenant, PageRequest(after: 2, limit: 2))
      #expect(rest.items.map(\.policy.version) == [1] && !rest.hasMore)
      #expect(newest.items.first?.changedAt == stage.time.now)
      #expect(newest.items.allSatisfy { $0.changedBy == anna && $0.event != nil })
      let other = try await stage.createTenant("other")
      #expect(try await stage.store.policyHistory(of: other, PageRequest()).items.isEmpty)
    },
    ContractRule("the grants that reach a document are found, of its tenant only") { stage in
      let (acme, other) = (
        try await stage.createTenant("acme"), try await stage.createTenant("other")
      )
      let document = try await stage.createDocument(in: acme, type: "invoice", labels: ["paid"])
      guard let type = DocumentType("offer"), let label = Label("paid") else {
        throw Stage.BadConstant()
      }
      _ = try await stage.grant(.everyone, .all, [.read], in: other)
      _ = try await stage.grant(.everyone, .type(type), [.read], in: acme)
      var wanted = [GrantID]()
      for reach in [Grant.Reach.all, .label(label), .document(document.id)] {
        stage.time.advance(seconds: 1)
        wanted.append(
          try await stage.grant(.everyone, reach, [.read], in: acme, until: stage.time.now))
      }
      guard let clerk = Role("clerk") else { throw Stage.BadConstant() }
      let (ben, eve) = (try Stage.subject("ben"), try Stage.subject("eve"))
      let ours = try await stage.grant(.user(ben), .all, [.read], in: acme)
      let clerks = try await stage.grant(.role(clerk), .label(label), [.read], in: acme)
      let holders: [(GrantHolder?, [GrantID])] = [
        (nil, wanted + [ours, clerks]), (GrantHolder(subject: ben, roles: []), wanted + [ours]),
        (GrantHolder(subject: eve, roles: [clerk]), wanted + [clerks]),
      ]
      for (holder, found) in holders {
        let all = try await stage.store.grants(reaching: document, for: holder, limit: 9)
        #expect(Set(all.map(\.id)) == Set(found))
        let some = try await stage.store.grants(reaching: document, for: holder, limit: 2)
        #expect(some.map(\.id) == Array(all.map(\.id).prefix(2)))
      }
    },
    ContractRule("a revoked token is refused until its own end") { stage in
      let token = stage.time.now
      let digest = PersonalData(salt: [1], canonicalJSON: [2]).commitment
      let other = PersonalData(salt: [1], canonicalJSON: [3]).commitment
      let end = token.adding(seconds: 60)
      for until in [end, token.adding(seconds: 10)] {
        _ = try await stage.store.revokeToken(
          digest, until: until, event: stage.event(.tokenRevoke, in: .system))
      }
      let last = Timestamp(milliseconds: end.milliseconds - 1)
      let subject = try Stage.subject("bff")
      for (digest, moment, wanted) in [
        (digest, last, true), (digest, end, false), (other, last, false),
      ] {
        let facts = TokenFacts(
          tenant: nil, issuer: "test", subject: subject, digest: digest, issuedAt: token)
        #expect(try await stage.store.isRevoked(facts, at: moment) == wanted)
      }
    },
  ]

  static let grantRules: [ContractRule] = [
    ContractRule("each kind of grant allows its right to its holder on its documents only") {
      stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(
        in: tenant, type: "invoice", labels: ["paid", "2026"])
      let neighbour = try await stage.createDocument(in: tenant, type: "offer", labels: ["open"])
      guard let clerk = Role("clerk"), let type = DocumentType("invoice"),
        let label = Label("paid")
      else { throw Stage.BadConstant() }
      let anna = try Stage.subject("anna")
      let cases: [(Grant.Holder, Grant.Reach, reachesNeighbour: Bool, forBert: Bool)] = [
        (.everyone, .all, true, true), (.everyone, .type(type), false, true),
        (.role(clerk), .label(label), false, false), (.user(anna), .all, true, false),
        (.user(anna), .document(document.id), false, false),
      ]
      for (holder, reach, reachesNeighbour, forBert) in cases {
        let grant = try await stage.grant(holder, reach, [.issue], in: tenant)
        let allowed = try stage.access("anna", in: tenant, roles: ["clerk"])
        let bert = try stage.access("bert", in: tenant, roles: ["boss"])
        let store = stage.store
        #expect(try await store.document(document.id, allowed, right: .issue)?.grant == grant)
        #expect(try await store.document(document.id, allowed, right: .read) == nil)
        #expect(try await store.document(document.id, allowed, right: .write) == nil)
        #expect(
          try await (store.document(neighbour.id, allowed, right: .issue) != nil)
            == reachesNeighbour)
        #expect(try await (store.document(document.id, bert, right: .issue) != nil) == forBert)
        _ = try await store.removeGrant(
          grant, of: tenant, event: stage.event(.grantChange, in: .tenant(tenant)))
        #expect(try await store.document(document.id, allowed, right: .issue) == nil)
      }
    },
    ContractRule("a grant allows until its end and not at its end") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let end = stage.time.now.adding(seconds: 10)
      _ = try await stage.grant(.everyone, .all, [.read], in: tenant, until: end)
      stage.time.advance(milliseconds: 9999)
      let store = stage.store
      let last = try stage.access("anna", in: tenant)
      #expect(try await store.document(document.id, last, right: .read) != nil)
      stage.time.advance(milliseconds: 1)
      let first = try stage.access("anna", in: tenant)
      #expect(try await store.document(document.id, first, right: .read) == nil)
    },
    ContractRule("of several grants the one that is valid longest is named") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      _ = try await stage.publish(document)
      let now = stage.time.now
      _ = try await stage.grant(
        .everyone, .all, [.issue], in: tenant, until: now.adding(seconds: 10))
      let longer = try await stage.grant(
        .everyone, .all, [.issue], in: tenant, until: now.adding(seconds: 20))
      let access = try stage.access("anna", in: tenant)
      let first = try await stage.store.linkTarget(document.id, .current, access)
      #expect(first?.grant == longer && first?.grantValidUntil == now.adding(seconds: 20))
      let endless = try await stage.grant(.everyone, .all, [.issue], in: tenant)
      let second = try await stage.store.linkTarget(document.id, .current, access)
      #expect(second?.grant == endless && second?.grantValidUntil == nil)
    },
    ContractRule("grants are the tenant's own: to name, to remove, to list") { stage in
      let acme = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      let document = try await stage.createDocument(in: acme)
      let grant = try await stage.grant(.everyone, .all, [.read], in: acme)
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.grant(.everyone, .document(document.id), [.read], in: other)
      }
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.store.removeGrant(
          grant, of: other, event: stage.event(.grantChange, in: .tenant(other)))
      }
      #expect(try await stage.store.grants(of: other, PageRequest()).items.isEmpty)
      #expect(try await stage.store.grants(of: acme, PageRequest()).items.map(\.id) == [grant])
    },
    ContractRule("a holder whose name begins with a combining mark is listed and served") { stage in
      let tenant = try await stage.createTenant("acme")
      let (subject, role) = ("\u{301}anna", "\u{20dd}auditor")
      let holders: [Grant.Holder?] = [
        SubjectID(subject).map { .user($0) }, Role(role).map { .role($0) },
      ]
      for holder in holders {
        _ = try await stage.grant(try #require(holder), .all, [.read], in: tenant)
      }
      let listed = try await stage.store.grants(of: tenant, PageRequest()).items
      #expect(Set(listed.map(\.holder)) == Set(holders.compactMap { $0 }))
      let document = try await stage.createDocument(in: tenant)
      for access in [
        try stage.access(subject, in: tenant), try stage.access("x", in: tenant, roles: [role]),
      ] {
        #expect(try await stage.store.document(document.id, access, right: .read) != nil)
      }
    },
  ]

  static let documentRules: [ContractRule] = [
    ContractRule("a document of another tenant is absent, even for an operator there") { stage in
      let acme = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      let document = try await stage.createDocument(in: acme)
      let version = try await stage.publish(document)
      for tenant in [acme, other] {
        _ = try await stage.grant(.everyone, .all, [.read, .issue, .write], in: tenant)
      }
      for (tenant, isThere) in [(acme, true), (other, false)] {
        for access in [
          try stage.access("anna", in: tenant), try stage.operatorAccess(in: tenant),
        ] {
          let store = stage.store
          #expect(try await (store.document(document.id, access, right: .read) != nil) == isThere)
          #expect(
            try await (store.version(version.id, of: document.id, access, right: .read) != nil)
              == isThere)
          #expect(
            try await (store.versions(of: document.id, access, PageRequest()) != nil) == isThere)
          #expect(
            try await (store.linkTarget(document.id, .current, access) != nil) == isThere)
          #expect(
            try await store.documents(DocumentQuery(), access, PageRequest()).items.isEmpty
              != isThere)
        }
      }
    },
    ContractRule("a document is created with a write grant that reaches it, and once") { stage in
      let tenant = try await stage.createTenant("acme")
      guard let type = DocumentType("offer") else { throw Stage.BadConstant() }
      _ = try await stage.grant(.everyone, .type(type), [.write], in: tenant)
      let access = try stage.access("anna", in: tenant)
      for (text, isAllowed) in [("offer", true), ("invoice", false)] {
        guard let type = DocumentType(text) else { throw Stage.BadConstant() }
        let document = try Document(
          id: stage.id(), tenant: tenant, title: "T", type: type, labels: [],
          createdAt: stage.time.now)
        let create: () async throws -> Void = {
          _ = try await stage.store.createDocument(
            document, access, event: stage.event(.documentCreate, in: .tenant(tenant)))
        }
        if isAllowed { try await create() }
        try await expectError(isAllowed ? .conflict : .notFound, stage, in: nil, create)
      }
    },
    ContractRule("the current version is the newest that is valid now") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let now = stage.time.now
      let first = try await stage.publish(document)
      let later = try await stage.publish(
        document, validFrom: now.adding(seconds: 10), validUntil: now.adding(seconds: 20))
      #expect(first.number == 1 && later.number == 2)
      for (seconds, current) in [
        (0, first.id), (10, later.id), (19, later.id), (20, first.id), (9, first.id),
        (15, later.id),
      ] {
        let access = Access(
          tenant: tenant, authority: .operator, person: try Stage.person("root"),
          moment: now.adding(seconds: Int64(seconds)))
        let target = try await stage.store.linkTarget(document.id, .current, access)
        let pinned = try await stage.store.linkTarget(document.id, .pinned(first.id), access)
        #expect(target?.version?.id == current)
        #expect(pinned?.version?.id == first.id && pinned?.isSuperseded == (current == later.id))
      }
      let access = try stage.operatorAccess(in: tenant)
      let all = try await stage.store.versions(of: document.id, access, PageRequest())
      #expect(all?.items.map(\.number) == [2, 1])
      #expect(all?.items.last?.replacedBy == later.id && all?.items.first?.replacedBy == nil)
      let older = try await stage.store.versions(of: document.id, access, PageRequest(after: 2))
      #expect(older?.items.map(\.id) == [first.id])
    },
    ContractRule("what is stored of a version comes back unchanged") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant, labels: ["b", "a"])
      let version = try await stage.publish(
        document, validUntil: stage.time.now.adding(seconds: 99))
      let view = try await stage.store.document(
        document.id, stage.operatorAccess(in: tenant), right: .read)
      #expect(view?.document == document && view?.current == version && view?.grant == nil)
    },
    ContractRule("a withdrawn version stays withdrawn; its object is deleted once") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let kept = try await stage.publish(document)
      let deleted = try await stage.publish(document)
      stage.time.advance(seconds: 1)
      _ = try await stage.withdraw(kept, deletesObject: false)
      let first = try await stage.withdraw(deleted)
      stage.time.advance(seconds: 1)
      let before = try await total(stage)
      let second = try await stage.withdraw(deleted)
      #expect(first.sequenced != nil && second.sequenced == nil)
      #expect(try await total(stage) == before)
      #expect(
        second.version == first.version
          && first.version.state == .withdrawn(at: ManualClock.start.adding(seconds: 1)))
      let access = try stage.operatorAccess(in: tenant)
      #expect(
        try await stage.store.linkTarget(document.id, .current, access)?.version == nil)
      let waiting = try await stage.store.objectsToDelete(at: stage.time.now, PageRequest()).items
      #expect(waiting.map(\.key) == [deleted.objectKey])
      for object in waiting {
        try await expectError(.conflict, stage, in: nil) {
          _ = try await stage.store.recordObjectDeleted(
            object, event: stage.event(.objectDelete, in: .tenant(tenant)))
        }
        try await stage.remove(object)
        try await expectError(.conflict, stage, in: nil) {
          _ = try await stage.store.recordObjectDeleted(
            object, event: stage.event(.objectDelete, in: .tenant(tenant)))
        }
      }
      #expect(
        try await stage.store.objectsToDelete(at: stage.time.now, PageRequest()).items.isEmpty)
    },
  ]

  static let uploadRules: [ContractRule] = [
    ContractRule("an upload ends once: as its version, refused or failed") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let access = try stage.operatorAccess(in: tenant)
      let states: [UploadState] = [
        .ready, .refused(RefusalReason("truncated")), .failed(.uploadIncomplete),
      ]
      for state in states {
        let upload = try await stage.beginUpload(of: document)
        let pending = try await stage.store.pendingUploads(PageRequest()).items
        #expect(pending == [upload])
        let end: (UploadState) async throws -> Void = { state in
          if state == .ready {
            _ = try await stage.store.publish(
              stage.version(of: upload), from: upload.id, access,
              event: stage.event(.uploadEnd, in: .tenant(tenant)))
          } else {
            _ = try await stage.store.endUpload(
              upload.id, of: tenant, as: state,
              event: stage.event(.uploadEnd, in: .tenant(tenant)))
          }
        }
        try await end(state)
        #expect(try await stage.store.upload(upload.id, access)?.state == state)
        for again in states {
          try await expectError(.conflict, stage, in: nil) { try await end(again) }
        }
      }
      #expect(try await stage.store.pendingUploads(PageRequest()).items.isEmpty)
      #expect(try await stage.store.counts().versions == 1)
    },
    ContractRule("an upload needs the write right, when it begins and when it ends") { stage in
      let tenant = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      let document = try await stage.createDocument(in: tenant)
      let grant = try await stage.grant(.everyone, .all, [.write], in: tenant)
      let upload = try await stage.beginUpload(of: document)
      let access = try stage.access("anna", in: tenant)
      let foreign = try stage.access("anna", in: other)
      #expect(try await stage.store.upload(upload.id, access) == upload)
      #expect(try await stage.store.upload(upload.id, foreign) == nil)
      _ = try await stage.store.removeGrant(
        grant, of: tenant, event: stage.event(.grantChange, in: .tenant(tenant)))
      #expect(try await stage.store.upload(upload.id, access) == nil)
      for access in [access, foreign] {
        try await expectError(.notFound, stage, in: nil) {
          _ = try await stage.store.publish(
            stage.version(of: upload), from: upload.id, access,
            event: stage.event(.uploadEnd, in: .tenant(tenant)))
        }
        try await expectError(.notFound, stage, in: nil) {
          _ = try await stage.store.beginUpload(
            Upload(
              id: stage.id(), tenant: access.tenant, document: document.id, version: stage.id(),
              objectKey: upload.objectKey, filename: upload.filename,
              startedBy: access.person, startedAt: stage.time.now), access,
            event: stage.event(.uploadStart, in: .tenant(tenant)))
        }
      }
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.store.endUpload(
          upload.id, of: other, as: .failed(.uploadIncomplete),
          event: stage.event(.uploadEnd, in: .tenant(other)))
      }
    },
  ]
}
