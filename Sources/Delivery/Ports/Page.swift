// Lists come in pages. A page is asked for by the key of the last item seen, so that an insert or a
// removal between two pages neither repeats nor hides an item that was there all the time.

/// Which page of a list.
package struct PageRequest<Key: Sendable>: Sendable {
  /// The key of the last item of the page before; nothing for the first page.
  package let after: Key?
  /// How many items at most, 1 to 200.
  package let limit: Int

  /// Asks for a page; throws `limit-out-of-range` outside 1...200.
  package init(after: Key? = nil, limit: Int = PageLimit.standard) throws(DeliveryError) {
    guard (1...PageLimit.max).contains(limit) else {
      throw DeliveryError(.limitOutOfRange, "A limit is from 1 to \(PageLimit.max).")
    }
    self.after = after
    self.limit = limit
  }
}

/// The bounds of a page.
package enum PageLimit {
  /// Items on a page if nothing is asked.
  package static let standard = 50
  /// The most items on a page.
  package static let max = 200
}

/// One page of a list of documents.
///
/// A search ends after it has looked at so many documents, found or not, so a page can be short, even
/// empty, although the list goes on: only `next` tells.
package struct DocumentPage: Sendable {
  /// The documents in the order of the list.
  package let items: [DocumentView]
  /// Behind what the next page begins; nothing at the end of the list.
  package let next: DocumentPosition?

  /// Takes the values as they are.
  package init(items: [DocumentView], next: DocumentPosition?) {
    self.items = items
    self.next = next
  }
}

/// One page of a list.
package struct Page<Item: Sendable>: Sendable {
  /// The items in the order of the list.
  package let items: [Item]
  /// Whether there are items after the last one.
  package let hasMore: Bool

  /// Takes the values as they are.
  package init(items: [Item], hasMore: Bool) {
    self.items = items
    self.hasMore = hasMore
  }
}
