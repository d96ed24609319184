// Carriers in the corners of PDF: fields and elements of deleted pages, attributes, comments within
// pictures; and what looks like a carrier and is none.

import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct PDFCarrierTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let gone: [String]
    let kept: [String]

    init(_ name: String, _ bytes: [UInt8], gone: [String] = [], kept: [String] = []) {
      testDescription = name
      self.bytes = bytes
      self.gone = gone
      self.kept = kept
    }
  }

  /// A page with a form, whose fields stand from object 6 on.
  private static func form(_ fields: String, _ objects: [String], page: String = "") -> [UInt8] {
    PDFSample(catalogue: "/AcroForm<</Fields[\(fields)]>>", page: page, more: objects).bytes
  }

  /// A structure tree in object 6, whose elements follow.
  private static func tree(_ elements: [String], more: String = "") -> [UInt8] {
    let root = "<</Type/StructTreeRoot/K 7 0 R\(more)>>"
    return PDFSample(catalogue: "/StructTreeRoot 6 0 R", more: [root] + elements).bytes
  }

  static let fields: [Case] = {
    let widget = "/Subtype/Widget/Rect[0 0 9 9]"
    return [
      Case(
        "a field of a deleted page",
        form(
          "6 0 R",
          [
            "<</FT/Tx/T(gone)/V(hidden)/Kids[7 0 R]>>", "<<\(widget)/Parent 6 0 R/P 8 0 R>>",
            "<</Type/Page/MediaBox[0 0 9 9]/Annots[7 0 R]>>",
          ]), gone: ["(gone)", "(hidden)"]),
      Case(
        "a field without a place", form("6 0 R", ["<</FT/Tx/T(gone)/V(hidden)>>"]),
        gone: ["(gone)", "(hidden)"]),
      Case("a field that is no object", form("<</FT/Tx/T(gone)>>", []), gone: ["(gone)"]),
      Case(
        "a field below itself", form("6 0 R", ["<</FT/Tx/T(gone)/Kids[6 0 R]>>"]),
        gone: ["(gone)"]),
      Case(
        "a field with two places, one of them deleted",
        form(
          "6 0 R",
          [
            "<</FT/Tx/T(here)/V(shown)/Kids[7 0 R 8 0 R]>>",
            "<<\(widget)/Parent 6 0 R/TU(gone)>>", "<<\(widget)/Parent 6 0 R/TU(left)>>",
          ], page: "/Annots[8 0 R]"), gone: ["(gone)"], kept: ["(here)", "(shown)", "(left)"]),
    ]
  }()

  static let structure: [Case] = {
    let deleted = "<</Type/Page/MediaBox[0 0 9 9]>>"
    func attributes(_ text: String) -> [UInt8] {
      tree(["<</S/P/P 6 0 R/Pg 3 0 R/K 0/A<<\(text)>>>>"])
    }
    return [
      Case(
        "elements of a deleted page",
        tree([
          "<</S/Document/P 6 0 R/K[8 0 R 9 0 R 11 0 R]>>",
          "<</S/P/P 7 0 R/Pg 3 0 R/K 0/Alt(left)>>",
          "<</S/Figure/P 7 0 R/Alt(gone)/K<</Type/MCR/Pg 10 0 R/MCID 0>>>>", deleted,
          "<</S/TD/P 7 0 R/Alt(empty)>>",
        ]), gone: ["(gone)"], kept: ["(left)", "(empty)"]),
      Case(
        "attributes that no reader knows",
        attributes("/O/Layout/Width 9/LastEditedBy(gone)/Placement(gone)/Path/C:#5cgone"),
        gone: ["gone"], kept: ["/Width 9"]),
      Case(
        "attributes in a class",
        tree(
          ["<</S/P/P 6 0 R/Pg 3 0 R/K 0/C/Note>>"],
          more: "/ClassMap<</Note<</O/Table/RowSpan 2/Who(gone)/Summary(left)>>>>"),
        gone: ["(gone)"], kept: ["/RowSpan 2", "(left)"]),
      Case("attributes of a program", attributes("/O/Word/Width 9"), gone: ["/Width"]),
      Case(
        "the largest key of the parent tree",
        tree(["<</S/P/P 6 0 R/Pg 3 0 R/K 0>>"], more: "/ParentTree<</Nums[\(Int.max) 7 0 R]>>"),
        kept: ["/ParentTree"]),
      Case(
        "a list that stands twice in the parent tree",
        tree(
          ["<</S/P/P 6 0 R/Pg 3 0 R/K 0>>", "[7 0 R]"],
          more: "/ParentTree<</Nums[0 8 0 R 1 8 0 R]>>"), kept: ["/ParentTree"]),
    ]
  }()

  static let looks: [Case] = {
    func font(_ map: String, _ more: [String] = []) -> [UInt8] {
      PDFSample(resources: map, more: more).bytes
    }
    var states = PDFSample(page: "/Annots[6 0 R]")
    _ = states.add(
      "<</Subtype/Widget/FT/Btn/T(c)/AS/On/Rect[0 0 9 9]/AP<</N<</On 7 0 R/Off 8 0 R>>>>>>")
    _ = states.add("/BBox[0 0 9 9]", Array("0 0 7 7 re f".utf8))
    _ = states.add("/BBox[0 0 9 9]", Array("q Q".utf8))
    var mask = PDFSample(resources: "/XObject<</Im1 6 0 R>>")
    let size = "/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
    _ = mask.add("/Subtype/Image\(size)/SMask 7 0 R", [0])
    _ = mask.add(size, [1])
    return [
      Case("states without a kind", states.bytes, kept: ["0 0 7 7 re f", "/On ", "/Off "]),
      Case("a mask without a kind", mask.bytes, kept: ["/SMask"]),
      Case(
        "objects that are called like carriers",
        font(
          "/XObject<</Thumb 6 0 R/Metadata 6 0 R>>/Pattern 7 0 R/ColorSpace<</S/DeviceGray/M/DeviceRGB>>",
          [
            "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream", "<</OPI 8 0 R>>",
            "<</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]/Function<</FunctionType 2/Domain[0 1]/N 1>>>>>>",
          ]),
        kept: ["/Thumb", "/OPI"]),
      Case(
        "glyphs called M and S",
        font(
          "/XObject<</Im1 6 0 R>>",
          [
            "<</Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</S 7 0 R/M 7 0 R>>>>/Length 0>>\nstream\n\nendstream",
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 77"
              + "/LastChar 77/Widths[9]/Encoding<</Differences[77/M]>>/CharProcs<</M 4 0 R/S 4 0 R>>>>",
          ]), kept: ["/CharProcs"]),
      Case(
        "a place called like a carrier",
        PDFSample(catalogue: "/Dests<</Collection[3 0 R/Fit]/AA[3 0 R/Fit]>>").bytes,
        kept: ["/Collection"]),
    ]
  }()

  @Test(arguments: fields + structure + looks)
  func `what no page shows goes, what a page shows stays, and twice is as once`(
    item: Case
  ) throws {
    let once = try scrubbed(item.bytes).get().bytes
    _ = try ResidueVerifier().verify(.bytes(once))
    let text = unpacked(once)
    #expect(item.gone.filter { text.contains(text: $0) }.isEmpty)
    #expect(item.kept.filter { !text.contains(text: $0) }.isEmpty)
    #expect(try scrubbed(once).get().bytes == once)
  }

  @Test func `a tree or a list that is named again and again does not multiply`() throws {
    var doubling = PDFSample(catalogue: "/Names<</Dests<</Kids 6 0 R>>>>")
    for number in 7..<62 {
      _ = doubling.add("[<</Kids \(number) 0 R>><</Kids \(number) 0 R>>]")
    }
    _ = doubling.add("[]")
    #expect(try refusal(doubling.bytes) == .malformedPDF)
    let entries = (0..<5000).map { "\($0) 8 0 R " }.joined()
    let list = "[" + String(repeating: "7 0 R ", count: 5000) + "]"
    let shared = PDFCarrierTests.tree(
      ["<</S/P/P 6 0 R/Pg 3 0 R/K 0>>", list], more: "/ParentTree<</Nums[\(entries)]>>")
    let bytes = try scrubbed(shared).get().bytes
    #expect(bytes.count < 2 * shared.count)
    // Many pages with one list of annotations.
    var pages = PDFSample(page: "/Annots 6 0 R")
    _ = pages.add("[" + String(repeating: "7 0 R ", count: 5) + "]")
    _ = pages.add("<</Subtype/Link/Rect[0 0 9 9]>>")
    var limits = ScrubLimits()
    limits.objectsMax = 4
    #expect(try refusal(pages.bytes, limits: limits) == nil)
    pages.objects[5].text = "[" + String(repeating: "7 0 R ", count: 17) + "]"
    #expect(try refusal(pages.bytes, limits: limits) == .tooManyParts)
  }
}
