public import Pipeline

extension Burn {
  /// Lengths are pixels of a picture whose shorter side is 1080, and scale with the real one.
  public struct Options: StageOptions {
    @Field("How words appear.") public var style = CaptionStyle.Animation.progressive
    @Field("Font family, as fontconfig knows it.", in: 1...200) public var font = "DejaVu Sans"
    @Field("Text size.", in: 6...300, unit: "pixels of a 1080-line picture")
    public var size = 56.0
    @Field("Heavy letters.") public var bold = true
    @Field("Colour of the line, and of words not being spoken.")
    public var lineColor = Colour.white
    @Field("Colour of the word being spoken.")
    public var wordColor = Colour(red: 255, green: 215, blue: 0)
    @Field("Colour of the letters' outline.") public var outlineColor = Colour.black
    @Field("Width of the outline.", in: 0...20, unit: "pixels of a 1080-line picture")
    public var outlineWidth = 4.0
    @Field("Colour of the shadow; with a box there is none, unless `box-shadow` says so.")
    public var shadowColor = Colour(red: 0, green: 0, blue: 0, alpha: 160)
    @Field("How far the shadow falls.", in: 0...20, unit: "pixels of a 1080-line picture")
    public var shadowOffset = 2.0
    @Field("Colour of a box behind the text; none without it.") public var boxColor: Colour?
    @Field("Whether letters in a box have their shadow, too.") public var boxShadow = false
    @Field("Where on the picture.") public var position = CaptionStyle.Position.bottomCentre
    @Field("Kept free on the left and on the right.", in: 0...0.4, unit: "share of the width")
    public var marginX = 0.06
    @Field("Kept free above and below.", in: 0...0.4, unit: "share of the height")
    public var marginY = 0.08
    @Field("Lines of a cue made from words.", in: 1...3) public var maxLines = 2
    @Field(
      "Characters of a line made from words; the picture may allow fewer. Chinese, Japanese and Korean ones count 2.5.",
      in: 4...80)
    public var maxChars = 42
    @Field("Language of the words as a BCP 47 tag; taken from the transcript without it.")
    public var language: String?

    public init() {}
  }
}

extension Burn.Options {
  var captionStyle: CaptionStyle {
    var look = CaptionStyle()
    look.animation = style
    look.font = font
    look.size = size
    look.bold = bold
    look.lineColour = lineColor
    look.wordColour = wordColor
    look.outlineColour = outlineColor
    look.outlineWidth = outlineWidth
    look.shadowColour = shadowColor
    look.shadowOffset = shadowOffset
    look.boxColour = boxColor
    look.boxShadow = boxShadow && boxColor != nil ? true : nil
    look.position = position
    look.marginX = marginX
    look.marginY = marginY
    return look
  }
}
