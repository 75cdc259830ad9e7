/// How opaque each sample of a picture is: 0 to 255, row by row without padding.
final class AlphaPlanes: Sendable {
  /// Of the luma plane; both even.
  let width: Int
  let height: Int
  let luma: [UInt8]
  /// Each chroma sample is as opaque as its four pixels on average.
  let chroma: [UInt8]

  /// - Parameter luma: `width * height` values.
  init(_ luma: [UInt8], width: Int, height: Int) {
    precondition(luma.count == width * height, "an alpha plane of another size")
    self.width = width
    self.height = height
    self.luma = luma
    chroma = Self.halved(luma, width: width, height: height)
  }

  private static func halved(_ plane: [UInt8], width: Int, height: Int) -> [UInt8] {
    let (columns, rows) = (width / 2, height / 2)
    return plane.withUnsafeBufferPointer { plane in
      [UInt8](unsafeUninitializedCapacity: columns * rows) { target, count in
        count = 0
        guard let out = target.baseAddress, let start = plane.baseAddress else { return }
        for row in 0..<rows {
          let upper = start + 2 * row * width
          let lower = upper + width
          let line = out + row * columns
          for column in 0..<columns {
            let sum =
              UInt16(upper[2 * column]) &+ UInt16(upper[2 * column &+ 1])
              &+ UInt16(lower[2 * column]) &+ UInt16(lower[2 * column &+ 1])
            line[column] = UInt8(truncatingIfNeeded: (sum &+ 2) >> 2)
          }
        }
        count = columns * rows
      }
    }
  }

  /// Both at once: `first` times `second`, over 255.
  static func product(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
    precondition(first.count == second.count, "alpha planes of different sizes")
    return first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        [UInt8](unsafeUninitializedCapacity: first.count) { target, count in
          for index in 0..<first.count {
            let product = UInt16(first[index]) &* UInt16(second[index]) &+ 128
            target[index] = UInt8(truncatingIfNeeded: (product &+ product >> 8) >> 8)
          }
          count = first.count
        }
      }
    }
  }
}
