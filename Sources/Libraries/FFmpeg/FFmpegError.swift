import CFFmpeg
import Foundation

/// What an FFmpeg function answered, with the words that go with it.
///
/// Codes alone say little ("invalid argument"); `logLine` is what FFmpeg logged last on the same thread.
public struct FFmpegError: Error, Sendable, Hashable, CustomStringConvertible {
  public let code: Int32
  /// The C function that failed.
  public let function: String
  /// The library's text for the code, or our own where the library has none.
  public let message: String
  /// The last error line that this thread logged before the failure; nil when there was none.
  public let logLine: String?

  init(_ code: Int32, _ function: String, message: String? = nil) {
    self.code = code
    self.function = function
    self.message = message ?? Self.text(for: code)
    logLine = LogLines.take()
  }

  public var description: String {
    "\(function): \(message)" + (logLine.map { " (\($0))" } ?? "")
  }

  /// The operation was interrupted because its `CancellationFlag` was raised.
  public var isCancelled: Bool { code == shim_error_exit() }
  /// The bytes are not what they should be.
  public var isInvalidData: Bool { code == shim_error_invalid_data() }
  public var isOutOfSpace: Bool { code == shim_averror(ENOSPC) || code == shim_averror(EDQUOT) }
  public var isMissingFile: Bool { code == shim_averror(ENOENT) }
  /// This FFmpeg cannot decode the codec.
  public var isUnknownCodec: Bool { code == shim_error_decoder() }
  /// This FFmpeg was built without a filter that is needed.
  public var isUnknownFilter: Bool { code == shim_error_filter() }
  /// The picture has more pixels than `MediaLimits` allows.
  public var isTooManyPixels: Bool {
    // PNG's reader says the second of a picture that FFmpeg's own arithmetic cannot hold.
    let phrases = ["exceeds specified max pixel count", "Invalid image size"]
    return function == Self.pixelCheck || phrases.contains { logLine?.contains($0) == true }
  }

  static let pixelCheck = "picture size check"

  static func outOfMemory(_ function: String) -> FFmpegError {
    FFmpegError(shim_averror(ENOMEM), function)
  }

  static func cancelled(_ function: String) -> FFmpegError {
    FFmpegError(shim_error_exit(), function)
  }

  private static func text(for code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: Int(AV_ERROR_MAX_STRING_SIZE))
    av_strerror(code, &buffer, buffer.count)
    return text(buffer)
  }

  /// What stands before the first NUL.
  static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Bounds on what a file may ask of us.
public enum MediaLimits {
  /// Longest side of a picture, in pixels.
  public static let side = 16_384
  /// Most pixels of a picture: 2^27, half a gigabyte as RGBA.
  public static let pixelCount: Int64 = 1 << 27
  public static let streamCount = 64
}

@discardableResult
func check(_ result: Int32, _ function: String) throws(FFmpegError) -> Int32 {
  guard result >= 0 else { throw FFmpegError(result, function) }
  return result
}

func owned<Pointee>(
  _ pointer: UnsafeMutablePointer<Pointee>?, _ function: String
) throws(FFmpegError) -> UnsafeMutablePointer<Pointee> {
  guard let pointer else { throw .outOfMemory(function) }
  return pointer
}

func owned(_ pointer: OpaquePointer?, _ function: String) throws(FFmpegError) -> OpaquePointer {
  guard let pointer else { throw .outOfMemory(function) }
  return pointer
}

/// `AV_NOPTS_VALUE` as nil.
func timestamp(_ value: Int64) -> Int64? { value == shim_no_pts() ? nil : value }
