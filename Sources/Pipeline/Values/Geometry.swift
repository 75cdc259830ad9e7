/// Width and height in pixels.
public struct PixelSize: Sendable, Hashable, Codable, CustomStringConvertible {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Reads `1920x1080` or a name such as `1080p`; both sides 1 to 16 384.
  public init?(_ text: String) {
    if let named = Self.named[text.lowercased()] {
      self = named
      return
    }
    let sides = text.split(separator: "x", omittingEmptySubsequences: false)
    guard sides.count == 2, let width = Int(sides[0]), let height = Int(sides[1]),
      (1...16_384).contains(width), (1...16_384).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  public var description: String { "\(width)x\(height)" }
  public var pixelCount: Int { width * height }

  /// The usual landscape sizes by their number of lines.
  public static let named: [String: PixelSize] = [
    "240p": .init(width: 426, height: 240), "360p": .init(width: 640, height: 360),
    "480p": .init(width: 854, height: 480), "720p": .init(width: 1280, height: 720),
    "1080p": .init(width: 1920, height: 1080), "1440p": .init(width: 2560, height: 1440),
    "2160p": .init(width: 3840, height: 2160),
  ]
}

/// A rectangle in pixels from the top left corner; it may lie partly outside the picture.
public struct PixelRect: Sendable, Hashable, Codable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

/// An sRGB colour with 8 bits per channel; alpha 255 is opaque. Written `#RRGGBB` or `#RRGGBBAA`.
public struct Colour: Sendable, Hashable, CustomStringConvertible {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8
  public var alpha: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  public static let black = Colour(red: 0, green: 0, blue: 0)
  public static let white = Colour(red: 255, green: 255, blue: 255)

  /// Reads `#RRGGBB`, `#RRGGBBAA`, or one of a few names (`black`, `white`, …).
  public init?(_ text: String) {
    if let named = Self.named[text.lowercased()] {
      self = named
      return
    }
    let digits = text.utf8.dropFirst()
    guard text.first == "#", digits.count == 6 || digits.count == 8,
      digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { return nil }
    let rgba = digits.count == 8 ? number : number << 8 | 0xFF
    self.init(
      red: UInt8(rgba >> 24), green: UInt8(rgba >> 16 & 0xFF), blue: UInt8(rgba >> 8 & 0xFF),
      alpha: UInt8(rgba & 0xFF))
  }

  public var description: String {
    func hex(_ channel: UInt8) -> String {
      let digits = String(channel, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }
    return "#" + hex(red) + hex(green) + hex(blue) + (alpha == 255 ? "" : hex(alpha))
  }

  public static let named: [String: Colour] = [
    "black": .black, "white": .white,
    "red": .init(red: 255, green: 0, blue: 0), "green": .init(red: 0, green: 128, blue: 0),
    "blue": .init(red: 0, green: 0, blue: 255), "yellow": .init(red: 255, green: 255, blue: 0),
    "orange": .init(red: 255, green: 165, blue: 0), "gray": .init(red: 128, green: 128, blue: 128),
    "transparent": .init(red: 0, green: 0, blue: 0, alpha: 0),
  ]
}

extension Colour: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let colour = Colour(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a colour"))
    }
    self = colour
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
