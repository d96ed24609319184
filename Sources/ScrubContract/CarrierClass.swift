// What was removed, as classes and counts. Values never leave the scrubber: a log of the positions
// that were removed would be a leak of its own.

/// A kind of metadata carrier.
@nonexhaustive
public enum CarrierClass: String, Sendable, CaseIterable {
  /// A block of EXIF tags.
  case exif
  /// An EXIF block that held a position.
  case position
  /// An EXIF block that held a camera maker's private notes.
  case makerNote = "maker-note"
  /// A small copy of the picture, which may show what was cropped or covered.
  case thumbnail
  /// An XMP packet or a part of one.
  case xmp
  /// Photoshop resources, which hold IPTC.
  case iptc
  /// Free text: a comment, a description, a text chunk.
  case comment
  /// A modification time.
  case time
  /// A C2PA or JUMBF manifest.
  case provenance
  /// An index of further pictures behind the main one.
  case secondImage = "second-image"
  /// Descriptions, device names and dates inside a colour profile.
  case profileDetails = "profile-details"
  /// A segment or chunk of a program or maker that is not needed to show the picture.
  case vendor
  /// A structure at a place where decoders ignore it.
  case misplaced
  /// Bytes before the beginning or behind the end of the document.
  case trailer
  /// An entry about the document as such: its author, its program, its device.
  case documentInfo = "document-info"
  /// The identifier that all copies of one document share.
  case identifier
  /// An earlier state of the document, kept behind the present one.
  case history
  /// A comment, stamp or other mark that a person put on a page.
  case annotation
  /// Names, dates and notes on a link or form field that stays.
  case annotationDetails = "annotation-details"
  /// An embedded file, sound or film.
  case attachment
  /// A track of positions, times or notes beside a film.
  case timedMetadata = "timed-metadata"
  /// A script, or an action that does more than lead to a page or an address.
  case action
  /// A tag of a sound file: title, names, lyrics, pictures, notes of a production.
  case tags
  /// The name, version or settings of the program that wrote the file.
  case software
  /// A tracked change, which names its editor; what it says is accepted.
  case trackedChange = "tracked-change"
  /// The path of a file, folder or template on somebody's machine.
  case localPath = "local-path"
  /// Data for programs beside the text: custom XML, tags, connections, caches.
  case data
  /// Settings of a printer, or of whoever looked at the document last.
  case settings
}

/// How many carriers of one class were removed.
public struct RemovedCarrier: Sendable, Hashable {
  /// The class.
  public let carrier: CarrierClass
  /// How many; at least 1.
  public let count: Int

  /// Creates an entry.
  public init(_ carrier: CarrierClass, count: Int) {
    self.carrier = carrier
    self.count = count
  }
}
