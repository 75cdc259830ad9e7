import Foundation
import Glibc

/// What the machine says about itself and this process.
enum MachineFigures {
  static var json: JSON {
    var members: [String: JSON] = [
      "cpu_count": .int(ProcessInfo.processInfo.activeProcessorCount),
      "process_id": .int(Int(getpid())),
    ]
    var loads = [Double](repeating: 0, count: 3)
    if getloadavg(&loads, 3) == 3 { members["load_average"] = .array(loads.map(JSON.double)) }
    if let bytes = residentByteCount { members["memory_bytes"] = .int(bytes) }
    let total = ProcessInfo.processInfo.physicalMemory
    members["memory_total_bytes"] = .int(Int(clamping: total))
    return .object(members)
  }

  /// Of this process; nil where the system does not tell.
  private static var residentByteCount: Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return nil
    }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
  }
}
