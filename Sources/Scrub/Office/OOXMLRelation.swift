// Relationships (ECMA-376 part 2, section 6.5): the only way from one part to another. Their types say
// what a part is for, whatever it is called; a part that no kept relationship reaches is not written.

import ScrubContract
import XMLText

/// One relationship of a part.
struct OOXMLRelation {
  /// What is done with the part at the other end.
  enum Role {
    /// XML of a vocabulary that is filtered.
    case text
    /// A picture, sound or film.
    case media
    /// An embedded font, which is a program's data and stays.
    case font
    /// A document inside the document.
    case embedding
    /// An address that a reader may follow.
    case link
    /// Goes.
    case drop(CarrierClass?)
    /// A question of the rule on signatures.
    case signature
    /// A question of the rule on macros.
    case macro
    /// Cannot be dropped without losing something visible, and cannot be scrubbed.
    case refuse
  }

  let id: String
  let type: String
  let target: String
  let isExternal: Bool

  /// The last word of the type; those of all editions and vendors have it in common.
  var kind: String {
    guard type.contains("/relationships/") else { return "" }
    return type.split(separator: "/").last.map(String.init) ?? ""
  }

  /// What is done, if the type is known.
  var role: Role? { OOXMLRelation.roles[kind] }

  private static let roles: [String: Role] = {
    var roles: [String: Role] = [
      "hyperlink": .link, "font": .font, "package": .embedding, "oleObject": .embedding,
      "core-properties": .drop(.documentInfo), "extended-properties": .drop(.documentInfo),
      "custom-properties": .drop(.documentInfo), "thumbnail": .drop(.thumbnail),
      "coreProperties": .drop(.documentInfo), "extendedProperties": .drop(.documentInfo),
      "customProperties": .drop(.documentInfo), "classificationlabels": .drop(.documentInfo),
      "origin": .signature, "signature": .signature,
      "vbaProject": .macro, "vbaProjectSignature": .macro, "wordVbaData": .macro,
      "control": .macro, "activeXControlBinary": .macro, "ctrlProp": .macro,
      "xlMacrosheet": .refuse, "xlIntlMacrosheet": .refuse, "aFChunk": .refuse,
      "subDocument": .refuse,
    ]
    let lists: [(Role, String)] = [
      (
        .text,
        """
        officeDocument styles stylesWithEffects settings fontTable numbering theme themeOverride \
        footnotes endnotes header footer glossaryDocument chart chartEx chartUserShapes chartStyle \
        chartColorStyle diagramData diagramLayout diagramQuickStyle diagramColors diagramDrawing \
        worksheet chartsheet dialogsheet sharedStrings table drawing vmlDrawing legacyDrawing \
        pivotTable pivotCacheDefinition sheetMetadata slideMaster slideLayout slide notesMaster \
        notesSlide handoutMaster presProps viewProps tableStyles legacyDiagramText
        """
      ),
      (.media, "image audio video media"),
      (
        .drop(.annotation),
        """
        comments commentsExtended commentsIds commentsExtensible people person threadedComment \
        commentAuthors authors
        """
      ),
      (.drop(.history), "revisionHeaders revisionLog usernames revisionInfo changesInfo"),
      (
        .drop(.data),
        """
        customXml customXmlProps mailMergeSource mailMergeHeaderSource mailMergeRecipientData \
        recipientData connections queryTable externalLink externalLinkPath xlExternalLinkPath \
        externalLinkLongPath xlPathMissing pivotCacheRecords xmlMaps tableSingleCells \
        customProperty customData volatileDependencies slicer slicerCache timeline timelineCache \
        tags webextensiontaskpanes webextension powerPivotData dataModel smartTags calcChain \
        slideUpdateInfo hdphoto downRev keyMapCustomizations attachedToolbars attachedTemplate \
        extensibility userCustomization transform htmlPubSaveAs frame documenttasks
        """
      ),
      (.drop(.settings), "printerSettings webSettings"),
    ]
    for (role, names) in lists {
      for name in names.split(separator: " ") { roles[String(name)] = role }
    }
    return roles
  }()
}

/// Collects all tags of a small document: relationships and content types.
final class XMLTagList: XMLJudge {
  private(set) var tags: [XMLTag] = []
  private let countMax: Int

  private init(countMax: Int) { self.countMax = countMax }

  /// The tags in document order.
  static func read(_ bytes: [UInt8], countMax: Int) throws(ScrubError) -> [XMLTag] {
    let list = XMLTagList(countMax: countMax)
    _ = try XMLFilter.run(judge: list, bytes)
    return list.tags
  }

  func knows(namespace: String) -> Bool { true }
  func verdict(on element: XMLName) -> XMLVerdict { .ask }
  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict { .keep }

  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    tags.append(tag)
    guard tags.count <= countMax else {
      throw ScrubError(.tooManyParts, "The document has too many parts.")
    }
    return .keep
  }
}
