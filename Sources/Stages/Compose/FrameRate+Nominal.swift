import Pipeline

extension FrameRate {
  /// The rate that is meant by a decimal number: 29.97 is 30000/1001, 12.5 is 25/2.
  init(nominal rate: Double) {
    for whole in [24, 30, 48, 60, 120] {
      let exact = Double(whole) * 1000 / 1001
      if abs(rate - exact) < 0.006, rate != rate.rounded() {
        self.init(whole * 1000, per: 1001)
        return
      }
    }
    let thousandths = max(1, Int((rate * 1000).rounded()))
    let divisor = Self.greatestCommonDivisor(thousandths, 1000)
    self.init(thousandths / divisor, per: 1000 / divisor)
  }

  private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    right == 0 ? left : greatestCommonDivisor(right, left % right)
  }
}
