import Crypto
import Foundation
import Glibc
import HTTPServer
import HTTPTypes
import Pipeline

/// Bytes of uploads.
extension TusContract {
  /// How many bytes a failing machine may lose of what a client does not know yet to be safe.
  private static let synchronisedEvery = 64 << 20

  /// Adds a request's body to an upload. Of a body that ends early everything is kept that came, unless it has a
  /// checksum: then it counts as a whole or not at all.
  func append(
    _ request: Request, to progress: TusProgress, _ lease: TusLease
  ) async throws -> TusProgress {
    let limit = progress.upload.length ?? api.uploadLimit
    if let declared = request.body.declaredByteCount, declared > limit - progress.offset {
      throw Self.tooMuch(limit)
    }
    let checksum = try TusFields(request.headers).checksum()
    guard
      let file = try await api.pool.run({ [shelf] in
        try TusFile.open(shelf.bytes(of: progress.upload.id), O_RDWR)
      })
    else { throw APIError.notFound("upload, or not any more") }
    // What a checksum was promised for that never came, from a process that died.
    if progress.upload.unverifiedFrom != nil {
      try await api.pool.run { try file.cut(at: progress.offset) }
    }
    var upload = progress.upload
    upload.unverifiedFrom = checksum == nil ? nil : progress.offset
    if upload != progress.upload { try await shelf.save(upload) }
    var state = TusProgress(upload: upload, offset: progress.offset, changedAt: shelf.time)
    do {
      try await write(request.body, to: file, &state, limit: limit, checksum, lease)
    } catch is TusInterruption {
      // The upload is another request's now, which cuts off what has no checksum.
      throw Self.locked()
    } catch {
      let isAllOrNothing = checksum != nil || Self.isTooMuch(error)
      try await api.pool.run {
        if isAllOrNothing { try file.cut(at: progress.offset) } else { try file.synchronise() }
      }
      try await verified(upload)
      throw error
    }
    try await verified(upload)
    state.upload.unverifiedFrom = nil
    state.changedAt = shelf.time
    return state
  }

  private func verified(_ upload: TusUpload) async throws {
    guard upload.unverifiedFrom != nil else { return }
    var upload = upload
    upload.unverifiedFrom = nil
    try await shelf.save(upload)
  }

  private func write(
    _ body: RequestBody, to file: TusFile, _ state: inout TusProgress, limit: Int,
    _ checksum: TusFields.Checksum?, _ lease: TusLease
  ) async throws {
    var digest = MessageDigest(checksum?.algorithm ?? .sha1)
    var unsynchronised = 0
    while true {
      lease.beginWaiting()
      let next: Result<[UInt8]?, any Error>
      do { next = .success(try await body.next()) } catch { next = .failure(error) }
      guard lease.endWaiting() else { throw TusInterruption() }
      guard let bytes = try next.get() else { break }
      let offset = state.offset
      guard bytes.count <= limit - offset else { throw Self.tooMuch(limit) }
      unsynchronised += bytes.count
      let isDue = unsynchronised >= Self.synchronisedEvery
      try await api.pool.run {
        try file.write(bytes, at: offset)
        if isDue { try file.synchronise() }
      }
      if isDue { unsynchronised = 0 }
      if checksum != nil { digest.update(bytes) }
      state.offset += bytes.count
    }
    if let checksum, digest.finish() != checksum.digest {
      throw APIError(
        .checksumMismatch, .checksumMismatch,
        "the body is not what its checksum says; nothing of it was kept, send it again")
    }
    try await api.pool.run { try file.synchronise() }
  }

  private static func tooMuch(_ limit: Int) -> APIError {
    APIError(
      .contentTooLarge, .tooLarge, "the upload would be larger than its \(limit) bytes")
  }

  private static func isTooMuch(_ error: any Error) -> Bool {
    if case BodyError.tooLarge = error { return true }
    return (error as? APIError)?.status == .contentTooLarge
  }
}

/// Another request has got the upload.
private struct TusInterruption: Error {}
