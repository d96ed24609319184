// What stays in a scrubbed file although a reader may not expect it there. It is content, so it is not
// removed; it is counted, so that whoever publishes the file knows of it.

/// A kind of content that nobody sees at first sight.
@nonexhaustive
public enum ContentClass: String, Sendable, CaseIterable {
  /// Sheets, rows, columns, slides, layers or text that a document does not show; a rule may refuse them.
  case hidden
  /// Pictures of which a document shows a part; the rest of them is in the file.
  case croppedPicture = "cropped-picture"
  /// Messages for programs between the coded pictures of a film (`user_data` in the supplemental
  /// enhancement information of ITU-T H.264 and H.265).
  case streamMessage = "stream-message"

  /// What it is and why it stays, in one line.
  public var explanation: String {
    switch self {
    case .hidden:
      "sheets, rows, slides and text that are not shown are content; hidden=refuse refuses them"
    case .croppedPicture:
      "a document shows a part of a picture; cutting off the rest would code the picture anew"
    case .streamMessage:
      "messages between the pictures of a film hold captions, or settings and times of a recorder"
    }
  }
}

/// How much content of one class stays.
public struct StayingContent: Sendable, Hashable {
  /// The class.
  public let content: ContentClass
  /// How many places; at least 1.
  public let count: Int

  /// Creates an entry.
  public init(_ content: ContentClass, count: Int) {
    self.content = content
    self.count = count
  }
}
