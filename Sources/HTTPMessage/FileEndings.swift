// Endings by which systems choose the program that opens a file, and names that Windows keeps for
// devices. A name that ends in one of them before its true ending looks like another file.

enum FileEndings {
  /// The name with its last dots replaced for as long as what follows them is a known ending.
  static func joined(_ name: String) -> String {
    var scalars = Array(name.unicodeScalars)
    var end = scalars.count
    while let dot = scalars[..<end].lastIndex(of: ".") {
      let ending = scalars[dot + 1..<end].map { $0.properties.lowercaseMapping }.joined()
      // Spaces around an ending hide nothing from a reader.
      guard known.contains(String(ending.split(separator: " ").joined())) else { break }
      scalars[dot] = "_"
      end = dot
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// Whether a name without its extension is that of a device (Windows, "Naming Files").
  static func isDevice(_ name: String) -> Bool {
    let start = name.unicodeScalars.prefix { $0 != "." && $0 != " " }
    return devices.contains(String(start).lowercased())
  }

  private static let devices: Set<String> = Set(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
      + ["com", "lpt"].flatMap { kind in
        (0...9).map { "\(kind)\($0)" } + ["\u{B9}", "\u{B2}", "\u{B3}"].map { kind + $0 }
      })

  /// What runs, what a browser shows, archives, and what this gateway delivers.
  private static let known = Set(
    """
    app appimage application appref-ms bash bat chm cmd com command cpl csh deb desktop dll dmg \
    exe gadget hta htm html inf ins iso img jar jnlp js jse ksh lnk mde mht mhtml mjs msc msi \
    msix msp mst ocx php phtml pif pkg pl ps1 ps1xml ps2 psc1 psm1 py pyc pyw rb reg rgs rpm run \
    scf scr sct settingcontent-ms sh shb shs sys terminal tool url vb vbe vbs vbscript vhd vhdx \
    webloc website workflow ws wsc wsf wsh xbap xht xhtml xll xpi xsl xslt zsh \
    7z apk bz2 cab gz lzh rar tar tgz xz zip zst \
    avif csv doc docm docx dot dotm dotx eml flac gif heic heif jpeg jpg json m4a mov mp3 mp4 odg \
    odp ods odt ogg pdf png pot potm potx pps ppsm ppsx ppt pptm pptx rtf svg svgz tif tiff txt \
    wav webp xls xlsb xlsm xlsx xlt xltm xltx xml 3gp
    """.split(separator: " ").map(String.init))
}
