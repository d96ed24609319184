// The port to the key that signs receipts.

/// Signs the receipts of versions.
package struct ReceiptSigner: Sendable {
  /// The name of the gateway in receipts.
  package let issuer: String
  /// The statement as a compact JWS.
  package let sign: @Sendable (VersionReceipt) throws(ReceiptSignerError) -> String

  /// Takes the closure.
  package init(
    issuer: String,
    sign: @escaping @Sendable (VersionReceipt) throws(ReceiptSignerError) -> String
  ) {
    self.issuer = issuer
    self.sign = sign
  }
}

/// A receipt could not be signed.
package struct ReceiptSignerError: Error, Sendable {
  /// What caused it, for our own log only.
  package let cause: any Error

  /// Keeps the cause.
  package init(cause: any Error) { self.cause = cause }
}
