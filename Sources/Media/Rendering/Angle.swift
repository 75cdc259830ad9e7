import Foundation

enum Angle {
  /// A step of length 1, in degrees clockwise from the right; exact for quarters.
  static func direction(degrees: Double) -> (x: Double, y: Double) {
    switch (degrees.truncatingRemainder(dividingBy: 360) + 360).truncatingRemainder(dividingBy: 360)
    {
    case 0: return (1, 0)
    case 90: return (0, 1)
    case 180: return (-1, 0)
    case 270: return (0, -1)
    case let other: return (cos(other * .pi / 180), sin(other * .pi / 180))
    }
  }
}
