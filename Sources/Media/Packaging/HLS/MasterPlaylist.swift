public import Pipeline

/// The playlist that names all renditions of a film (RFC 8216, 4.3.4).
public struct MasterPlaylist: Sendable, Hashable {
  /// Pictures, and the sound if it has no rendition of its own (`EXT-X-STREAM-INF`).
  public struct Variant: Sendable, Hashable {
    /// Of the media playlist.
    public var uri: String
    /// Bits per second that are never exceeded over a segment's time, with sound and all.
    public var bandwidth: Int
    /// Nil while it is not known.
    public var averageBandwidth: Int?
    /// By RFC 6381.
    public var codecs: [String]
    /// Nil without a picture.
    public var resolution: PixelSize?
    public var frameRate: FrameRate?
    /// `groupID` of the renditions that belong to it.
    public var audioGroup: String?
    public var subtitlesGroup: String?

    public init(
      uri: String, bandwidth: Int, averageBandwidth: Int? = nil, codecs: [String] = [],
      resolution: PixelSize? = nil, frameRate: FrameRate? = nil, audioGroup: String? = nil,
      subtitlesGroup: String? = nil
    ) {
      self.uri = uri
      self.bandwidth = bandwidth
      self.averageBandwidth = averageBandwidth
      self.codecs = codecs
      self.resolution = resolution
      self.frameRate = frameRate
      self.audioGroup = audioGroup
      self.subtitlesGroup = subtitlesGroup
    }
  }

  /// Sound, subtitles or other pictures that play along (`EXT-X-MEDIA`).
  public struct Media: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
      case audio = "AUDIO"
      case subtitles = "SUBTITLES"
      case video = "VIDEO"
    }

    public var kind: Kind
    public var groupID: String
    /// For people.
    public var name: String
    /// Of the media playlist.
    public var uri: String
    /// A BCP 47 tag.
    public var language: String?
    /// Plays where viewers did not choose.
    public var isDefault: Bool
    /// May be chosen by the viewer's language.
    public var isAutoselected: Bool
    /// Subtitles that are needed even by those who want none.
    public var isForced: Bool
    /// Uniform type identifiers, such as `public.accessibility.transcribes-spoken-dialog`.
    public var characteristics: [String]
    /// Of sound.
    public var channels: Int?

    public init(
      _ kind: Kind, groupID: String, name: String, uri: String, language: String? = nil,
      isDefault: Bool = false, isAutoselected: Bool = true, isForced: Bool = false,
      characteristics: [String] = [], channels: Int? = nil
    ) {
      self.kind = kind
      self.groupID = groupID
      self.name = name
      self.uri = uri
      self.language = language
      self.isDefault = isDefault
      self.isAutoselected = isAutoselected
      self.isForced = isForced
      self.characteristics = characteristics
      self.channels = channels
    }
  }

  /// Keyframes alone, for fast forward and previews (`EXT-X-I-FRAME-STREAM-INF`).
  public struct IFrames: Sendable, Hashable {
    public var uri: String
    public var bandwidth: Int
    public var averageBandwidth: Int?
    public var codecs: [String]
    public var resolution: PixelSize?

    public init(
      uri: String, bandwidth: Int, averageBandwidth: Int? = nil, codecs: [String] = [],
      resolution: PixelSize? = nil
    ) {
      self.uri = uri
      self.bandwidth = bandwidth
      self.averageBandwidth = averageBandwidth
      self.codecs = codecs
      self.resolution = resolution
    }
  }

  /// A fact about the film (`EXT-X-SESSION-DATA`).
  public struct SessionData: Sendable, Hashable {
    /// In the manner of `com.example.movie.title`.
    public var id: String
    public var value: String
    /// A BCP 47 tag.
    public var language: String?

    public init(id: String, value: String, language: String? = nil) {
      self.id = id
      self.value = value
      self.language = language
    }
  }

  public var sessionData: [SessionData]
  public var media: [Media]
  /// Clients begin with the first one.
  public var variants: [Variant]
  public var iFrames: [IFrames]

  public init(
    variants: [Variant], iFrames: [IFrames] = [], media: [Media] = [],
    sessionData: [SessionData] = []
  ) {
    self.variants = variants
    self.iFrames = iFrames
    self.media = media
    self.sessionData = sessionData
  }

  /// The file's contents.
  public var text: String {
    var lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += sessionData.map { "#EXT-X-SESSION-DATA:" + $0.attributes.text }
    lines += media.map { "#EXT-X-MEDIA:" + $0.attributes.text }
    for variant in variants {
      lines += ["#EXT-X-STREAM-INF:" + variant.attributes.text, variant.uri]
    }
    lines += iFrames.map { "#EXT-X-I-FRAME-STREAM-INF:" + $0.attributes.text }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension MasterPlaylist.Variant {
  fileprivate var attributes: AttributeList {
    var list = AttributeList()
    list.add("BANDWIDTH", bandwidth)
    list.add("AVERAGE-BANDWIDTH", averageBandwidth)
    list.add("CODECS", codecs)
    list.add("RESOLUTION", resolution.map(\.description))
    list.add(
      "FRAME-RATE", frameRate.map { HLSDecimal.text($0.framesPerSecond, places: 3) })
    list.add("AUDIO", quoted: audioGroup)
    list.add("SUBTITLES", quoted: subtitlesGroup)
    return list
  }
}

extension MasterPlaylist.Media {
  fileprivate var attributes: AttributeList {
    var list = AttributeList()
    list.add("TYPE", kind.rawValue)
    list.add("GROUP-ID", quoted: groupID)
    list.add("LANGUAGE", quoted: language)
    list.add("NAME", quoted: name)
    list.add("DEFAULT", isDefault ? "YES" : "NO")
    // What is the default can be chosen by language as well (4.3.4.1).
    list.add("AUTOSELECT", isAutoselected || isDefault ? "YES" : "NO")
    if kind == .subtitles { list.add("FORCED", isForced ? "YES" : "NO") }
    if !characteristics.isEmpty {
      list.add("CHARACTERISTICS", quoted: characteristics.joined(separator: ","))
    }
    list.add("CHANNELS", quoted: channels.map(String.init))
    list.add("URI", quoted: uri)
    return list
  }
}

extension MasterPlaylist.IFrames {
  fileprivate var attributes: AttributeList {
    var list = AttributeList()
    list.add("BANDWIDTH", bandwidth)
    list.add("AVERAGE-BANDWIDTH", averageBandwidth)
    list.add("CODECS", codecs)
    list.add("RESOLUTION", resolution.map(\.description))
    list.add("URI", quoted: uri)
    return list
  }
}

extension MasterPlaylist.SessionData {
  fileprivate var attributes: AttributeList {
    var list = AttributeList()
    list.add("DATA-ID", quoted: id)
    list.add("VALUE", quoted: value)
    list.add("LANGUAGE", quoted: language)
    return list
  }
}
