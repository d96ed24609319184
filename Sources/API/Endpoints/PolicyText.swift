// The policy of a tenant between the domain and the contract.

import Base
import Cryptography
import Delivery
import ScrubContract
import Wire

enum PolicyText {
  static func body(_ policy: TenantPolicy) -> PolicyBody {
    PolicyBody(
      version: Int64(policy.version), linkSeconds: lifetime(policy.linkSeconds),
      objectURLSeconds: policy.objectURLSeconds, delivery: policy.delivery.rawValue,
      proxyAboveBytes: policy.proxyAboveBytes, allowsPresignedURLs: policy.allowsPresignedURLs,
      presignedSeconds: lifetime(policy.presignedSeconds), landing: policy.landing.rawValue,
      downloadsMax: Int64(policy.downloadsMax), showsTitleOnPage: policy.showsTitleOnPage,
      inlineTypes: policy.inlineTypes.sorted().map(\.text),
      deliveredTypes: policy.deliveredTypes.map { $0.sorted().map(\.text) },
      uploadBytesMax: policy.uploadBytesMax,
      allowsSupersededVersions: policy.allowsSupersededVersions,
      deletesWithdrawnObjects: policy.deletesWithdrawnObjects,
      retention: policy.retention == RetentionPolicy()
        ? nil
        : RetentionBody(
          days: policy.retention.days,
          types: Dictionary(
            uniqueKeysWithValues: policy.retention.typeDays.map { ($0.key.text, $0.value) })),
      scrub: Dictionary(
        uniqueKeysWithValues: ScrubRule.allCases.map { ($0.rawValue, policy.scrub[$0].rawValue) }),
      brand: brand(policy.brand))
  }

  static func revision(_ revision: PolicyRevision) -> PolicyRevisionBody {
    PolicyRevisionBody(
      policy: body(revision.policy), changedAt: revision.changedAt?.description,
      changedBy: revision.changedBy?.subject.text, eventID: revision.event?.description)
  }

  /// Whether a body names the logo that there is, so that the present policy is needed to read it.
  static func namesLogo(_ body: PolicyBody) -> Bool {
    body.brand?.logo?.hasPrefix(digestStart) ?? false
  }

  /// The policy of a body; the domain checks the bounds.
  /// - Parameter logo: The logo that there is.
  static func policy(
    _ body: PolicyBody, logo: LogoImage? = nil
  ) throws(Problem) -> TenantPolicy {
    guard let landing = LandingChoice(rawValue: body.landing) else {
      throw Problem(.policyInvalid, "landing is direct, page or auto.")
    }
    guard let delivery = DeliveryMode(rawValue: body.delivery ?? "redirect") else {
      throw Problem(.policyInvalid, "delivery is redirect or proxy.")
    }
    var policy = TenantPolicy()
    policy.delivery = delivery
    policy.proxyAboveBytes = body.proxyAboveBytes
    policy.version = Int(clamping: body.version)
    policy.linkSeconds = bounds(body.linkSeconds)
    policy.objectURLSeconds = body.objectURLSeconds
    policy.allowsPresignedURLs = body.allowsPresignedURLs
    policy.presignedSeconds = bounds(body.presignedSeconds)
    policy.landing = landing
    policy.downloadsMax = Int(clamping: body.downloadsMax)
    policy.showsTitleOnPage = body.showsTitleOnPage
    policy.inlineTypes = try types(body.inlineTypes)
    policy.deliveredTypes = try body.deliveredTypes.map { list throws(Problem) in
      try types(list)
    }
    policy.uploadBytesMax = body.uploadBytesMax
    policy.allowsSupersededVersions = body.allowsSupersededVersions
    policy.deletesWithdrawnObjects = body.deletesWithdrawnObjects
    policy.retention = try retention(body.retention)
    policy.scrub = try rules(body.scrub ?? [:])
    policy.brand = try brand(body.brand ?? BrandBody(), logo)
    return policy
  }

  private static func types(_ texts: [String]) throws(Problem) -> Set<MediaType> {
    let types = texts.compactMap { MediaType($0) }
    guard types.count == texts.count else {
      throw Problem(.policyInvalid, "A media type is written like image/jpeg.")
    }
    return Set(types)
  }

  private static func retention(_ body: RetentionBody?) throws(Problem) -> RetentionPolicy {
    guard let body else { return RetentionPolicy() }
    var retention = RetentionPolicy(days: body.days)
    for (name, days) in body.types {
      guard let type = DocumentType(name) else {
        throw Problem(.policyInvalid, "retention names types of documents, such as invoice.")
      }
      retention.typeDays[type] = days
    }
    return retention
  }

  private static func rules(_ texts: [String: String]) throws(Problem) -> ScrubRules {
    var answers = ScrubAnswers()
    do throws(ScrubAnswers.Fault) {
      for (name, answer) in texts { try answers.add(name, answer) }
      return ScrubRules(answers)
    } catch {
      throw Problem(.policyInvalid, "scrub is not understood: \(error.detail)")
    }
  }

  private static let digestStart = "sha256:"

  /// A logo is named by its digest: policies are listed, compared and edited.
  private static func brand(_ brand: Brand) -> BrandBody? {
    guard brand != Brand() else { return nil }
    return BrandBody(
      name: brand.name, colour: brand.colour?.description,
      logo: brand.logo.map { digestStart + Hex.encode($0.sha256.bytes) })
  }

  private static func brand(_ body: BrandBody, _ present: LogoImage?) throws(Problem) -> Brand {
    var brand = Brand(name: body.name)
    if let text = body.colour {
      guard let colour = BrandColour(text) else {
        throw Problem(.policyInvalid, "brand.colour is # and six hexadecimal digits.")
      }
      brand.colour = colour
    }
    guard let text = body.logo else { return brand }
    if text.hasPrefix(digestStart) {
      guard let present, text == digestStart + Hex.encode(present.sha256.bytes) else {
        throw Problem(.policyInvalid, "brand.logo names a logo that the present policy has not.")
      }
      brand.logo = present
      return brand
    }
    do throws(DeliveryError) {
      brand.logo = try LogoImage(dataURL: text)
    } catch {
      throw Problem(error)
    }
    return brand
  }

  private static func lifetime(_ bounds: LifetimeBounds) -> LifetimeBody {
    LifetimeBody(minimum: bounds.min, standard: bounds.standard, maximum: bounds.max)
  }

  private static func bounds(_ body: LifetimeBody) -> LifetimeBounds {
    LifetimeBounds(min: body.minimum, standard: body.standard, max: body.maximum)
  }
}
