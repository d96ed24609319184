// Creating documents, publishing and withdrawing versions, sweeping.

import Base
import Cryptography
import Delivery
import TestSupport
import Testing

@Suite struct PublishVersionTests {
  private func file(_ size: Int64 = 1000, _ seed: UInt8 = 1) -> SpooledFile {
    SpooledFile(descriptor: -1, size: size, sha256: SHA256.hash([seed]), owner: nil)
  }

  private func order(
    _ document: Document, digest: SHA256Digest? = nil, from: Timestamp? = nil,
    until: Timestamp? = nil
  ) -> PublishVersion.Order {
    .init(
      document: document.id,
      declared: DeclaredContent(filename: FileName(cleaning: "photo.jpg"), mediaType: nil),
      declaredDigest: digest, validFrom: from, validUntil: until)
  }

  @Test func `an upload becomes a version that can be linked, with its receipt`() async throws {
    let house = try await House()
    let document = try await house.stage.createDocument(in: house.acme)
    let before = await house.events(of: house.acme)
    let source = file()
    let begun = try await house.publish.begin(
      order(document, digest: source.sha256), declaredBytes: 1000, by: house.root())
    let stages = Lock<[String]>([])
    let id = begun.upload.id
    let look: @Sendable () async -> Void = {
      do {
        let word = try await house.list.upload(id, by: house.root()).state.word
        stages.withLock { $0.append(word) }
      } catch { Issue.record(error) }
    }
    await look()
    house.scrubber.duringNextScrub(look)
    let published = try await house.publish.finish(begun, source, by: house.root())
    await look()
    #expect(stages.withLock { $0 } == ["received", "scrubbing", "ready"])
    let version = published.version
    #expect(version.number == 1 && version.id == begun.upload.version)
    #expect(version.sha256 == FakeScrubber.digestAfter(source) && version.size == 900)
    #expect(version.receipt.sha256Before == source.sha256)
    #expect(house.objects.keys == [version.objectKey])
    #expect(version.objectKey.text.hasSuffix("/\(version.id)") && house.progress.count == 0)
    let story = await house.story(of: .tenant(house.acme), from: before)
    #expect(story == ["upload.start success", "upload.end success"])
    _ = try await house.issue(.init(document: document.id), by: house.root())
  }

  @Test func `what cannot be published ends its upload and leaves nothing to link`() async throws {
    let house = try await House()
    try await house.setPolicy {
      $0.uploadBytesMax = 5000
      $0.deliveredTypes = [house.jpeg]
    }
    let document = try await house.stage.createDocument(in: house.acme)
    let gif = try MediaType("image/gif").unwrapped()
    let refusal = RefusalReason("truncated")
    let clean = FakeScrubber.Behaviour.clean(house.jpeg)
    let wrong = SHA256.hash([9])
    let cases:
      [(SpooledFile, FakeScrubber.Behaviour, SHA256Digest?, DeliveryError.Code?, UploadState)] = [
        (file(0), clean, nil, .uploadEmpty, .failed(.uploadEmpty)),
        (file(5000), clean, nil, nil, .ready),
        (file(5001), clean, nil, .uploadTooLarge, .failed(.uploadTooLarge)),
        (file(), clean, wrong, .digestMismatch, .failed(.digestMismatch)),
        (
          file(), .clean(gif), nil, .mediaTypeRefused, .refused(RefusalReason("type-not-in-policy"))
        ),
        (file(), .outcome(.mediaTypeRefused(refusal)), nil, .mediaTypeRefused, .refused(refusal)),
        (file(), .outcome(.refused(refusal)), nil, .scrubRefused, .refused(refusal)),
        (file(), .failure(.unavailable), nil, .scrubberUnavailable, .failed(.scrubberUnavailable)),
        (
          file(), .foreignReceipt(house.jpeg), nil, .scrubberUnavailable,
          .failed(.scrubberUnavailable)
        ),
      ]
    for (source, behaviour, digest, wanted, state) in cases {
      house.scrubber.behave(behaviour)
      let begun = try await house.publish.begin(
        order(document, digest: digest), declaredBytes: nil, by: house.root())
      let got = try await code {
        _ = try await house.publish.finish(begun, source, by: house.root())
      }
      #expect(got == wanted)
      #expect(try await house.list.upload(begun.upload.id, by: house.root()).state == state)
      #expect(house.objects.keys.contains(begun.upload.objectKey) == (wanted == nil))
    }
    #expect(try await house.store.counts().versions == 1)
    #expect(try await house.store.pendingUploads(PageRequest()).items.isEmpty)
  }

  @Test func `an upload is refused before its first byte where it can be`() async throws {
    let house = try await House()
    try await house.setPolicy { $0.uploadBytesMax = 5000 }
    let (document, _, _) = try await house.openDocument()
    let theirs = try await house.stage.createDocument(in: house.other)
    let now = house.time.now
    let cases: [(PublishVersion.Order, Int64?, DeliveryError.Code?)] = [
      (order(document), 5001, .uploadTooLarge), (order(document), 5000, nil),
      (order(theirs), nil, .documentNotFound),
      (order(document, until: now), nil, .validityInvalid),
      (order(document, until: now.adding(seconds: 1)), nil, nil),
      (
        order(document, from: now.adding(seconds: 9), until: now.adding(seconds: 9)), nil,
        .validityInvalid
      ),
    ]
    for (order, bytes, wanted) in cases {
      let got = try await code {
        _ = try await house.publish.begin(order, declaredBytes: bytes, by: house.caller())
      }
      #expect(got == wanted)
    }
  }

  @Test func `an upload cut off ends as failed, with its reason in the log`() async throws {
    let house = try await House()
    let document = try await house.stage.createDocument(in: house.acme)
    let begun = try await house.publish.begin(
      order(document), declaredBytes: nil, by: house.root())
    let error = try await house.publish.abandon(
      begun, DeliveryError(.uploadIncomplete, "The body ended early."), by: house.root())
    #expect(error.code == .uploadIncomplete && house.progress.count == 0)
    let last = await house.story(of: .tenant(house.acme), from: 0).last
    #expect(last == "upload.end failure upload-incomplete")
  }

  @Test func `a failing bucket or a grant that goes leaves no version and no object`() async throws
  {
    let house = try await House()
    let (document, _, grant) = try await house.openDocument()
    house.objects.fail(.put, with: .unavailable)
    let first = try await house.publish.begin(
      order(document), declaredBytes: nil, by: house.caller())
    let failed = try await code {
      _ = try await house.publish.finish(first, file(), by: house.caller())
    }
    #expect(failed == .objectStoreUnavailable)
    house.objects.fail(.put, with: nil)
    let second = try await house.publish.begin(
      order(document), declaredBytes: nil, by: house.caller())
    house.scrubber.duringNextScrub {
      do { _ = try await house.grants.remove(grant, by: house.root()) } catch {
        Issue.record(error)
      }
    }
    let refused = try await code {
      _ = try await house.publish.finish(second, file(), by: house.caller())
    }
    #expect(refused == .documentNotFound && house.objects.keys.isEmpty)
    #expect(try await house.store.counts().versions == 1)
    #expect(try await house.store.pendingUploads(PageRequest()).items.isEmpty)
  }

  @Test func `what lies under a key that is taken is not removed`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    for (failure, isKept) in [(ObjectError.Code.taken, true), (.unavailable, false)] {
      let begun = try await house.publish.begin(
        order(document), declaredBytes: nil, by: house.caller())
      house.objects.add(begun.upload.objectKey)
      house.objects.fail(.put, with: failure)
      let failed = try await code {
        _ = try await house.publish.finish(begun, file(), by: house.caller())
      }
      #expect(failed == .objectStoreUnavailable)
      #expect(house.objects.keys.contains(begun.upload.objectKey) == isKept)
    }
    #expect(try await house.store.pendingUploads(PageRequest()).items.isEmpty)
  }

  @Test func `what a crash leaves behind is swept, and what is at work is not`() async throws {
    let house = try await House()
    let document = try await house.stage.createDocument(in: house.acme)
    let orphan = try await house.stage.beginUpload(of: document)
    let stuck = try await house.publish.begin(
      order(document), declaredBytes: nil, by: house.root())
    await house.store.failChanges(with: StoreError(.unavailable, "The test wants it."))
    let failed = try await code {
      _ = try await house.publish.finish(stuck, file(), by: house.root())
    }
    #expect(failed == .storeUnavailable)
    await house.store.failChanges(with: nil)
    house.objects.add(orphan.objectKey)
    house.time.advance(seconds: 1)
    let start = house.time.now
    let young = try await house.stage.beginUpload(of: document)
    house.objects.add(young.objectKey)
    house.objects.fail(.delete, with: .unavailable)
    let first = try await house.sweep(startedBefore: start)
    #expect(
      first.uploadsEnded == 0
        && first.errors.map(\.code) == [.objectStoreUnavailable, .objectStoreUnavailable])
    house.objects.fail(.delete, with: nil)
    let second = try await house.sweep(startedBefore: start)
    #expect(second.uploadsEnded == 2 && second.errors.isEmpty)
    #expect(house.objects.keys == [young.objectKey])
    #expect(try await house.store.pendingUploads(PageRequest()).items == [young])
    let last = await house.story(of: .tenant(house.acme), from: 0).last
    #expect(last == "upload.end aborted upload-interrupted")
  }

  @Test func `a hold is before or after a deletion, never in it`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    house.objects.add(version.objectKey)
    let holds = ManageHolds(store: house.store, denials: house.denials, clock: house.time.clock)
    let caller = try house.caller()
    // The store takes its time, and somebody places a hold meanwhile.
    let slow = ObjectAccess(
      put: house.objects.access.put, presign: house.objects.access.presign,
      open: house.objects.access.open,
      head: house.objects.access.head,
      delete: { key throws(ObjectError) in
        _ = try? await holds.add("case 7", to: document.id, by: caller)
        try await house.objects.access.delete(key)
      })
    let withdraw = WithdrawVersion(
      store: house.store, objects: slow, denials: house.denials, clock: house.time.clock)
    #expect(try await withdraw(version.id, of: document.id, by: caller).object == .deleted)
    #expect(house.objects.keys.isEmpty)
    let story = await house.story(of: .tenant(house.acme), from: 0).map {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(
      story.suffix(4) == ["version.withdraw", "object.claim", "hold.add", "object.delete"])
    let held = try await house.stage.publish(document)
    house.objects.add(held.objectKey)
    #expect(try await withdraw(held.id, of: document.id, by: caller).object == .retained)
    #expect(house.objects.keys == [held.objectKey])
  }

  @Test func `a withdrawn version loses its object at once, later, or never`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    let second = try await house.stage.publish(document)
    let third = try await house.stage.publish(document)
    for key in [version, second, third].map(\.objectKey) { house.objects.add(key) }
    func withdraw(_ version: Version) async throws -> WithdrawVersion.Withdrawn {
      try await house.withdraw(version.id, of: document.id, by: house.caller())
    }
    #expect(try await withdraw(version).object == .deleted)
    #expect(try await withdraw(version).object == nil)
    house.objects.fail(.delete, with: .unavailable)
    let waiting = try await withdraw(second)
    #expect(waiting.object == .waiting && waiting.removalError?.code == .objectStoreUnavailable)
    house.objects.fail(.delete, with: nil)
    try await house.setPolicy { $0.deletesWithdrawnObjects = false }
    #expect(try await withdraw(third).object == .kept)
    #expect(try await house.sweep(startedBefore: house.time.now).objectsDeleted == 1)
    #expect(house.objects.keys == [third.objectKey])
    let unknown = house.stage.id(VersionKind.self)
    let cases: [(VersionID, DocumentID, DeliveryError.Code)] = [
      (unknown, document.id, .versionNotFound),
      (version.id, house.stage.id(), .documentNotFound),
    ]
    for (id, document, wanted) in cases {
      let got = try await code {
        _ = try await house.withdraw(id, of: document, by: house.caller())
      }
      #expect(got == wanted)
    }
  }

  @Test func `a document is created with a fitting grant and shown with its versions`() async throws
  {
    let house = try await House()
    let type = try DocumentType("offer").unwrapped()
    let got = try await code {
      _ = try await house.create(title: "T", type: type, labels: [], by: house.caller())
    }
    #expect(got == .documentNotFound)
    _ = try await house.stage.grant(.everyone, .type(type), [.write, .read], in: house.acme)
    let label = try Label("x").unwrapped()
    let (document, sequenced) = try await house.create(
      title: "Offer", type: type, labels: [label, label], by: house.caller())
    #expect(document.labels == [label] && sequenced.log == .tenant(house.acme))
    let version = try await house.stage.publish(document)
    #expect(try await house.list.show(document.id, by: house.caller()).current == version)
    let versions = try await house.list.versions(
      of: document.id, PageRequest(), by: house.caller())
    #expect(versions.items == [version])
    let foreign = try house.caller("bff", in: house.other)
    let calls: [() async throws -> Void] = [
      { _ = try await house.list.show(document.id, by: foreign) },
      { _ = try await house.list.versions(of: document.id, PageRequest(), by: foreign) },
      { _ = try await house.links.list(to: document.id, PageRequest(), by: foreign) },
    ]
    for call in calls { #expect(try await code(call) == .documentNotFound) }
    for title in ["", "a\u{202e}b", String(repeating: "x", count: 301)] {
      let got = try await code {
        _ = try await house.create(title: title, type: type, labels: [], by: house.caller())
      }
      #expect(got == .titleInvalid)
    }
  }
}
