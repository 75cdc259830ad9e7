import FFmpeg
import Foundation
public import Pipeline

/// Why a media file could not be read or made.
public struct MediaError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Reason: Sendable, Hashable {
    /// There is no such file.
    case missing
    /// The file has no bytes.
    case empty
    /// The bytes are no media that we know, or end too early.
    case unreadable
    case unsupportedCodec
    /// More pixels, streams or time than we are ready to handle.
    case tooLarge
    case noPicture
    case noSound
    /// How long it lasts cannot be told.
    case noDuration
    /// A timeline or setting that cannot be rendered.
    case unusable
    /// Something that was made before is gone or damaged.
    case lost
    case outOfSpace
    case unwritable
    /// An encoder or filter refused what it should have taken.
    case failed
    case cancelled
  }

  public var reason: Reason
  /// What happened, to which thing, and what to do.
  public var message: String
  /// What FFmpeg or the system said.
  public var cause: String?

  public init(_ reason: Reason, _ message: String, cause: String? = nil) {
    self.reason = reason
    self.message = message
    self.cause = cause
  }

  public var description: String { message + (cause.map { " (\($0))" } ?? "") }

  static let cancelled = MediaError(.cancelled, "cancelled")
}

extension MediaError: ClassifiedError {
  public var stageError: StageError { StageError(errorClass, message, cause: cause) }

  private var errorClass: StageError.Class {
    switch reason {
    case .missing, .failed: .internal
    case .empty, .unreadable, .unsupportedCodec, .tooLarge, .noPicture, .noSound, .noDuration,
      .unusable:
      .invalidInput
    case .lost: .lost
    case .outOfSpace, .unwritable: .configuration
    case .cancelled: .cancelled
    }
  }
}

extension MediaError {
  /// What an FFmpeg error means for somebody who gave us the file called `name`.
  init(reading name: String, _ error: FFmpegError) {
    let cause = error.description
    if error.isCancelled {
      self = .cancelled
    } else if error.isTooManyPixels {
      self.init(
        .tooLarge,
        "`\(name)` has too many pixels: at most \(MediaLimits.side) on a side and "
          + "\(MediaLimits.pixelCount / 1_000_000) million in all; make it smaller",
        cause: cause)
    } else if error.isMissingFile {
      self.init(.missing, "`\(name)` is not there any more", cause: cause)
    } else if error.isUnknownFilter {
      self.init(
        .unsupportedCodec,
        "`\(name)` needs a filter that this FFmpeg lacks (HDR pictures need `zscale`); convert it",
        cause: cause)
    } else if error.isUnknownCodec {
      self.init(
        .unsupportedCodec, "`\(name)` is coded in a way that cannot be decoded here; convert it",
        cause: cause)
    } else {
      self.init(
        .unreadable,
        "`\(name)` cannot be read as media: it is damaged, cut short or of another kind",
        cause: cause)
    }
  }

  /// What an FFmpeg error means while a result is being made.
  init(writing what: String, _ error: FFmpegError) {
    let cause = error.description
    if error.isCancelled {
      self = .cancelled
    } else if error.isOutOfSpace {
      self.init(outOfSpaceFor: what, cause: cause)
    } else {
      self.init(.failed, "\(what) could not be made", cause: cause)
    }
  }

  /// What an error of Foundation means while a file of our own is written.
  init(storing what: String, _ error: any Error) {
    let cause = error.localizedDescription
    if (error as? CocoaError)?.code == .fileWriteOutOfSpace {
      self.init(outOfSpaceFor: what, cause: cause)
    } else {
      self.init(.unwritable, "\(what) could not be written", cause: cause)
    }
  }

  private init(outOfSpaceFor what: String, cause: String) {
    self.init(
      .outOfSpace, "the disk is full: \(what) could not be written; make room and run again",
      cause: cause)
  }
}

/// Runs `body` and gives its FFmpeg errors the name of the file that is read.
func reading<Result: ~Copyable>(
  _ name: String, _ body: () throws(FFmpegError) -> Result
) throws(MediaError) -> Result {
  do { return try body() } catch { throw MediaError(reading: name, error) }
}

/// Runs `body` and says of its FFmpeg errors what was being made.
func writing<Result: ~Copyable>(
  _ what: String, _ body: () throws(FFmpegError) -> Result
) throws(MediaError) -> Result {
  do { return try body() } catch { throw MediaError(writing: what, error) }
}
