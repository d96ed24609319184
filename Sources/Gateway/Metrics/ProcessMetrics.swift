// What the process takes from the machine: memory, descriptors, processor time, disk.

import Base
import Glibc

/// Metrics of this process and its disk, read from the kernel at each scrape.
enum ProcessMetrics {
  static func families(_ disk: DiskSpace, startedAt: Timestamp) -> [MetricFamily] {
    [
      MetricFamily("build_info", .gauge, "The release and its libraries; always 1.") {
        [
          MetricSample(
            [("version", Release.number)] + Release.libraries.map { ($0.name, $0.version) },
            value: 1)
        ]
      },
      .gauge("process_start_time_seconds", "When the process started, since 1970.") {
        Double(startedAt.milliseconds) / 1000
      },
      .gauge("process_resident_memory_bytes", "Resident memory.", residentBytes),
      .gauge("process_virtual_memory_bytes", "Virtual memory.", virtualBytes),
      .gauge("process_open_fds", "Open descriptors.", openDescriptors),
      .gauge("process_max_fds", "Descriptors that may be open.", descriptorsMax),
      .gauge("process_threads", "Threads.") { Double(entries(of: "/proc/self/task")) },
      MetricFamily("process_cpu_seconds_total", .counter, "Processor time.") {
        processorSeconds().map { [MetricSample(value: $0)] } ?? []
      },
      .gauge("disk_free_bytes", "Room on the data folder's disk.") {
        disk.read().map { Double($0.free) }
      },
      .gauge("disk_bytes", "Size of the data folder's disk.") {
        disk.read().map { Double($0.total) }
      },
    ]
  }

  @Sendable private static func residentBytes() -> Double? { memoryPages(1) }
  @Sendable private static func virtualBytes() -> Double? { memoryPages(0) }

  /// A column of `/proc/self/statm`, in bytes.
  private static func memoryPages(_ column: Int) -> Double? {
    let text: [UInt8]?
    do throws(FileError) {
      text = try FileDescriptor.open("/proc/self/statm", O_RDONLY, purpose: "read statm")
        .readAll(bytesMax: 1024, purpose: "read statm")
    } catch {
      // Without /proc there is no reading.
      return nil
    }
    let columns = String(decoding: text ?? [], as: UTF8.self).split(separator: " ")
    guard column < columns.count, let pages = Double(columns[column]) else { return nil }
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  @Sendable private static func openDescriptors() -> Double? {
    // The listing itself takes one.
    let count = entries(of: "/proc/self/fd")
    return count > 0 ? Double(count - 1) : nil
  }

  @Sendable private static func descriptorsMax() -> Double? {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return nil
    }
    return Double(limit.rlim_cur)
  }

  @Sendable private static func processorSeconds() -> Double? {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    return Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }

  /// The number of names in a folder of `/proc`.
  private static func entries(of path: String) -> Int {
    guard let folder = unsafe opendir(path) else { return 0 }
    defer { unsafe closedir(folder) }
    var count = 0
    while unsafe readdir(folder) != nil { count += 1 }
    return count - 2
  }
}
