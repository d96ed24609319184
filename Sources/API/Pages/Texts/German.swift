// The pages in German.

import Base
import Delivery

extension PageTexts {
  static let german = PageTexts(
    tag: "de",
    ready: "Ihre Datei liegt bereit",
    from: { "Von \($0)" },
    document: "Dokument",
    kind: "Art",
    size: "Größe",
    until: "Verfügbar bis",
    timeLeft: "min übrig",
    downloadsLeft: "Downloads übrig",
    download: "Herunterladen",
    lookingIsFree: "Das Öffnen dieser Seite zählt nicht als Download.",
    breaksOff: "Bricht der Download ab, drücken Sie innerhalb von 10 Minuten noch einmal: "
      + "In diesem Browser wird er nicht doppelt gezählt.",
    newerVersion: "Es gibt eine neuere Version dieser Datei. Dieser Link führt zur älteren; "
      + "bitten Sie den Absender um die neue, falls Sie sie brauchen.",
    kinds: [
      .document: "Dokument", .spreadsheet: "Tabelle", .presentation: "Präsentation",
      .drawing: "Zeichnung", .data: "Daten", .table: "Tabelle", .text: "Text", .picture: "Bild",
      .film: "Video", .sound: "Ton", .file: "Datei",
    ],
    sizes: [
      "weniger als 1 MB", "1 bis 10 MB", "10 bis 100 MB", "100 MB bis 1 GB", "mehr als 1 GB",
    ],
    moment: germanMoment,
    theSender: "den Absender",
    gone: { reason, sender in
      switch reason {
      case .expired:
        GoneText(
          heading: "Dieser Link ist abgelaufen",
          advice: "Links gelten nur kurze Zeit. Bitte fragen Sie \(sender) nach einem neuen.")
      case .usedUp:
        GoneText(
          heading: "Dieser Link wurde schon verwendet",
          advice: "Er galt für eine begrenzte Zahl von Downloads. "
            + "Bitte fragen Sie \(sender) nach einem neuen.")
      case .revoked:
        GoneText(
          heading: "Dieser Link wurde zurückgezogen",
          advice: "Er gilt nicht mehr. Bitte fragen Sie \(sender) nach einem neuen.")
      case .superseded:
        GoneText(
          heading: "Es gibt eine neuere Version dieser Datei",
          advice: "Dieser Link führt zu einer älteren. "
            + "Bitte fragen Sie \(sender) nach einem Link zur neuen Version.")
      case .withdrawn:
        GoneText(
          heading: "Diese Datei wurde zurückgezogen",
          advice: "Bitte fragen Sie \(sender), ob es eine neue gibt.")
      case .notYet(let parts):
        GoneText(
          heading: "Diese Datei ist noch nicht verfügbar",
          advice: parts.map {
            "Sie ist ab \(germanMoment($0)) verfügbar. Öffnen Sie den Link dann noch einmal."
          }
            ?? "Öffnen Sie den Link bitte später noch einmal, oder fragen Sie \(sender), ab wann "
            + "er gilt.")
      case .unavailable:
        GoneText(
          heading: "Diese Datei ist nicht verfügbar",
          advice: "Bitte fragen Sie \(sender) nach einem neuen Link.")
      case .form:
        GoneText(
          heading: "Bitte versuchen Sie es noch einmal",
          advice: "Öffnen Sie den Link erneut und drücken Sie den Knopf auf der Seite.")
      case .busy:
        GoneText(
          heading: "Bitte versuchen Sie es gleich noch einmal",
          advice: "Der Dienst ist ausgelastet. Ihr Link ist noch nicht verbraucht.")
      case .strange:
        GoneText(
          heading: "Das geht hier nicht",
          advice: "Bitte öffnen Sie den Link in einem Browser.")
      case .unknown:
        GoneText(
          heading: "Dieser Link funktioniert nicht",
          advice: "Vielleicht fehlt ein Teil. "
            + "Bitte kopieren Sie den ganzen Link, oder fragen Sie den Absender nach einem neuen.")
      }
    })

  @Sendable private static func germanMoment(_ parts: CalendarParts) -> String {
    let months = [
      "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
      "Oktober", "November", "Dezember",
    ]
    return "\(parts.day). \(months[parts.month - 1]) \(parts.year), "
      + "\(two(parts.hour)):\(two(parts.minute))\u{A0}Uhr\u{A0}UTC"
  }
}
