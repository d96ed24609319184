// The pages in English.

import Base
import Delivery

extension PageTexts {
  static let english = PageTexts(
    tag: "en",
    ready: "Your file is ready",
    from: { "From \($0)" },
    document: "Document",
    kind: "Kind",
    size: "Size",
    until: "Available until",
    timeLeft: "min left",
    downloadsLeft: "Downloads left",
    download: "Download",
    lookingIsFree: "Opening this page does not count as a download.",
    breaksOff: "If the download breaks off, press the button again within 10 minutes: "
      + "in this browser it is not counted twice.",
    newerVersion: "There is a newer version of this file. This link leads to the older one; "
      + "ask the sender for the new one if you need it.",
    kinds: [
      .document: "Document", .spreadsheet: "Spreadsheet", .presentation: "Presentation",
      .drawing: "Drawing", .data: "Data", .table: "Table", .text: "Text", .picture: "Picture",
      .film: "Video", .sound: "Sound", .file: "File",
    ],
    sizes: [
      "less than 1 MB", "1 to 10 MB", "10 to 100 MB", "100 MB to 1 GB", "more than 1 GB",
    ],
    moment: englishMoment,
    theSender: "the sender",
    gone: { reason, sender in
      switch reason {
      case .expired:
        GoneText(
          heading: "This link has expired",
          advice: "Links work for a short time only. Please ask \(sender) for a new one.")
      case .usedUp:
        GoneText(
          heading: "This link has already been used",
          advice: "It was made for a limited number of downloads. "
            + "Please ask \(sender) for a new one.")
      case .revoked:
        GoneText(
          heading: "This link was withdrawn",
          advice: "It can no longer be used. Please ask \(sender) for a new one.")
      case .superseded:
        GoneText(
          heading: "There is a newer version of this file",
          advice: "This link leads to an older one. "
            + "Please ask \(sender) for a link to the new version.")
      case .withdrawn:
        GoneText(
          heading: "This file was withdrawn",
          advice: "Please ask \(sender) whether there is a new one.")
      case .notYet(let parts):
        GoneText(
          heading: "This file is not available yet",
          advice: parts.map {
            "It is available from \(englishMoment($0)). Open the link again then."
          }
            ?? "Please open the link again later, or ask \(sender) from when it works.")
      case .unavailable:
        GoneText(
          heading: "This file is not available",
          advice: "Please ask \(sender) for a new link.")
      case .form:
        GoneText(
          heading: "Please try once more",
          advice: "Open the link again and press the button on the page.")
      case .busy:
        GoneText(
          heading: "Please try again in a moment",
          advice: "The service is busy. Your link has not been used.")
      case .strange:
        GoneText(
          heading: "This does not work here",
          advice: "Please open the link in a browser.")
      case .unknown:
        GoneText(
          heading: "This link does not work",
          advice: "Part of it may be missing. "
            + "Please copy the whole link, or ask the sender for a new one.")
      }
    })

  @Sendable private static func englishMoment(_ parts: CalendarParts) -> String {
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    return "\(parts.day) \(months[parts.month - 1]) \(parts.year), "
      + "\(two(parts.hour)):\(two(parts.minute))\u{A0}UTC"
  }
}
