// The table of all fuzz targets. A new parser adds a file beside this one, a line in the table and
// small seeds below `Seeds/NAME`; inputs that once crashed stay below `Crashes/NAME`.

/// One parser that takes hostile bytes.
package struct FuzzTarget: Sendable {
  /// The name on the command line and of the seed folder.
  package let name: String

  /// Runs the parser and traps if one of its promises is broken.
  package let run: @Sendable (_ input: [UInt8]) -> Void

  /// Words of the format, which the fuzzer mixes into its inputs.
  package let dictionary: [String]

  /// Creates a target.
  package init(
    name: String, dictionary: [String] = [], run: @escaping @Sendable (_ input: [UInt8]) -> Void
  ) {
    self.name = name
    self.dictionary = dictionary
    self.run = run
  }

  /// Every target.
  package static let all: [FuzzTarget] = [
    .awsChunked, .chunked, .gif, .heif, .httpHead, .colorProfile, .jpeg, .json, .jws, .keySet, .mp4,
    .drawing, .officeXML, .pdf, .plainXML, .png, .s3Documents, .s3Form, .sigV4, .sound, .text,
    .tiff, .webp, .zip,
  ]

  /// The target of this name.
  package static func named(_ name: String) -> FuzzTarget? {
    all.first { $0.name == name }
  }
}
