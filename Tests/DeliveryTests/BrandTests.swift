// Logos that hold pixels only, colours, and the brand inside of the policy.

import Base
import Delivery
import JSONText
import TestSupport
import Testing

@Suite struct BrandTests {
  @Test func `a logo keeps what shows it and loses everything else`() throws {
    let clean = Logos.png()
    let full = Logos.png(extra: [("tEXt", Array("Author\0Ann".utf8)), ("eXIf", [1, 2, 3])])
    #expect(try LogoImage(cleaning: full).bytes == clean)
    #expect(try LogoImage(cleaning: full + [1, 2, 3]).bytes == clean)
    #expect(try LogoImage(clean).dataURL.hasPrefix("data:image/png;base64,iVBOR"))
    let jpeg = Logos.jpeg()
    let noisy = Logos.jpeg(extra: [(0xE1, Array("Exif\0\0GPS".utf8)), (0xFE, Array("by Ann".utf8))])
    #expect(try LogoImage(cleaning: noisy).bytes == jpeg)
    #expect(try LogoImage(jpeg).mediaType == "image/jpeg")
    for file in [full, clean + [0], noisy, jpeg + [0]] {
      #expect(try refusal { _ = try LogoImage(file) }?.contains("more than pixels") == true)
    }
  }

  @Test func `what is no small picture is no logo`() throws {
    var broken = Logos.png()
    broken[40] ^= 1
    let cases: [([UInt8], String)] = [
      (Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "no PNG and no JPEG"),
      ([], "no PNG and no JPEG"), (broken, "damaged"), (Array(Logos.png().dropLast()), "damaged"),
      (Array(Logos.jpeg().dropLast(2)), "damaged"),
      (Logos.png(width: 1025), "a side has 1 to 1024"),
      (Logos.png(width: 0), "a side has 1 to 1024"),
      (Logos.png(extra: [("CgBI", [0])]), "not known"),
      ([0xFF, 0xD8, 0xFF, 0xC3, 0, 4, 1, 1], "not known"),
      (Logos.png(pixels: 20_000), "make it smaller"),
      ([UInt8](repeating: 0, count: (1 << 20) + 1), "more than 1048576 bytes"),
    ]
    for (file, why) in cases {
      let got = try refusal { _ = try LogoImage(cleaning: file) }
      #expect(got?.contains(why) == true, "\(why): \(got ?? "taken")")
    }
    #expect(try LogoImage(cleaning: Logos.png(width: 1024)).bytes == Logos.png(width: 1024))
    let frame = Logos.png().count - 20
    let largest = Logos.png(pixels: LogoImage.bytesMax - frame)
    #expect(largest.count == LogoImage.bytesMax)
    #expect(try LogoImage(largest).bytes == largest)
    #expect(try refusal { _ = try LogoImage(Logos.png(pixels: 16_385 - frame)) } != nil)
  }

  @Test func `damaging any byte of a logo never takes more than was there`() throws {
    for sample in [Logos.png(), Logos.jpeg()] {
      for place in sample.indices {
        for bit in 0..<8 {
          var file = sample
          file[place] ^= 1 << UInt8(bit)
          // It is refused, or it is a logo that is taken again as it stands.
          guard let logo = try? LogoImage(cleaning: file) else { continue }
          #expect(try LogoImage(logo.bytes) == logo)
        }
      }
    }
  }

  @Test(arguments: [
    ("#0b5cad", "#0b5cad"), ("#FFffFF", "#ffffff"), ("#000000", "#000000"), ("#000", nil),
    ("0b5cad", nil), ("#0b5ca", nil), ("#0b5cad0", nil), ("#+b5cad", nil), ("red", nil), ("", nil),
  ])
  func `a colour is six digits`(text: String, read: String?) {
    #expect(BrandColour(text)?.description == read)
  }

  @Test func `the brand is a part of the policy`() throws {
    var policy = TenantPolicy()
    policy.brand = Brand(
      name: "Acme & Söhne", colour: BrandColour("#123456"), logo: try LogoImage(Logos.png()))
    #expect(try TenantPolicy(json: policy.json) == policy)
    #expect(try TenantPolicy(json: ["version": 1]).brand == Brand())
    let bad: [JSONValue] = [
      ["name": ""], ["name": "a\u{202E}b"], ["colour": "blue"],
      ["logo": "data:image/png;base64,AAAA"],
      ["logo": "https://example.com/logo.png"], ["color": "#123456"],
      ["name": .string(String(repeating: "a", count: 201))],
    ]
    for brand in bad {
      #expect(throws: DeliveryError.self) { _ = try TenantPolicy(json: ["brand": brand]) }
    }
    let name = String(repeating: "a", count: 200)
    #expect(try TenantPolicy(json: ["brand": ["name": .string(name)]]).brand.name == name)
    let swapped = policy.brand.logo?.dataURL.replacing("image/png", with: "image/jpeg") ?? ""
    #expect(throws: DeliveryError.self) { _ = try LogoImage(dataURL: swapped) }
  }

  private func refusal(_ work: () throws -> Void) throws -> String? {
    do {
      try work()
      return nil
    } catch let error as DeliveryError {
      #expect(error.code == .policyInvalid)
      return error.detail
    }
  }
}
