/// What is known about a filter that films may use.
struct EffectRule {
  /// How the filter wants its samples.
  enum Space { case yuv, rgb, any }

  /// What it does with transparency.
  enum Alpha {
    /// It looks at colours only; transparency goes around it.
    case ignores
    /// It moves pixels, those of the alpha plane too.
    case moves
    /// It mixes neighbours: colours must be multiplied by alpha meanwhile.
    case mixes
  }

  struct Setting {
    let name: String
    let range: ClosedRange<Double>
    var isWhole = false
    var isOdd = false
  }

  let name: String
  let summary: String
  let space: Space
  var alpha = Alpha.ignores
  var settings: [Setting] = []
  /// Settings that are always given, so that a picture depends on nothing but itself.
  var fixed = ""

  init(
    _ name: String, _ summary: String, _ space: Space, alpha: Alpha = .ignores,
    fixed: String = "", _ settings: [Setting] = []
  ) {
    self.name = name
    self.summary = summary
    self.space = space
    self.alpha = alpha
    self.settings = settings
    self.fixed = fixed
  }

  private static func number(_ range: ClosedRange<Double>, _ names: String...) -> [Setting] {
    names.map { Setting(name: $0, range: range) }
  }

  private static func whole(
    _ range: ClosedRange<Double>, odd: Bool = false, _ names: String...
  ) -> [Setting] {
    names.map { Setting(name: $0, range: range, isWhole: true, isOdd: odd) }
  }

  /// Filters that look at one picture at a time, so that a film can be cut into pieces anywhere.
  static let all: [EffectRule] = [
    EffectRule(
      "cas", "sharpens where contrast is low", .yuv, number(0...1, "strength")),
    EffectRule(
      "colorbalance", "shifts colours of shadows, midtones and highlights", .rgb,
      number(-1...1, "rs", "gs", "bs", "rm", "gm", "bm", "rh", "gh", "bh")),
    EffectRule(
      "colorchannelmixer", "mixes channels, such as for sepia", .rgb,
      number(-2...2, "rr", "rg", "rb", "gr", "gg", "gb", "br", "bg", "bb")),
    EffectRule(
      "colortemperature", "warmer or colder light", .rgb,
      number(1000...40_000, "temperature") + number(0...1, "mix", "pl")),
    EffectRule(
      "eq", "contrast, brightness, saturation and gamma", .yuv,
      number(0...4, "contrast") + number(-1...1, "brightness") + number(0...3, "saturation")
        + number(0.1...10, "gamma", "gamma_r", "gamma_g", "gamma_b")),
    EffectRule(
      "exposure", "as if more or less light had fallen in", .rgb,
      number(-3...3, "exposure") + number(-1...1, "black")),
    EffectRule(
      "gblur", "blurs", .any, alpha: .mixes, number(0...1024, "sigma") + whole(1...6, "steps")),
    EffectRule("hflip", "mirrors left and right", .any, alpha: .moves),
    EffectRule(
      "hue", "turns hues, changes saturation", .yuv,
      number(-360...360, "h") + number(-10...10, "s", "b")),
    EffectRule(
      "monochrome", "black and white, seen through a colour filter", .yuv,
      number(-1...1, "cb", "cr") + number(0.1...10, "size") + number(0...1, "high")),
    EffectRule("negate", "as a negative", .rgb),
    EffectRule("pixelize", "coarse blocks", .any, alpha: .mixes, whole(1...1024, "w", "h")),
    EffectRule(
      "rgbashift", "shifts the colour channels against each other", .rgb,
      whole(-255...255, "rh", "rv", "gh", "gv", "bh", "bv")),
    EffectRule(
      "unsharp", "sharpens or softens", .yuv,
      whole(3...23, odd: true, "lx", "ly", "cx", "cy") + number(-2...5, "la", "ca")),
    EffectRule("vflip", "mirrors top and bottom", .any, alpha: .moves),
    EffectRule(
      "vibrance", "more colour where there is little", .rgb,
      number(-2...2, "intensity") + number(-10...10, "rbal", "gbal", "bbal")),
    EffectRule(
      "vignette", "darker towards the corners", .yuv, fixed: "dither=0",
      number(0...1.5707, "angle")),
  ]

  static func named(_ name: String) -> EffectRule? { all.first { $0.name == name } }
}
