// From the domain to the bodies of the contract: curated fields only. Object keys, token digests
// and prefixes have no way out.

import Base
import Cryptography
import Delivery
import Wire

enum Bodies {
  static func linkDocument(_ document: Document) -> LinkDocumentBody {
    LinkDocumentBody(
      id: document.id.description, title: document.title, type: document.type.text)
  }

  static func linkVersion(_ version: Version, filename: FileName? = nil) -> LinkVersionBody {
    LinkVersionBody(
      id: version.id.description, number: Int64(version.number),
      filename: (filename ?? version.filename).text, mediaType: version.mediaType.text,
      size: version.size, sha256: version.sha256.hex)
  }

  static func link(_ link: Link, at moment: Timestamp) -> LinkBody {
    LinkBody(
      id: link.id.description, documentID: link.document.description,
      state: link.state(at: moment).rawValue, landing: link.landing.rawValue,
      createdAt: link.createdAt.description, expiresAt: link.expiresAt.description,
      usesLeft: link.usesLeft.map(Int64.init), revokedAt: link.revokedAt?.description,
      deliveries: link.deliveries)
  }

  static func exposure(_ exposure: ResidualExposure) -> ResidualExposureBody {
    ResidualExposureBody(
      link: ResidualExposure.linkSeconds, presignedURL: exposure.presignedURLSeconds,
      download: exposure.downloadSeconds)
  }

  static func document(_ view: DocumentView) -> DocumentBody {
    let document = view.document
    return DocumentBody(
      id: document.id.description, title: document.title, type: document.type.text,
      labels: document.labels.map(\.text), period: document.period?.text,
      revision: document.revision, createdAt: document.createdAt.description,
      updatedAt: document.updatedAt.description, currentVersion: view.current.map { version($0) })
  }

  static func hold(_ hold: Hold) -> HoldBody {
    HoldBody(
      id: hold.id.description, documentID: hold.document.description, name: hold.name,
      placedAt: hold.placedAt.description, placedBy: hold.placedBy.subject.text)
  }

  /// A version for a caller who may know who released it and how often it was handed out.
  static func version(
    _ version: Version, _ count: DeliveryCount?, for caller: Caller
  ) -> VersionBody {
    var body = Bodies.version(version)
    let scopes = caller.principal.scopes
    if scopes.has(.documentsWrite) || scopes.has(.auditRead) {
      body.releasedBy = version.releasedBy.subject.text
      if version.receipt.isUnscrubbed { body.receipt?.approvedBy = body.releasedBy }
    }
    body.deliveries = count?.count ?? 0
    body.lastDeliveryAt = count?.lastAt?.description
    return body
  }

  static func version(_ version: Version) -> VersionBody {
    let isReady = version.state == .ready
    var withdrawn: Timestamp?
    if case .withdrawn(let moment) = version.state { withdrawn = moment }
    return VersionBody(
      id: version.id.description, number: Int64(version.number),
      state: isReady ? "ready" : "withdrawn", filename: version.filename.text,
      mediaType: version.mediaType.text, size: version.size, sha256: version.sha256.hex,
      createdAt: version.createdAt.description, validFrom: version.validFrom.description,
      validUntil: version.validUntil?.description, replacedBy: version.replacedBy?.description,
      withdrawnAt: withdrawn?.description,
      receipt: receipt(version.receipt))
  }

  static func receipt(_ receipt: ScrubReceipt) -> ReceiptBody {
    ReceiptBody(
      sha256Before: receipt.sha256Before.hex, sha256After: receipt.sha256After.hex,
      policy: receipt.policy, tool: receipt.tool,
      removed: receipt.removed.map { RemovedBody(name: $0.name, count: Int64($0.count)) },
      staying: receipt.staying.map { RemovedBody(name: $0.name, count: Int64($0.count)) },
      scan: receipt.scan.map {
        ScanBody(verdict: $0.verdict.word, scanner: $0.scanner, database: $0.database)
      }, isUnscrubbed: receipt.isUnscrubbed ? true : nil)
  }

  static func upload(_ upload: Upload) -> UploadBody {
    var reason: String?
    switch upload.state {
    case .refused(let why): reason = why.text
    case .failed(let code): reason = code.rawValue
    case .received, .scrubbing, .scanning, .ready: break
    }
    return UploadBody(
      id: upload.id.description, documentID: upload.document.description,
      state: upload.state.word, reason: reason)
  }

  static func tenant(_ tenant: Tenant) -> TenantBody {
    TenantBody(
      id: tenant.id.text, title: tenant.name, createdAt: tenant.createdAt.description)
  }

  static func event(_ record: AuditRecord) -> EventBody {
    EventBody(
      id: record.id.description, log: record.log.description, index: record.index,
      leaf: String(decoding: record.leaf, as: UTF8.self))
  }

  /// A page of items with the cursor of the next one.
  static func page<Item, Body: WireObject>(
    _ page: Delivery.Page<Item>, _ body: (Item) -> Body,
    key: (Item) -> some CustomStringConvertible
  ) -> PageBody<Body> {
    PageBody(
      items: page.items.map(body),
      nextCursor: page.hasMore ? page.items.last.map { QueryReader.cursor(key($0)) } : nil)
  }
}
