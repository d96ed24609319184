// The dictionaries of ISO 32000-2 with the keys that showing, printing, reading aloud and filling in
// need. Left out on purpose: /Metadata, /PieceInfo, /LastModified, /Thumb, /AF, /AA, /OPI, /Ref, /ID,
// what programs add under names of their own, and all that is obsolete.

extension PDFShape {
  /// Every shape.
  static let all: [PDFSlot: PDFShape] = drawing.merging(structure) { first, _ in first }
    .merging(interaction) { first, _ in first }

  /// The keys of a page; those of its parents are merged before.
  static let page = PDFShape(
    "Type MediaBox CropBox BleedBox TrimBox ArtBox Rotate Tabs StructParents UserUnit",
    [
      "Annots": .annotations, "Contents": .content, "Group": .group,
      "OutputIntents": .outputIntent, "Resources": .resources,
    ])

  /// A page description that is drawn as a whole.
  static let formObject = PDFShape(
    "Type Subtype FormType BBox Matrix StructParent StructParents",
    ["Group": .group, "OC": .layerOrMembership, "Resources": .resources], data: .content)

  /// A picture. Filters are handled with the data.
  static let imageObject = PDFShape(
    "Type Subtype Width Height BitsPerComponent Intent ImageMask Decode Interpolate SMaskInData "
      + "StructParent Matte",
    [
      "ColorSpace": .colorSpace, "Mask": .form, "OC": .layerOrMembership, "SMask": .form,
    ], data: .plain)

  private static let drawing: [PDFSlot: PDFShape] = [
    .stream: PDFShape("", data: .plain),
    .textOrStream: PDFShape("", data: .plain, allowsText: true),
    .content: PDFShape("", data: .content),
    .segments: PDFShape("", data: .segments),
    .resources: PDFShape(
      "ProcSet",
      [
        "ColorSpace": .colorSpaces, "ExtGState": .graphicStates, "Font": .fonts,
        "Pattern": .patterns, "Properties": .propertyLists, "Shading": .shadings,
        "XObject": .forms,
      ]),
    .graphicState: PDFShape(
      "Type LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK UseBlackPtComp",
      [
        "BG": .function, "BG2": .function, "Font": .font, "SMask": .softMask, "TR": .function,
        "TR2": .function, "UCR": .function, "UCR2": .function,
      ]),
    .softMask: PDFShape("Type S BC", ["G": .form, "TR": .function]),
    .group: PDFShape("Type S I K", ["CS": .colorSpace]),
    .colorParameters: PDFShape("WhitePoint BlackPoint Gamma Matrix Range"),
    .deviceColors: PDFShape("Subtype", ["Colorants": .colorants, "Process": .processColors]),
    .processColors: PDFShape("Components", ["ColorSpace": .colorSpace]),
    .profile: PDFShape("N Range", ["Alternate": .colorSpace], data: .profile),
    .pattern: PDFShape(
      "Type PatternType PaintType TilingType BBox XStep YStep Matrix",
      ["ExtGState": .graphicState, "Resources": .resources, "Shading": .shading],
      data: .content),
    .shading: PDFShape(
      "ShadingType Background BBox AntiAlias Domain Matrix Coords Extend BitsPerCoordinate "
        + "BitsPerComponent BitsPerFlag Decode VerticesPerRow",
      ["ColorSpace": .colorSpace, "Function": .function], data: .plain),
    .function: PDFShape(
      "FunctionType Domain Range Size BitsPerSample Order Encode Decode C0 C1 N Bounds",
      ["Functions": .function], data: .plain),
    .font: PDFShape(
      "Type Subtype BaseFont FirstChar LastChar Widths W W2 DW DW2 FontBBox FontMatrix",
      [
        "CIDSystemInfo": .characterCollection, "CIDToGIDMap": .stream, "CharProcs": .glyphs,
        "DescendantFonts": .font, "Encoding": .encoding, "FontDescriptor": .fontDescriptor,
        "Resources": .resources, "ToUnicode": .encoding,
      ]),
    .fontDescriptor: PDFShape(
      "Type FontName FontStretch FontWeight Flags FontBBox ItalicAngle Ascent Descent Leading "
        + "CapHeight XHeight StemV StemH AvgWidth MaxWidth MissingWidth Lang",
      text: "FontFamily CharSet",
      [
        "CIDSet": .stream, "FontFile": .fontProgram, "FontFile2": .fontProgram,
        "FontFile3": .fontProgram, "Style": .fontStyle,
      ]),
    .fontStyle: PDFShape("", text: "Panose"),
    .fontProgram: PDFShape("Subtype Length1 Length2 Length3", data: .plain),
    .encoding: PDFShape(
      "Type BaseEncoding Differences CMapName WMode",
      ["CIDSystemInfo": .characterCollection, "UseCMap": .encoding], data: .plain),
    .characterCollection: PDFShape("Supplement", text: "Registry Ordering"),
    .outputIntent: PDFShape(
      "Type S", text: "OutputConditionIdentifier", ["DestOutputProfile": .profile]),
  ]

  private static let structure: [PDFSlot: PDFShape] = [
    .layer: PDFShape(
      "Type Intent", text: "Name", ["Usage": .layerUsage], allowsText: true),
    .layerUsage: PDFShape(
      "",
      [
        "Export": .layerUsageApplication, "Language": .layerUsageApplication,
        "PageElement": .layerUsageApplication, "Print": .layerUsageApplication,
        "View": .layerUsageApplication, "Zoom": .layerUsageApplication,
      ]),
    .layerUsageApplication: PDFShape(
      "Subtype ViewState PrintState ExportState Preferred min max Category Event", text: "Lang",
      ["OCGs": .layer]),
    .layerProperties: PDFShape(
      "",
      [
        "Configs": .layerConfiguration, "D": .layerConfiguration,
        "OCGs": .layer,
      ]),
    .layerConfiguration: PDFShape(
      "BaseState Intent ListMode",
      [
        "AS": .layerUsageApplication, "Locked": .layer, "OFF": .layer, "ON": .layer,
        "Order": .layer, "RBGroups": .layer,
      ]),
    .structureTree: PDFShape(
      "Type",
      [
        "ClassMap": .attributeClasses, "K": .structureKids, "Namespaces": .namespace,
        "RoleMap": .roles,
      ]),
    .namespace: PDFShape("Type", text: "NS", ["RoleMapNS": .roles]),
    .markInfo: PDFShape("Marked Suspects"),
    .pageLabel: PDFShape("Type S St", text: "P"),
    .outline: PDFShape(
      "Type Count C F", text: "Title",
      [
        "A": .action, "Dest": .destination, "First": .outline, "Last": .outline,
        "Next": .outline, "Parent": .outline, "Prev": .outline,
      ]),
    .viewerPreferences: PDFShape(
      "HideToolbar HideMenubar HideWindowUI FitWindow CenterWindow DisplayDocTitle "
        + "NonFullScreenPageMode Direction ViewArea ViewClip PrintArea PrintClip PrintScaling "
        + "Duplex PickTrayByPDFSize PrintPageRange NumCopies"),
  ]

  /// An element of the logical structure.
  static let element = PDFShape(
    "Type S C R PhoneticAlphabet", text: "T Lang Alt E ActualText Phoneme",
    [
      "A": .structureAttributes, "K": .structureKids, "NS": .namespace, "P": .structureElement,
      "Pg": .page,
    ])

  /// Marked content as a child of an element.
  static let markedContent = PDFShape("Type MCID", ["Pg": .page, "Stm": .form])

  /// A marked-content property list that is no layer.
  static let properties = PDFShape("Type MCID", text: "Lang Alt ActualText E")

  /// What a group of layers depends on.
  static let membership = PDFShape("Type P", ["OCGs": .layer, "VE": .layer])

  /// What links and form fields have in common.
  private static let annotationScalars = "Type Subtype Rect F AS Border C StructParent "
  private static let annotationSlots: [String: PDFSlot] = [
    "AP": .appearance, "BS": .borderStyle, "OC": .layerOrMembership, "P": .page,
  ]

  /// A form field, the place on a page where it stands, or both in one.
  static let fieldObject = PDFShape(
    annotationScalars + "H FT Ff Q MaxLen TI I", text: "T TU TM DA DV Opt Lang",
    annotationSlots.merging([
      "A": .action, "Kids": .fieldList, "MK": .widgetLook, "Parent": .field, "V": .fieldValue,
    ]) { first, _ in first })

  private static let interaction: [PDFSlot: PDFShape] = [
    .link: PDFShape(
      annotationScalars + "H QuadPoints", text: "Contents Lang",
      annotationSlots.merging(["A": .action, "Dest": .destination]) { first, _ in first }),
    .watermark: PDFShape(annotationScalars, annotationSlots),
    .fieldValue: PDFShape("", data: .plain, allowsText: true),
    .appearance: PDFShape(
      "", ["D": .appearanceLook, "N": .appearanceLook, "R": .appearanceLook]),
    .borderStyle: PDFShape("Type W S D"),
    .iconFit: PDFShape("SW S A FB"),
    .widgetLook: PDFShape(
      "R BC BG TP", text: "CA RC AC",
      ["I": .form, "IF": .iconFit, "IX": .form, "RI": .form]),
    .interactiveForm: PDFShape(
      "NeedAppearances Q", text: "DA", ["DR": .resources, "Fields": .fieldList]),
  ]
}
