// swift-tools-version: 6.2
// The modules and their arrows (DESIGN section 2). An arrow that is not declared here does not build:
// `Scripts/check` runs with `--explicit-target-dependency-import-check error`.
import PackageDescription

/// Settings of every Swift target; each is an adopted Swift Evolution proposal (SE-0335, SE-0444,
/// SE-0409, SE-0461), warnings are errors, and every unsafe expression is marked (SE-0458).
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]
let strictMemory: [SwiftSetting] = strict + [.strictMemorySafety()]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strictMemory)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strictMemory)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: strict)
}

func clibrary(_ name: String, apt: String) -> Target {
  .systemLibrary(name: name, providers: [.apt([apt])])
}

let package = Package(
  name: "postern",
  products: [
    .library(name: "SigV4", targets: ["SigV4"]),
    .library(name: "JOSE", targets: ["JOSE"]),
    .library(name: "AuditLog", targets: ["AuditLog"]),
    .library(name: "Scrub", targets: ["Scrub"]),
    .library(name: "Wire", targets: ["Wire"]),
    .library(name: "PosternClient", targets: ["PosternClient"]),
    .executable(name: "postern", targets: ["postern"]),
    .executable(name: "postern-scrub", targets: ["postern-scrub"]),
    .executable(name: "postern-conformance", targets: ["postern-conformance"]),
  ],
  targets: [
    // C libraries from Debian.
    .systemLibrary(name: "CSystem"),
    clibrary("COpenSSL", apt: "libssl-dev"),
    clibrary("CTLS", apt: "libssl-dev"),
    clibrary("CCurl", apt: "libcurl4-openssl-dev"),
    clibrary("CMagic", apt: "libmagic-dev"),
    clibrary("CExif", apt: "libexif-dev"),
    clibrary("CQPDF", apt: "libqpdf-dev"),
    clibrary("CSQLite", apt: "libsqlite3-dev"),
    .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    clibrary("CZlib", apt: "zlib1g-dev"),
    clibrary("CDeflate", apt: "libdeflate-dev"),
    clibrary("CISAL", apt: "libisal-dev"),
    clibrary("CSeccomp", apt: "libseccomp-dev"),

    // Ground floor.
    module("Base", ["CSystem"]),
    module("JSONText", ["Base"]),
    module("XMLText", ["Base", "CXML"]),
    module("Cryptography", ["Base", "COpenSSL"]),
    module("HTTPMessage", ["Base"]),

    // Importable libraries.
    module("SigV4", ["Base", "Cryptography"]),
    module("JOSE", ["Base", "Cryptography", "JSONText"]),
    module("AuditLog", ["Base", "Cryptography", "JSONText"]),
    // What scrubber and gateway say to each other; the gateway links no parser of documents.
    module("ScrubContract", ["Base", "JSONText"]),
    module(
      "Scrub",
      [
        "Base", "Cryptography", "ScrubContract", "XMLText", "CDeflate", "CISAL", "CMagic", "CExif",
        "CQPDF", "CXML", "CZlib",
      ]),
    module("Wire", ["Base", "JSONText"]),

    // Network.
    module("HTTPServer", ["Base", "HTTPMessage", "CSystem", "CTLS"]),
    module("HTTPClient", ["Base", "HTTPMessage", "CCurl"]),
    module(
      "S3",
      ["Base", "Cryptography", "JSONText", "HTTPMessage", "HTTPClient", "SigV4", "XMLText"]),
    module(
      "S3Server",
      [
        "Base", "Cryptography", "HTTPMessage", "HTTPServer", "JSONText", "SigV4", "XMLText",
        "CSystem",
      ]),

    // What a Swift backend and the command call the interface with.
    module("PosternClient", ["Base", "HTTPClient", "HTTPMessage", "JSONText", "Wire"]),

    // The domain, its store and its HTTP face.
    module("Delivery", ["Base", "Cryptography", "JSONText", "ScrubContract"]),
    .target(
      name: "SQLiteSchema", path: "Storage/SQLite", resources: [.embedInCode("migrations")],
      swiftSettings: strict),
    module(
      "SQLiteStore", ["Base", "Cryptography", "JSONText", "Delivery", "SQLiteSchema", "CSQLite"]),
    module(
      "API",
      [
        "Base", "Cryptography", "JSONText", "Delivery", "HTTPMessage", "HTTPServer", "JOSE",
        "ScrubContract", "Wire",
      ]),

    // Assembly and programs.
    module(
      "Gateway",
      [
        "Base", "Cryptography", "JSONText", "HTTPMessage", "HTTPServer", "HTTPClient", "SigV4",
        "S3",
        "S3Server", "JOSE", "AuditLog", "ScrubContract", "Delivery", "SQLiteStore", "API", "Wire",
        "CSystem",
      ]),
    program(
      "postern",
      [
        "Base", "Cryptography", "JSONText", "HTTPMessage", "HTTPClient", "AuditLog", "Delivery",
        "JOSE", "PosternClient", "ScrubContract", "Wire", "Gateway", "CSystem",
      ]),
    program("postern-scrub", ["Base", "Scrub", "CSeccomp", "CSystem"]),
    program(
      "postern-conformance",
      [
        "Base", "Cryptography", "JSONText", "HTTPMessage", "HTTPServer", "HTTPClient", "SigV4",
        "S3",
        "S3Server",
        "JOSE",
        "Scrub", "Delivery", "SQLiteStore", "CSystem",
      ]),

    // Tests.
    .target(
      name: "TestSupport",
      dependencies: ["Base", "CTLS", "Cryptography", "JSONText", "Delivery", "ScrubContract"],
      path: "Tests/Support",
      swiftSettings: strict),
    // Fuzz targets are ordinary code: the replay tests run them, and so does the libFuzzer driver below.
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Base", "HTTPMessage", "HTTPServer", "JSONText", "JOSE", "S3Server", "Scrub", "SigV4",
        "XMLText",
      ],
      path: "Tests/Fuzz/Targets", swiftSettings: strict),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay",
      swiftSettings: strict),
    .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: strict),
    tests(of: "Base"),
    tests(of: "JSONText"),
    tests(of: "XMLText"),
    tests(of: "Cryptography"),
    tests(of: "HTTPMessage"),
    tests(of: "SigV4", ["Cryptography"]),
    tests(of: "JOSE", ["Base", "JSONText"]),
    tests(of: "AuditLog"),
    tests(of: "Scrub", ["Base", "Gateway", "JSONText", "ScrubContract"]),
    tests(of: "Wire", ["JSONText"]),
    tests(of: "HTTPServer", ["CTLS"]),
    tests(of: "HTTPClient", ["Base", "HTTPMessage", "HTTPServer"]),
    tests(of: "S3"),
    tests(of: "S3Server", ["Base", "Cryptography", "HTTPMessage", "HTTPServer", "SigV4", "S3"]),
    // As an outside package would use it: public declarations only.
    .testTarget(
      name: "PosternClientTests",
      dependencies: ["PosternClient", "Wire", "postern", "postern-scrub"],
      packageAccess: false, swiftSettings: strict),
    tests(of: "Delivery", ["ScrubContract"]),
    tests(of: "SQLiteStore"),
    tests(
      of: "API",
      [
        "Base", "Cryptography", "JSONText", "HTTPMessage", "HTTPServer", "JOSE", "Delivery", "Wire",
        "ScrubContract",
      ]),
    tests(
      of: "Gateway",
      [
        "Base", "Cryptography", "JSONText", "HTTPMessage", "HTTPServer", "HTTPClient", "SigV4",
        "S3",
        "JOSE", "AuditLog", "Delivery", "ScrubContract", "SQLiteStore", "API", "Wire", "postern",
        "postern-scrub",
      ]),
    // Transcripts are read from the source tree: they are documentation, not resources.
    .testTarget(
      name: "posternTests",
      dependencies: [
        "postern", "postern-scrub", "PosternClient", "TestSupport", "Base", "AuditLog",
        "Cryptography", "Delivery", "HTTPClient", "JOSE", "JSONText", "Scrub", "ScrubContract",
        "Wire", "Gateway",
      ], exclude: ["Transcripts"], swiftSettings: strict),
  ]
)

// Scripts/fuzz sets FUZZ; unsafe flags would make the package unusable as a dependency.
if Context.environment["FUZZ"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "postern-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Driver",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
