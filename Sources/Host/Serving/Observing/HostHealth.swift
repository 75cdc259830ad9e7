import Foundation
import Glibc
import HTTPServer
import Pipeline
import Threads

/// Looks whether a host can do its work, by trying what it does; an answer holds for some seconds.
actor HostHealth {
  struct Check: Sendable, Hashable, Encodable {
    var name: String
    var isHealthy: Bool
    /// What was found, for people.
    var message: String
    /// Milliseconds that it took to find out.
    var elapsed: Int
    /// Whether the host is of no use without it; what only some runs need is reported, and does no more.
    var isVital = true
  }

  struct Report: Sendable, Hashable {
    var checks: [Check]
    var freeByteCount: Int
    var artifactByteCount: Int
    var isHealthy: Bool { checks.allSatisfy { $0.isHealthy || !$0.isVital } }
  }

  /// With less than that, new work fails soon.
  static let leastFreeByteCount = 200 << 20
  private static let lifetime = Duration.seconds(5)
  /// What is broken may be mended soon.
  private static let brokenLifetime = Duration.seconds(15)
  /// Walking through the store takes longer.
  private static let sizeLifetime = Duration.seconds(60)

  private let journal: any RunJournal
  private let dataFolder: URL
  private let pool: FilePool
  private var trying: Task<Report, Never>?
  private var report: (at: ContinuousClock.Instant, report: Report)?
  private var size: (at: ContinuousClock.Instant, byteCount: Int)?

  /// Further parts to try.
  private let probes: [HealthProbe]
  private var found: [String: (at: ContinuousClock.Instant, check: Check)] = [:]

  init(
    journal: any RunJournal, dataFolder: URL, pool: FilePool, probes: [HealthProbe] = []
  ) {
    self.probes = probes
    self.journal = journal
    self.dataFolder = dataFolder
    self.pool = pool
  }

  /// Tries everything once for all who ask at the same time.
  func look() async -> Report {
    if let report, ContinuousClock.now - report.at < Self.lifetime { return report.report }
    // Not a child task: who does not wait for the answer must not spoil it for others.
    let task = trying ?? Task { await self.tryEverything() }
    trying = task
    return await task.value
  }

  private func tryEverything() async -> Report {
    defer { trying = nil }
    let folder = dataFolder
    var checks: [Check] = []
    checks.append(await timed("journal") { [journal] in await Self.readJournal(journal) })
    checks.append(await timed("storage") { [pool] in await pool.run { Self.write(in: folder) } })
    for probe in probes { checks.append(await look(with: probe)) }
    let free = await pool.run { Self.freeByteCount(of: folder) }
    checks.append(
      Check(
        name: "disk", isHealthy: free >= Self.leastFreeByteCount,
        message: "\(Amount.bytes(free)) are free", elapsed: 0))
    let made = Report(
      checks: checks, freeByteCount: free, artifactByteCount: await artifactByteCount())
    report = (ContinuousClock.now, made)
    return made
  }

  private func look(with probe: HealthProbe) async -> Check {
    if let known = found[probe.name] {
      let lifetime =
        known.check.isHealthy ? probe.lifetime : min(probe.lifetime, Self.brokenLifetime)
      if ContinuousClock.now - known.at < lifetime { return known.check }
    }
    var check = await timed(probe.name) { await probe.problem() }
    check.isVital = probe.isVital
    found[probe.name] = (ContinuousClock.now, check)
    return check
  }

  private func timed(
    _ name: String, _ check: () async -> String?
  ) async -> Check {
    let start = ContinuousClock.now
    let problem = await check()
    return Check(
      name: name, isHealthy: problem == nil, message: problem ?? "works",
      elapsed: Int((ContinuousClock.now - start) / .milliseconds(1)))
  }

  private static func readJournal(_ journal: any RunJournal) async -> String? {
    do {
      _ = try await journal.runs(limit: 1)
      return nil
    } catch {
      return "the journal cannot be read"
    }
  }

  private static func write(in folder: URL) -> String? {
    let path = folder.appendingPathComponent(".health-\(getpid())").path
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return "the data folder cannot be written" }
    defer {
      close(file)
      unlink(path)
    }
    let bytes = [UInt8](repeating: 1, count: 4096)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
      return "the data folder cannot be written"
    }
    return nil
  }

  private static func freeByteCount(of folder: URL) -> Int {
    var status = statvfs()
    guard statvfs(folder.path, &status) == 0 else { return 0 }
    return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }

  private func artifactByteCount() async -> Int {
    if let size, ContinuousClock.now - size.at < Self.sizeLifetime { return size.byteCount }
    let folder = dataFolder.appendingPathComponent("artifacts/objects")
    let count = await pool.run { Self.byteCount(below: folder) }
    size = (ContinuousClock.now, count)
    return count
  }

  private static func byteCount(below folder: URL) -> Int {
    let files = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.fileSizeKey, .isRegularFileKey])
    var total = 0
    while let url = files?.nextObject() as? URL {
      let values = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
      if values?.isRegularFile == true { total += values?.fileSize ?? 0 }
    }
    return total
  }
}
