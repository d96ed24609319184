// One page of a listing.

package import JSONText

/// Items and the cursor of the next page.
public struct PageBody<Item: WireBody>: Sendable {
  /// The items in order.
  public var items: [Item]

  /// Pass it as `cursor` to get the next page; nothing on the last page.
  public var nextCursor: String?

  /// Creates a page.
  public init(items: [Item], nextCursor: String? = nil) {
    self.items = items
    self.nextCursor = nextCursor
  }
}

extension PageBody: WireBody where Item: WireObject {}

extension PageBody: WireObject where Item: WireObject {
  package init(members: JSONObject) throws(JSONError) {
    items = try members.bodies("items", as: Item.self)
    nextCursor = try members.string("next_cursor")
  }

  package func writeMembers(to writer: inout JSONWriter) {
    writer.member("items", items)
    writer.member("next_cursor", nextCursor)
  }
}

extension PageBody: Equatable where Item: Equatable {}
