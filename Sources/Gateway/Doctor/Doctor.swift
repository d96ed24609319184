// `postern doctor`: looks at what the gateway on this machine needs, without changing anything, and
// says what is wrong before a user does. It reads keys only to see whether they are usable.

package import Base
import Glibc
import SQLiteStore

/// Examines one data folder.
package struct Doctor: Sendable {
  /// Free space below which the disk is full for us, and below which it is low, in bytes.
  static let fullBytes: UInt64 = 64 << 20
  static let lowBytes: UInt64 = 1 << 30

  let folder: DataFolder
  let clock: Clock
  let environment: [String: String]

  /// Examines a folder; `environment` may hold the store's credentials.
  package init(folder: DataFolder, environment: [String: String], clock: Clock = .system) {
    self.folder = folder
    self.environment = environment
    self.clock = clock
  }

  /// Everything that is wrong, the worst first.
  /// - Parameters:
  ///   - settings: The settings, or why they cannot be used.
  ///   - isDeep: Whether every page and leaf of the database is read, which takes time in proportion
  ///     to it; a gateway may run meanwhile.
  package func examine(
    _ settings: Result<Configuration, ConfigurationError>, isDeep: Bool = false
  ) async -> [DoctorFinding] {
    guard unsafe access(folder.path, F_OK) == 0 else {
      return [
        DoctorFinding(
          .fault, .dataFolderMissing, folder.path,
          advice: "postern init --data \(folder.path)")
      ]
    }
    var findings = openFolders() + keys() + disk()
    findings += database(isDeep: isDeep)
    let isRunning = await answers(folder.adminSocket)
    switch settings {
    case .failure(let error):
      findings.append(
        DoctorFinding(
          .fault, .settingsUnusable, "\(error.code.rawValue): \(error.detail)",
          advice: "mend postern.json, the POSTERN_ variable or the flag"))
    case .success(let configuration):
      findings += workers(configuration) + descriptors(configuration)
      findings += certificates(configuration) + scanner(configuration)
      findings +=
        isRunning
        ? sealer(configuration) : ports(configuration) + deadGateway()
      // The embedded store is part of the gateway, whose readiness tells of it.
      if configuration.objectStore.endpoint != nil { findings += await store(configuration) }
    }
    return findings.filter { $0.level == .fault } + findings.filter { $0.level == .warning }
  }

  private func openFolders() -> [DoctorFinding] {
    [folder.path, folder.keys].compactMap { path in
      var status = stat()
      // What a symbolic link points to counts; the link itself is open to everybody.
      guard unsafe stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
      return DoctorFinding(
        .warning, .folderOpen, "\(path) is open to other users", advice: "chmod 700 \(path)")
    }
  }

  private func keys() -> [DoctorFinding] {
    var findings = [DoctorFinding]()
    for key in DataFolder.Key.allCases {
      let path = folder.file(of: key)
      if unsafe access(path, F_OK) != 0 {
        findings.append(
          DoctorFinding(
            .fault, .keyMissing, path,
            advice: "restore it from a backup; postern init makes a new one, and what the lost one "
              + "made stops working"))
      }
      if unsafe access(path + ".next", F_OK) == 0 {
        findings.append(
          DoctorFinding(
            .warning, .rotationUnfinished, path + ".next",
            advice: "remove it unless postern keys rotate is at work"))
      }
    }
    do throws(ConfigurationError) {
      for file in try KeyFiles.list(folder) {
        if file.id == nil {
          findings.append(
            DoctorFinding(
              .fault, .keyUnusable, reason(file.path),
              advice: "chmod 600, the owner that runs the gateway, and the content as it was"))
        } else if file.hasEnded(at: clock.now()) {
          findings.append(
            DoctorFinding(
              .warning, .keyEnded, file.path,
              advice: "postern keys retire \(file.key.rawValue) \(file.id ?? "")"))
        }
      }
    } catch {
      findings.append(
        DoctorFinding(.fault, .keyUnusable, error.detail, advice: "chmod 700 \(folder.keys)"))
    }
    do throws(ConfigurationError) {
      try ReceiptKeys.check(folder)
    } catch {
      findings.append(
        DoctorFinding(
          .fault, .keyUnusable, error.detail,
          advice: "restore it from a backup: old receipts need the keys that it had"))
    }
    return findings
  }

  private func reason(_ path: String) -> String {
    do throws(ConfigurationError) {
      _ = try SecretFile.read(path)
      return "\(path) does not hold a key of its kind"
    } catch {
      return error.detail
    }
  }

  private func disk() -> [DoctorFinding] {
    var status = statvfs()
    guard unsafe statvfs(folder.path, &status) == 0 else { return [] }
    let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    guard free < Self.lowBytes else { return [] }
    let isFull = free < Self.fullBytes
    return [
      DoctorFinding(
        isFull ? .fault : .warning, isFull ? .diskFull : .diskLow,
        "\(free >> 20) MiB are free for \(folder.path)",
        advice: "make room: without it nothing is recorded, and so nothing is answered")
    ]
  }

  private func descriptors(_ configuration: Configuration) -> [DoctorFinding] {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return []
    }
    // Files of the database, its readers, objects that are kept open, and downloads under way.
    let needed = UInt64(configuration.limits.connections) + 320
    guard limit.rlim_max < needed else { return [] }
    return [
      DoctorFinding(
        .warning, .descriptorsFew,
        "\(limit.rlim_max) descriptors for \(configuration.limits.connections) connections",
        advice: "raise LimitNOFILE to \(needed), or lower limits.connections")
    ]
  }
}
