// Colour profiles that no reader can read: the colours are those of the alternate (ISO 32000-2 section
// 8.6.5.5), which then stands in place of the profile, so that nothing looks different without it.

import ScrubContract

extension PDFWalk {
  /// What `[/ICCBased profile]` means if the profile is unusable; nothing if it is usable, or if the
  /// value is another space.
  func plainColors(_ parts: [PDFValue], depth: Int) throws(ScrubError) -> PDFValue? {
    guard parts.first?.name == "ICCBased", parts.count == 2, let id = parts[1].reference else {
      return nil
    }
    let profile = try file.object(id)
    guard profile.isStream, let dictionary = profile.value.dictionary, try !isUsable(id) else {
      return nil
    }
    tally.add(.profileDetails)
    replacesProfiles = true
    let alternate = try PDFPages.resolved(dictionary["Alternate"] ?? .null, file)
    if alternate.array != nil { return try clean(alternate, .colorSpace, depth: depth + 1) }
    switch try PDFPages.resolved(dictionary["N"] ?? .null, file).integer {
    case 1: return .name("DeviceGray")
    case 3: return .name("DeviceRGB")
    case 4: return .name("DeviceCMYK")
    default:
      throw ScrubError(.malformedProfile, "A colour profile is broken and nothing stands for it.")
    }
  }

  /// Device colours of a document that maps them would not look like the alternate of a profile.
  func checkColors() throws(ScrubError) {
    guard mapsDeviceColors && replacesProfiles else { return }
    throw ScrubError(
      .malformedProfile, "A colour profile is broken, and other colours are mapped in its place.")
  }

  /// Looks for the names under which a page maps its device colours (section 8.6.5.6).
  func noteColors(_ spaces: PDFDictionary) {
    let mapped = ["DefaultGray", "DefaultRGB", "DefaultCMYK"]
    if mapped.contains(where: { spaces[$0] != nil }) { mapsDeviceColors = true }
  }

  private func isUsable(_ id: PDFObjectID) throws(ScrubError) -> Bool {
    if let known = usableProfiles[id] { return known }
    let isUsable = ColorProfile.isUsable(try unpacked(id))
    usableProfiles[id] = isUsable
    return isUsable
  }
}
