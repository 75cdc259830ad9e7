import CFFmpeg
import Foundation
import Threads

/// The bytes of one file, read by FFmpeg through our own functions: no protocol, no name that could be taken as a
/// pattern, no second file, and every read sees the cancellation flag.
final class InputFile {
  let context: UnsafeMutablePointer<AVIOContext>
  private let source: Source

  fileprivate final class Source {
    let descriptor: Int32
    let cancellation: CancellationFlag?

    init(descriptor: Int32, cancellation: CancellationFlag?) {
      self.descriptor = descriptor
      self.cancellation = cancellation
    }

    deinit { close(descriptor) }
  }

  private static let bufferSize = 64 << 10

  init(_ url: URL, cancellation: CancellationFlag?) throws(FFmpegError) {
    let descriptor = url.withUnsafeFileSystemRepresentation { path in
      path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? -1
    }
    guard descriptor >= 0 else { throw FFmpegError(shim_averror(errno), "open") }
    source = Source(descriptor: descriptor, cancellation: cancellation)
    guard let buffer = av_malloc(Self.bufferSize) else { throw .outOfMemory("av_malloc") }
    let opaque = Unmanaged.passUnretained(source).toOpaque()
    guard
      let context = avio_alloc_context(
        buffer.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferSize), 0, opaque, readBytes,
        nil, seek)
    else {
      av_free(buffer)
      throw .outOfMemory("avio_alloc_context")
    }
    self.context = context
  }

  deinit {
    // FFmpeg may have replaced the buffer by another one.
    av_free(context.pointee.buffer)
    var pointer: UnsafeMutablePointer<AVIOContext>? = context
    avio_context_free(&pointer)
  }

  /// For loops inside FFmpeg that do not read.
  var interruption: AVIOInterruptCB {
    AVIOInterruptCB(
      callback: isInterrupted, opaque: Unmanaged.passUnretained(source).toOpaque())
  }
}

private func inputSource(_ opaque: UnsafeMutableRawPointer?) -> InputFile.Source? {
  opaque.map { Unmanaged<InputFile.Source>.fromOpaque($0).takeUnretainedValue() }
}

private func isInterrupted(_ opaque: UnsafeMutableRawPointer?) -> Int32 {
  inputSource(opaque)?.cancellation?.isRaised == true ? 1 : 0
}

private func readBytes(
  _ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32
) -> Int32 {
  guard let source = inputSource(opaque), let buffer, size > 0 else { return shim_averror(EINVAL) }
  if source.cancellation?.isRaised == true { return shim_error_exit() }
  while true {
    let count = read(source.descriptor, buffer, Int(size))
    if count > 0 { return Int32(clamping: count) }
    if count == 0 { return shim_error_eof() }
    if errno != EINTR { return shim_averror(errno) }
  }
}

private func seek(_ opaque: UnsafeMutableRawPointer?, _ offset: Int64, _ whence: Int32) -> Int64 {
  guard let source = inputSource(opaque) else { return Int64(shim_averror(EINVAL)) }
  if whence & AVSEEK_SIZE != 0 {
    var status = stat()
    guard fstat(source.descriptor, &status) == 0 else { return Int64(shim_averror(errno)) }
    return Int64(status.st_size)
  }
  let position = lseek(source.descriptor, off_t(offset), whence & ~AVSEEK_FORCE)
  return position < 0 ? Int64(shim_averror(errno)) : Int64(position)
}
