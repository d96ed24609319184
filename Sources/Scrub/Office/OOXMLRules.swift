// Which elements and attributes of Office Open XML go, by vocabulary and name. What is not named here
// and belongs to a vocabulary that is kept makes up the document.

import ScrubContract
import XMLText

/// The tables of `OOXMLJudge`.
enum OOXMLRules {
  /// What happens to an element of a vocabulary.
  static func verdict(_ vocabulary: String, _ local: String) -> XMLVerdict {
    elements[vocabulary]?[local] ?? .keep
  }

  /// Whether an attribute goes; `nil` if it stays.
  static func drops(
    _ vocabulary: String, _ local: String, of element: String
  ) -> XMLAttributeVerdict? {
    attributes[vocabulary]?[local]
      ?? (local.hasPrefix("rsid") && vocabulary == "w" ? .drop(.identifier) : nil)
      ?? owned["\(element) \(local)"]
  }

  private static let elements: [String: [String: XMLVerdict]] = [
    "w": table([
      (.ask, "ins del moveTo moveFrom p tr tbl vanish"),
      (
        .drop(.trackedChange),
        """
        rPrChange pPrChange sectPrChange tblPrChange tblGridChange trPrChange tcPrChange \
        tblPrExChange numberingChange moveFromRangeStart moveFromRangeEnd moveToRangeStart \
        moveToRangeEnd customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart \
        customXmlDelRangeEnd customXmlMoveFromRangeStart customXmlMoveFromRangeEnd \
        customXmlMoveToRangeStart customXmlMoveToRangeEnd delText delInstrText cellIns cellDel \
        cellMerge
        """
      ),
      (.drop(.annotation), "commentRangeStart commentRangeEnd commentReference annotationRef"),
      (.drop(.annotationDetails), "permStart permEnd"),
      (
        .drop(.identifier), "rsid rsids nsid tmpl"
      ),
      (
        .drop(.data),
        """
        docVars mailMerge attachedTemplate saveThroughXslt attachedSchema dataBinding smartTagPr \
        customXmlPr schemaLibrary linkStyles documentType saveXmlDataOnly
        """
      ),
      (.drop(.settings), "proofState proofErr activeWritingStyle writeProtection revisionView"),
      (.unwrap(.data), "smartTag customXml"),
      (.drop(.action), "control"),
    ]),
    "w14": table([
      (.drop(.identifier), "docId"), (.drop(.trackedChange), "conflictIns conflictDel"),
    ]),
    "w15": table([
      (.drop(.identifier), "docId chartTrackingRefBased"), (.drop(.data), "dataBinding"),
      (.drop(.annotation), "person presenceInfo"),
    ]),
    "x": table([
      (.drop(.settings), "fileVersion customWorkbookViews customSheetViews cellWatches"),
      (.drop(.annotationDetails), "fileSharing fileRecoveryPr"),
      (
        .drop(.data),
        """
        externalReferences customProperties webPublishing webPublishItems webPublishObjects \
        smartTagPr smartTagTypes smartTags xmlColumnPr
        """
      ),
      (.drop(.attachment), "oleObjects"), (.drop(.action), "controls"),
      (.hold, "hyperlinks definedNames definedName tableParts extLst ext pivotCaches"),
      (.ask, "pivotCacheDefinition cacheSource legacyDrawing sheet"),
    ]),
    "x14": table([(.drop(.data), "slicerList slicerCaches slicerStyles pivotCaches")]),
    "x15": table([
      (.drop(.data), "dataModel pivotCaches timelineCacheRefs timelineRefs connection"),
      (.drop(.identifier), "workbookPr"),
    ]),
    "p": table([
      (.drop(.data), "custDataLst tags"), (.drop(.annotationDetails), "modifyVerifier"),
      (.hold, "extLst ext"), (.ask, "embed sld"), (.drop(.action), "controls"),
      (.drop(.annotation), "cmAuthorLst cmLst"), (.drop(.settings), "lastView"),
    ]),
    "p14": table([(.drop(.identifier), "creationId")]),
    "a": table([(.hold, "extLst ext")]),
    "a14": table([(.drop(.data), "imgProps")]),
    "c": table([(.hold, "extLst ext")]),
    "o": table([(.drop(.attachment), "OLEObject"), (.drop(.annotationDetails), "signatureline")]),
    "v": table([(.hold, "shape")]),
    "vx": table([(.ask, "ClientData")]),
    "mc": table([(.ask, "Choice")]),
  ]

  /// Attributes that go wherever they stand.
  private static let attributes: [String: [String: XMLAttributeVerdict]] = [
    "w": [
      "author": .drop(.annotationDetails), "initials": .drop(.annotationDetails),
      "date": .drop(.annotationDetails), "editor": .drop(.annotationDetails),
      "hash": .drop(.settings), "salt": .drop(.settings), "hashValue": .drop(.settings),
      "saltValue": .drop(.settings),
    ],
    "w14": ["paraId": .drop(.identifier), "textId": .drop(.identifier)],
    "mc": [
      "Ignorable": .ask, "MustUnderstand": .ask, "ProcessContent": .ask, "PreserveElements": .ask,
      "PreserveAttributes": .ask,
    ],
    "o": [
      "gfxdata": .drop(.data), "relid": .ask, "title": .drop(.localPath), "href": .ask,
      "oleid": .drop(.data),
    ],
    "": [
      "hashValue": .drop(.settings), "saltValue": .drop(.settings), "rupBuild": .drop(.settings),
      "refreshedBy": .drop(.annotationDetails), "refreshedDate": .drop(.time),
      "refreshedDateIso": .drop(.time), "algorithmName": .drop(.settings),
      "spinCount": .drop(.settings), "queryTableFieldId": .drop(.data),
      "connectionId": .drop(.data), "codeName": .drop(.data),
    ],
  ]

  /// Attributes that go from one element.
  private static let owned: [String: XMLAttributeVerdict] = {
    let password = [
      "password", "workbookPassword", "workbookHashValue", "workbookSaltValue",
      "workbookAlgorithmName", "workbookSpinCount", "revisionsPassword", "revisionsHashValue",
      "revisionsSaltValue", "revisionsAlgorithmName", "revisionsSpinCount",
    ]
    // Large sheets have many rows, and only those that are hidden are looked at.
    var owned: [String: XMLAttributeVerdict] = [
      "table tableType": .drop(.data), "row hidden": .ask, "col hidden": .ask,
    ]
    for side in ["cropleft", "croptop", "cropright", "cropbottom"] {
      owned["imagedata \(side)"] = .ask
    }
    for side in ["l", "t", "r", "b"] { owned["srcRect \(side)"] = .ask }
    for name in password {
      for element in ["workbookProtection", "sheetProtection", "protectedRange"] {
        owned["\(element) \(name)"] = .drop(.settings)
      }
    }
    return owned
  }()

  private static func table(_ lists: [(XMLVerdict, String)]) -> [String: XMLVerdict] {
    var table: [String: XMLVerdict] = [:]
    for (verdict, names) in lists {
      for name in names.split(separator: " ") { table[String(name)] = verdict }
    }
    return table
  }
}
