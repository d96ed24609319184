// Whether a customer is sent to the object store or gets the bytes from us; decided at each redemption.

/// How bytes reach the customer of a link.
package enum DeliveryMode: String, Sendable, Hashable, CaseIterable {
  /// We redirect to a presigned URL of the object store.
  case redirect
  /// We send them.
  case proxy
}

/// The rule.
package enum DeliveryRoute {
  /// How a file of `size` bytes is delivered.
  ///
  /// A browser that resumes asks the URL that the bytes came from; a presigned one may be dead by then,
  /// ours is as good as the link. Other programs ask the link again by themselves.
  package static func choose(
    _ policy: TenantPolicy, size: Int64, isBrowser: Bool
  ) -> DeliveryMode {
    if policy.delivery == .proxy { return .proxy }
    guard isBrowser, let limit = policy.proxyAboveBytes, size > limit else { return .redirect }
    return .proxy
  }
}
