// How failures of the ports appear to who called a use case: the cause is kept for the log, the
// client learns what to do and nothing about the inside.

extension DeliveryError {
  /// Translates a store's failure; `absent` is the answer to `not-found`.
  package init(_ error: StoreError, absent: DeliveryError = .documentNotFound) {
    switch error.code {
    case .notFound:
      self.init(absent.code, absent.detail, cause: error)
    case .versionUnavailable:
      self.init(.versionUnavailable, "No version can be delivered now.", cause: error)
    case .conflict:
      self.init(.conflict, "It changed in the meantime or exists already.", cause: error)
    case .full:
      self.init(.storeFull, "The metadata store is full.", cause: error)
    case .unavailable, .outcomeUnknown:
      self.init(.storeUnavailable, "The metadata store is not available.", cause: error)
    case .corrupt, .eventTooLarge:
      self.init(.internal, "Something is wrong in the gateway.", cause: error)
    }
  }

  /// Translates a failure of object storage.
  package init(_ error: ObjectError) {
    switch error.code {
    case .digestMismatch:
      self.init(
        .objectStoreUnavailable, "Object storage did not keep the bytes as sent.", cause: error)
    case .unavailable, .credentials, .taken, .refused:
      self.init(.objectStoreUnavailable, "Object storage is not available.", cause: error)
    }
  }

  /// Translates why a link delivers nothing, for the person who holds it.
  package init(_ refusal: LinkRefusal) {
    switch refusal {
    case .expired: self.init(.linkExpired, "The link has expired.")
    case .revoked: self.init(.linkRevoked, "The link was revoked.")
    case .usedUp: self.init(.linkUsedUp, "All downloads of the link are used.")
    case .withdrawn: self.init(.versionWithdrawn, "The file was withdrawn.")
    case .superseded: self.init(.versionSuperseded, "There is a newer version of the file.")
    case .notYetValid:
      self.init(.versionNotYetValid, "The file cannot be delivered yet.")
    case .grantGone, .noVersion:
      self.init(.linkUnavailable, "The link delivers nothing at the moment.")
    }
  }

  /// Says why a document cannot be deleted.
  package init(_ bar: DeletionBar) {
    switch bar {
    case .held:
      self.init(.documentHeld, "A legal hold keeps the document; it must be lifted first.")
    case .retained(let end):
      self.init(.documentRetained, "The retention of the tenant keeps the document until \(end).")
    }
  }

  /// What was found is in the audit log only: its name would help whoever tries to get around it.
  static var malwareFound: DeliveryError {
    DeliveryError(
      .malwareFound, "The malware scanner does not let the file through.",
      reason: RefusalReason("malware-found"))
  }
  static var linkNotFound: DeliveryError {
    DeliveryError(.linkNotFound, "There is no such link.")
  }
  static var versionNotFound: DeliveryError {
    DeliveryError(.versionNotFound, "There is no such version.")
  }
  static var holdNotFound: DeliveryError {
    DeliveryError(.holdNotFound, "There is no such hold.")
  }
  static var uploadNotFound: DeliveryError {
    DeliveryError(.uploadNotFound, "There is no such upload.")
  }
  static var grantNotFound: DeliveryError {
    DeliveryError(.grantNotFound, "There is no such grant.")
  }
  static var tenantNotFound: DeliveryError {
    DeliveryError(.tenantNotFound, "There is no such tenant.")
  }
  static var eventNotFound: DeliveryError {
    DeliveryError(.eventNotFound, "There is no such event.")
  }
}
