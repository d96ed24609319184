// Why a file was refused, in words for the person who has to do something about it.

enum RefusalReasons {
  /// What each reason code means and what helps.
  static let explanation: [String: String] = [
    "empty-file": "The file has no bytes.",
    "type-not-supported":
      "Files of this type cannot be proved clean; convert the file, such as to PDF.",
    "type-mismatch":
      "The content is of another type than the name says, or of two types at once; name it rightly "
      + "or save it anew.",
    "truncated": "The file ends in the middle; fetch or save it again.",
    "malformed-jpeg": "The file is damaged; open it in a picture program and save it anew.",
    "malformed-png": "The file is damaged; open it in a picture program and save it anew.",
    "malformed-file":
      "The file is damaged or breaks the rules of its format; open it and save it anew.",
    "malformed-pdf":
      "The PDF is damaged or breaks the rules of the format; open it and save or print it anew.",
    "encrypted": "The PDF is encrypted; save it without a password and without restrictions.",
    "signed":
      "The PDF is signed, and removing metadata would break the signature; deliver it unsigned.",
    "macros":
      "The document has macros or controls, which are programs; save it without them, or have the "
      + "rule macros=drop take them out.",
    "refused-by-rule":
      "The document has something that a rule refuses, such as comments; take it out, or ask for "
      + "another answer with --rule.",
    "xfa-form": "The PDF is an XFA form; print it to a new PDF.",
    "decompression-bomb": "Parts of the file unpack to more bytes than the limit; save it anew.",
    "malformed-profile":
      "The colour profile in the file is damaged; convert the picture to sRGB and save it anew.",
    "encoding-not-supported": "The picture is coded in a rare way; save it as an ordinary one.",
    "crc-mismatch": "A checksum in the file is wrong; it was damaged on its way.",
    "unknown-critical-chunk":
      "The file needs an extension of PNG that cannot be proved clean; save it anew.",
    "too-many-pixels": "The picture is larger than the limit; make it smaller.",
    "too-many-parts": "The file has more segments or frames than the limit; save it anew.",
    "too-large": "The file or a part of it is larger than the limit.",
    "residue-found":
      "The second reading found metadata that the first could not remove; nothing was kept.",
    "input-output": "The scrubber could not read or write; try again.",
    "type-database": "The machine's type database cannot be loaded; install libmagic.",
    "malware-found":
      "The malware scanner does not let the file through; the audit log has what it found.",
    "scanner-unreachable": "The malware scanner gives no answer; try again later.",
    "worker-failed":
      "The scrubber died of this file, which damaged or hostile files cause; nothing was kept.",
    "worker-timeout": "The scrubber took too long for this file; nothing was kept.",
  ]
}
