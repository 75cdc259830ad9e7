import FFmpeg
import Foundation
import Pipeline

/// Pictures side by side in one JPEG file, row by row. One thread at a time.
struct PictureSheet {
  /// Of each picture; both sides even.
  let tile: PixelSize
  let columns: Int
  let rows: Int
  /// Full range, as JFIF wants it; the places of pictures that never come stay black.
  private var planes: [Plane]
  private var scaler = SubpixelScaler()

  private struct Plane {
    let width: Int
    var samples: [UInt8]

    init(_ width: Int, _ height: Int, filledWith sample: UInt8) {
      self.width = width
      samples = [UInt8](repeating: sample, count: width * height)
    }
  }

  init(tile: PixelSize, columns: Int = 1, rows: Int = 1) {
    self.tile = tile
    self.columns = columns
    self.rows = rows
    let (width, height) = (tile.width * columns, tile.height * rows)
    planes = [
      Plane(width, height, filledWith: 0), Plane(width / 2, height / 2, filledWith: 128),
      Plane(width / 2, height / 2, filledWith: 128),
    ]
  }

  /// Where a picture is in the file.
  func place(of index: Int) -> PixelRect {
    PixelRect(
      x: index % columns * tile.width, y: index / columns * tile.height, width: tile.width,
      height: tile.height)
  }

  /// Brings a frame (4:2:0, bt709 in limited range) to the size of a tile and puts it there.
  mutating func put(_ frame: Frame, at index: Int) throws {
    var small = frame
    if frame.width != tile.width || frame.height != tile.height {
      small = try scaler.scale(
        frame, whole: Area(x: 0, y: 0, width: Double(tile.width), height: Double(tile.height)),
        into: PixelRect(x: 0, y: 0, width: tile.width, height: tile.height)
      ).frame
    }
    convert(small, to: place(of: index))
  }

  /// The matrix of bt709 differs from that of JFIF in luma and in chroma, and chroma does not depend on luma.
  private mutating func convert(_ frame: Frame, to place: PixelRect) {
    let (width, height) = (place.width / 2, place.height / 2)
    _ = frame.withPlane(0, rows: place.height) { luma in
      frame.withPlane(1, rows: height) { blue in
        frame.withPlane(2, rows: height) { red in
          for row in 0..<height {
            for column in 0..<width {
              let cb = Int32((blue.start + row * blue.stride)[column]) - 128
              let cr = Int32((red.start + row * red.stride)[column]) - 128
              let chroma = (place.y / 2 + row) * planes[1].width + place.x / 2 + column
              planes[1].samples[chroma] = JFIFColour.blue(cb, cr)
              planes[2].samples[chroma] = JFIFColour.red(cb, cr)
              let shift = JFIFColour.lumaShift(cb, cr)
              for y in [2 * row, 2 * row + 1] {
                let from = luma.start + y * luma.stride + 2 * column
                let to = (place.y + y) * planes[0].width + place.x + 2 * column
                planes[0].samples[to] = JFIFColour.luma(from[0], shift)
                planes[0].samples[to + 1] = JFIFColour.luma(from[1], shift)
              }
            }
          }
        }
      }
    }
  }

  /// - Parameter quality: 1 to 100.
  func jpeg(quality: Int) throws -> Data {
    let pool = try FramePool(
      width: tile.width * columns, height: tile.height * rows, format: .yuvj420p)
    let frame = try pool.frame { (writer: borrowing PictureWriter) in
      try writer.withPlanes { targets in
        for (plane, target) in zip(planes, targets) {
          plane.samples.withUnsafeBufferPointer { samples in
            guard let start = samples.baseAddress else { return }
            for row in 0..<samples.count / plane.width {
              (target.start + row * target.stride).update(
                from: start + row * plane.width, count: plane.width)
            }
          }
        }
      }
    }
    return Data(try JPEG.encode(frame, quality: quality))
  }
}

/// From bt709 in limited range to the colours of JFIF: bt601 in full range (ITU-T T.871, clause 7).
///
/// The product of the two matrices, in 1/65536. A colour's luma by bt601 is its luma by bt709 and a little of its chroma.
enum JFIFColour {
  private static let one = 65536.0
  /// Red and blue of a colour without luma, by its chroma of full range.
  private static let redByRed = 1.5748
  private static let blueByBlue = 1.8556
  private static let greenByRed = -0.2126 * 1.5748 / 0.7152
  private static let greenByBlue = -0.0722 * 1.8556 / 0.7152
  private static let chromaRange = 255.0 / 224

  private static let lumaByBlue = 0.587 * greenByBlue + 0.114 * blueByBlue
  private static let lumaByRed = 0.299 * redByRed + 0.587 * greenByRed

  private static func fixed(_ number: Double) -> Int32 { Int32((number * one).rounded()) }

  private static let lumaScale = fixed(255.0 / 219)
  private static let shiftByBlue = fixed(lumaByBlue * chromaRange)
  private static let shiftByRed = fixed(lumaByRed * chromaRange)
  private static let blueFromBlue = fixed((blueByBlue - lumaByBlue) / 1.772 * chromaRange)
  private static let blueFromRed = fixed(-lumaByRed / 1.772 * chromaRange)
  private static let redFromBlue = fixed(-lumaByBlue / 1.402 * chromaRange)
  private static let redFromRed = fixed((redByRed - lumaByRed) / 1.402 * chromaRange)

  /// What chroma adds to luma, in 1/65536.
  @inline(__always)
  static func lumaShift(_ cb: Int32, _ cr: Int32) -> Int32 { shiftByBlue * cb + shiftByRed * cr }

  @inline(__always)
  static func luma(_ sample: UInt8, _ shift: Int32) -> UInt8 {
    rounded((Int32(sample) - 16) * lumaScale + shift)
  }

  @inline(__always)
  static func blue(_ cb: Int32, _ cr: Int32) -> UInt8 {
    rounded(blueFromBlue * cb + blueFromRed * cr + 128 << 16)
  }

  @inline(__always)
  static func red(_ cb: Int32, _ cr: Int32) -> UInt8 {
    rounded(redFromBlue * cb + redFromRed * cr + 128 << 16)
  }

  @inline(__always)
  private static func rounded(_ value: Int32) -> UInt8 {
    UInt8(clamping: (value + 1 << 15) >> 16)
  }
}
