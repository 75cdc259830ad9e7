import Glibc
import HTTPServer
import Threads

/// Takes a renewed certificate into use while the host serves.
final class CertificateWatch: Sendable {
  /// Which version of the two files it was.
  private struct Stamp: Sendable, Hashable {
    var inode: UInt64
    var byteCount: Int
    var seconds: Int
    var nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      inode = UInt64(status.st_ino)
      byteCount = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  static let pause = Duration.seconds(10)

  private let settings: OperationSettings.TLS
  private let log: ServerLog
  private let seen = Locked<[Stamp?]>([])
  private let expiry = Locked<Int?>(nil)

  /// Reads the certificate; throws `TLSError` when it cannot be used.
  static func begin(
    _ settings: OperationSettings.TLS, log: ServerLog
  ) throws -> (watch: CertificateWatch, context: TLSContext) {
    let watch = CertificateWatch(settings, log: log)
    watch.seen.withLock { $0 = watch.stamps }
    return (watch, try watch.load())
  }

  private init(_ settings: OperationSettings.TLS, log: ServerLog) {
    self.settings = settings
    self.log = log
  }

  /// Seconds since 1970; nil when that is not known.
  var expiresAt: Int? { expiry.withLock { $0 } }

  /// Looks whether the files changed, and hands over what they hold now. A pair that cannot be used, such as one of which
  /// half has been renewed, leaves the old one in use; it is looked at again when it changes again.
  ///
  /// - Parameter isAsked: whether somebody wants to hear about it in any case.
  func look(isAsked: Bool = false, replace: (TLSContext) -> Void) {
    let now = stamps
    let isNew = seen.withLock { seen in
      defer { seen = now }
      return seen != now
    }
    guard isNew || isAsked else { return }
    do {
      replace(try load())
      log.write(
        .info, "certificate replaced",
        ["file": .string(settings.certificate), "expires": .string(expiryText)])
    } catch {
      log.write(
        .error, "the certificate cannot be used; the one before stays",
        ["file": .string(settings.certificate), "error": .string(String(describing: error))])
    }
  }

  private var expiryText: String { expiresAt.map { Timestamp.text($0 * 1000) } ?? "unknown" }

  private var stamps: [Stamp?] { [Stamp(settings.certificate), Stamp(settings.key)] }

  private func load() throws -> TLSContext {
    let context = try TLSContext(
      certificateFile: settings.certificate, keyFile: settings.key,
      minimumVersion: settings.minimumVersion)
    expiry.withLock { $0 = context.expiresAt }
    return context
  }
}
