import Foundation
import Glibc
import HTTPServer
import HTTPTypes
import Pipeline

/// The life of an upload.
extension TusContract {
  // MARK: Creating

  func create(_ request: APIRequest) async throws -> Response {
    try checkOpenness()
    let fields = TusFields(request.request.headers)
    let length = try fields.length()
    try checkSize(length)
    let upload = TusUpload(try fields.metadata(), length: length, now: shelf.time)
    let hasBytes = !request.request.body.isEmpty
    if hasBytes { try Self.checkType(request.request) }
    if upload.video != nil { try videos.checkReadiness() }
    guard let lease = locks.take(upload.id) else { throw Self.locked() }
    defer { locks.release(lease) }
    try await shelf.create(upload)
    do {
      var progress = TusProgress(upload: upload, offset: 0, changedAt: upload.createdAt)
      if hasBytes { progress = try await append(request.request, to: progress, lease) }
      if progress.isWhole { progress = try await finish(progress) }
      var response = try answer(progress, status: .created)
      try response.headers.set(.location, to: Self.place + upload.id)
      return response
    } catch {
      // Nobody was told where it is.
      await shelf.remove(upload.id)
      throw error
    }
  }

  // MARK: Looking

  func look(_ request: APIRequest) async throws -> Response {
    var progress = try await progress(of: request)
    if progress.isWhole, !progress.upload.isFinished {
      let lease = try await waitForTurn(progress.upload.id)
      defer { locks.release(lease) }
      progress = try await finish(try await self.progress(of: request))
    }
    var response = try answer(progress, status: .ok)
    try response.headers.set(.cacheControl, to: "no-store")
    if let length = progress.upload.length {
      response.headers.set(.uploadLength, to: length)
    } else {
      response.headers.set(.uploadDeferLength, to: 1)
    }
    if let metadata = progress.upload.metadata {
      try response.headers.set(.uploadMetadata, to: metadata)
    }
    return response
  }

  /// Whoever has an upload that is whole is finishing it.
  private func waitForTurn(_ id: String) async throws -> TusLease {
    let limit = ContinuousClock.now + Self.longestFinish
    while ContinuousClock.now < limit {
      if let lease = locks.take(id) { return lease }
      try await Task.sleep(for: Self.pause)
    }
    throw Self.locked()
  }

  private static let longestFinish = Duration.seconds(20)
  private static let pause = Duration.milliseconds(100)

  // MARK: Going on

  func goOn(_ request: APIRequest) async throws -> Response {
    try checkOpenness()
    try Self.checkType(request.request)
    let fields = TusFields(request.request.headers)
    guard let offset = try fields.number(.uploadOffset) else {
      throw APIError.invalid("`\(FieldName.uploadOffset)` is missing: where the body belongs")
    }
    guard let lease = locks.take(request[parameter: "upload"]) else { throw Self.locked() }
    defer { locks.release(lease) }
    var progress = try await progress(of: request)
    guard offset == progress.offset else {
      var refusal = APIError(
        .conflict, .conflict,
        "the upload is at byte \(progress.offset), not at \(offset); go on from there")
      refusal.headers.set(.uploadOffset, to: progress.offset)
      throw refusal
    }
    if let length = try fields.number(.uploadLength) { try await set(length, of: &progress) }
    if !request.request.body.isEmpty {
      progress = try await append(request.request, to: progress, lease)
    }
    if progress.isWhole { progress = try await finish(progress) }
    return try answer(progress, status: .noContent)
  }

  private func set(_ length: Int, of progress: inout TusProgress) async throws {
    if progress.upload.length == length { return }
    guard progress.upload.length == nil else {
      throw APIError.invalid("the upload's length is known already and stays what it is")
    }
    try checkSize(length)
    guard length >= progress.offset else {
      throw APIError.invalid("the upload has \(progress.offset) bytes already, more than \(length)")
    }
    progress.upload.length = length
    try await shelf.save(progress.upload)
  }

  // MARK: Ending

  func end(_ request: APIRequest) async throws -> Response {
    guard let lease = locks.take(request[parameter: "upload"]) else { throw Self.locked() }
    defer { locks.release(lease) }
    let progress = try await progress(of: request)
    await shelf.remove(progress.upload.id)
    return Response(.noContent)
  }

  /// Makes of a whole upload what it is for. Each step can be done again: whatever ends the process, the next one
  /// goes on from what is on disk.
  func finish(_ progress: TusProgress) async throws -> TusProgress {
    var progress = progress
    if progress.upload.isFinished { return progress }
    if progress.upload.input == nil {
      // The bytes keep their name here until it is written down that they have another one.
      let copy = try api.uploads.newFile()
      let bytes = shelf.bytes(of: progress.upload.id)
      try await api.pool.run {
        if link(bytes.path, copy.path) != 0 {
          try FileManager.default.copyItem(at: bytes, to: copy)
        }
      }
      let file = try await api.uploads.adopt(copy, as: progress.upload.fileName)
      progress.upload.input = try await api.uploads.keep(file).upload
      try await shelf.save(progress.upload)
      await shelf.removeBytes(of: progress.upload.id)
    }
    if let id = progress.upload.video.flatMap(VideoID.init), let input = progress.upload.input {
      guard let file = await api.uploads.file(for: input) else {
        throw APIError(.gone, .gone, "the upload's bytes are damaged or gone; send the file again")
      }
      try await videos.begin(id, with: file)
    }
    progress.upload.isFinished = true
    try await shelf.save(progress.upload)
    api.log.write(.info, "upload finished", ["bytes": .int(progress.offset)])
    return progress
  }

  // MARK: Checking and answering

  private func progress(of request: APIRequest) async throws -> TusProgress {
    let id = request[parameter: "upload"]
    guard let progress = try await shelf.progress(of: id) else {
      throw APIError.notFound("upload `\(id.prefix(80))`, or not any more")
    }
    guard !shelf.hasExpired(progress) || progress.isWhole else {
      throw APIError(.gone, .gone, "the upload did not go on in time; begin it again")
    }
    return progress
  }

  private func checkOpenness() throws(APIError) {
    guard api.service.isDraining else { return }
    throw APIError(
      .serviceUnavailable, .unavailable, "the host is about to stop; try again soon"
    ).retrying(after: 10)
  }

  private func checkSize(_ length: Int?) throws(APIError) {
    guard let length, length > api.uploadLimit else { return }
    throw APIError(
      .contentTooLarge, .tooLarge,
      "the file is larger than the \(api.uploadLimit) bytes allowed here")
  }

  private static func checkType(_ request: Request) throws(APIError) {
    guard request.headers[.contentType].flatMap(MediaType.init)?.essence == contentType else {
      throw APIError(
        .unsupportedMediaType, .unsupportedMediaType, "send bytes as `\(contentType)`")
    }
  }

  static func locked() -> APIError {
    APIError(
      .locked, .locked, "another request is working on this upload; try again when it has ended"
    ).retrying(after: 1)
  }

  private func answer(_ progress: TusProgress, status: Status) throws -> Response {
    var response = Response(status)
    response.headers.set(.uploadOffset, to: progress.offset)
    guard progress.upload.isFinished else {
      let date = HTTPDate(seconds: Int64(progress.expiresAt / 1000))
      try response.headers.set(.uploadExpires, to: date.description)
      return response
    }
    if let video = progress.upload.video { try response.headers.set(.videoID, to: video) }
    if let input = progress.upload.input { try response.headers.set(.uploadInput, to: input) }
    return response
  }
}
