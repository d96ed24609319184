// Rules about issued tokens and about cutoffs.

import Base
import Cryptography
import Delivery
import Testing

extension MetadataStoreContract {
  static let tokenRules: [ContractRule] = [
    ContractRule("issued tokens are listed for their tenant, the newest first") { stage in
      let tenant = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      var tokens = [IssuedToken]()
      for (index, tenant) in [tenant, tenant, other, tenant].enumerated() {
        stage.time.advance(seconds: 1)
        let token = IssuedToken(
          id: stage.id(), tenant: tenant, digest: SHA256.hash([UInt8(index)]),
          subject: try Stage.subject("bff"), scopes: ScopeSet([.linksCreate, .documentsRead]),
          roles: ["a b", "c"].compactMap(Role.init),
          issuedAt: Timestamp(seconds: stage.time.now.seconds),
          expiresAt: stage.time.now.adding(seconds: 60))
        _ = try await stage.store.recordToken(
          token, event: stage.event(.tokenIssue, in: .tenant(tenant)))
        tokens.append(token)
      }
      let first = try await stage.store.issuedTokens(of: tenant, PageRequest(limit: 2))
      #expect(first.items == [tokens[3], tokens[1]] && first.hasMore)
      let rest = try await stage.store.issuedTokens(
        of: tenant, PageRequest(after: tokens[1].id, limit: 2))
      #expect(rest.items == [tokens[0]] && !rest.hasMore)
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.store.recordToken(
          IssuedToken(
            id: stage.id(), tenant: Stage.tenant("nobody"), digest: SHA256.hash([9]),
            subject: Stage.subject("bff"), scopes: [], roles: [], issuedAt: stage.time.now,
            expiresAt: stage.time.now), event: stage.event(.tokenIssue, in: .system))
      }
    },
    ContractRule("a cutoff refuses what was issued up to its second, of its holders only") {
      stage in
      let (acme, other) = (
        try await stage.createTenant("acme"), try await stage.createTenant("other")
      )
      let (anna, bert) = (try Stage.subject("anna"), try Stage.subject("bert"))
      let before = stage.time.now
      let cutoffs = [
        TokenHolders(tenant: acme, issuer: "one", subject: anna),
        TokenHolders(tenant: other, issuer: "two", subject: nil),
        TokenHolders(tenant: nil, issuer: "three", subject: nil),
        TokenHolders(tenant: nil, issuer: "four", subject: bert),
      ]
      for holders in cutoffs {
        for seconds in [0, -60] as [Int64] {
          _ = try await stage.store.cutOffTokens(
            TokenCutoff(holders, before: before.adding(seconds: seconds)),
            event: stage.event(.tokenRevoke, in: holders.tenant.map(LogID.tenant) ?? .system))
        }
      }
      let cases: [(TenantID?, String, SubjectID, Int64?, Bool)] = [
        (acme, "one", anna, 0, true), (acme, "one", anna, 1, false),
        (acme, "one", anna, nil, true), (acme, "one", bert, -9, false),
        (other, "one", anna, -9, false), (nil, "one", anna, -9, false),
        (other, "two", bert, -9, true), (other, "two", bert, 1, false),
        (acme, "two", bert, -9, false), (acme, "three", bert, -9, true),
        (nil, "three", anna, -9, true), (other, "three", anna, 1, false),
        (acme, "four", bert, -9, true), (acme, "four", anna, -9, false),
      ]
      for (tenant, issuer, subject, seconds, wanted) in cases {
        let facts = TokenFacts(
          tenant: tenant, issuer: issuer, subject: subject, digest: nil,
          issuedAt: seconds.map { before.adding(seconds: $0) })
        let got = try await stage.store.isRevoked(facts, at: stage.time.now)
        #expect(got == wanted, "\(issuer) \(subject.text) \(seconds ?? -1)")
      }
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.store.cutOffTokens(
          TokenCutoff(
            TokenHolders(tenant: Stage.tenant("nobody"), issuer: "one", subject: nil),
            before: before), event: stage.event(.tokenRevoke, in: .system))
      }
    },
    ContractRule("whether a tenant is there is answered both ways, and again") { stage in
      let acme = try await stage.createTenant("acme")
      for _ in 0..<2 {
        #expect(try await stage.store.hasTenant(acme))
        #expect(try await !stage.store.hasTenant(Stage.tenant("nobody")))
      }
      #expect(try await stage.store.hasTenant(stage.createTenant("nobody")))
    },
  ]
}
