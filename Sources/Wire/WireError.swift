// Why a body could not be read. The detail names members, never their values.

internal import JSONText

/// A JSON body that does not have the form of the contract.
public struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong; raw texts never change.
  public struct Code: RawRepresentable, Sendable, Hashable {
    public let rawValue: String

    /// Creates a code from its raw text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The bytes are no JSON in the limits of the contract.
    public static let malformed = Code(rawValue: "body-malformed")
    /// A member has no meaning here.
    public static let unknownMember = Code(rawValue: "member-unknown")
    /// A member that must be there is missing.
    public static let missingMember = Code(rawValue: "member-missing")
    /// A member has the wrong type or lies outside its bounds.
    public static let invalidMember = Code(rawValue: "member-invalid")
  }

  /// What is wrong.
  public let code: Code

  /// A sentence for people.
  public let detail: String

  /// Creates an error.
  public init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  init(_ error: JSONError) {
    switch error.code {
    case .unknownMember: self.init(.unknownMember, error.detail)
    case .missingMember: self.init(.missingMember, error.detail)
    case .wrongType, .outOfRange: self.init(.invalidMember, error.detail)
    default: self.init(.malformed, error.description)
    }
  }

  public var description: String { "\(code.rawValue): \(detail)" }
}
