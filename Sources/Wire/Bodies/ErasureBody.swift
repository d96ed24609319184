// What was erased of a person (`DELETE /v1/audit/people/{pseudonym}`).

package import JSONText

/// One step of an erasure.
public struct ErasureBody: WireObject, Equatable {
  /// The events whose personal data was erased by this step.
  public var erased: Int64

  /// Whether nothing is left; otherwise the request is repeated.
  public var isComplete: Bool

  /// The audit event that says so.
  public var eventID: String

  /// Creates a body from its members.
  public init(erased: Int64, isComplete: Bool, eventID: String) {
    self.erased = erased
    self.isComplete = isComplete
    self.eventID = eventID
  }

  package init(members: JSONObject) throws(JSONError) {
    erased = try members.requiredInteger("erased")
    isComplete = try members.requiredBool("complete")
    eventID = try members.requiredString("event_id")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("erased", erased)
    writer.member("complete", isComplete)
    writer.member("event_id", eventID)
  }
}
