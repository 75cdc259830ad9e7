import Foundation
import HTTPClient
import Pipeline
import SpeechProviders

/// The services for speech that the operator of a host has described.
struct SpeechFile: Sendable {
  var providers: [ProviderSettings] = []
  var breaker = BreakerSettings()

  /// Names the file for commands that have no configuration; the same as the setting `speech.providers`.
  static let variable = "VIDEOCRAFT_SPEECH_PROVIDERS"

  /// The desk for a host; throws `UsageError` with what is wrong with the file.
  static func desk(_ path: String, secrets: any SecretSource) throws -> ProviderDesk {
    guard let bytes = FileManager.default.contents(atPath: path),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw UsageError("the file of speech providers `\(path)` cannot be read as UTF-8 text") }
    let (file, diagnostics) = read(text, file: path)
    let errors = diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else {
      let lines = errors.map { error in
        error.range.map { "\n  \($0.start.line):\($0.start.column): \(error.message)" }
          ?? "\n  \(error.message)"
      }
      throw UsageError("the file of speech providers `\(path)` is not right:\(lines.joined())")
    }
    return ProviderDesk(file.providers, breaker: file.breaker) { name in
      guard let text = try secrets.secret(named: name), !text.isEmpty else {
        throw MissingKey(
          description: "its key, the secret `\(name)`, has no text on this host; "
            + secrets.advice(for: name))
      }
      return text
    }
  }

  private struct MissingKey: Error, CustomStringConvertible { let description: String }

  static func read(
    _ text: String, file: String? = nil
  ) -> (file: SpeechFile, diagnostics: [Diagnostic]) {
    let reading = SettingsFile.read(
      text, file: file, as: SpeechFields.file, owner: "the file of speech providers")
    var speech = SpeechFile()
    var problems = reading.diagnostics
    if case .map(let breaker)? = reading.values["breaker"] {
      speech.breaker = BreakerSettings(SettingValues(breaker))
    }
    guard case .list(let list)? = reading.values["providers"] else { return (speech, problems) }
    for case .map(let members) in list {
      let values = SettingValues(members)
      guard let provider = ProviderSettings(values, &problems) else { continue }
      if speech.providers.contains(where: { $0.name == provider.name }) {
        problems.append(values.problem("there are two providers of this name"))
      }
      speech.providers.append(provider)
    }
    return (speech, problems)
  }
}

/// The members of a record, by type.
struct SettingValues {
  private let members: [String: Value]

  init(_ members: [String: Value]) { self.members = members }

  func text(_ name: String) -> String? {
    if case .text(let text)? = members[name] { text } else { nil }
  }

  func integer(_ name: String) -> Int? {
    if case .integer(let number)? = members[name] { number } else { nil }
  }

  func number(_ name: String) -> Double? {
    switch members[name] {
    case .number(let number)?: number
    case .integer(let number)?: Double(number)
    default: nil
    }
  }

  func boolean(_ name: String) -> Bool? {
    if case .boolean(let value)? = members[name] { value } else { nil }
  }

  func duration(_ name: String) -> Duration? {
    if case .duration(let value)? = members[name] { value } else { nil }
  }

  func texts(_ name: String) -> [String] {
    guard case .list(let values)? = members[name] else { return [] }
    return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  func map(_ name: String) -> [String: String] {
    guard case .map(let values)? = members[name] else { return [:] }
    return values.compactMapValues { if case .text(let text) = $0 { text } else { nil } }
  }

  func problem(_ message: String) -> Diagnostic {
    Diagnostic("invalid-provider", "provider `\(text("name") ?? "")`: \(message)", at: nil)
  }
}

extension BreakerSettings {
  init(_ values: SettingValues) {
    self.init()
    failures = values.integer("failures") ?? failures
    failureRate = values.number("failure_rate") ?? failureRate
    window = values.integer("window") ?? window
    openFor = values.duration("open_for") ?? openFor
    probes = values.integer("probes") ?? probes
  }
}

extension ProviderSettings {
  /// Nil where name or kind are missing, which has been said already.
  init?(_ values: SettingValues, _ problems: inout [Diagnostic]) {
    guard let name = values.text("name"),
      let kind = values.text("kind").flatMap(ProviderKind.init(rawValue:))
    else { return nil }
    self.init(name: name, kind: kind, endpoint: values.text("endpoint"))
    key = values.text("key")
    model = values.text("model")
    voice = values.text("voice")
    voices = values.map("voices")
    format = values.text("format")
    instructions = values.text("instructions")
    timestamps = values.boolean("timestamps") ?? timestamps
    concurrency = values.integer("concurrency") ?? concurrency
    attempts = values.integer("attempts") ?? attempts
    timeout = values.duration("timeout") ?? timeout
    patience = values.duration("patience") ?? patience
    longest = values.integer("max_length")
    longestSound = values.duration("max_sound").map { $0 / .seconds(1) }
    for text in values.texts("networks") {
      guard let network = IPNetwork(text) else {
        problems.append(
          values.problem("`\(text)` is not a network; write it like `127.0.0.0/8`"))
        continue
      }
      networks.append(network)
    }
    problems += faults.map(values.problem)
  }

  /// What does not go together.
  private var faults: [String] {
    var faults: [String] = []
    if name == "embedded" || !name.allSatisfy(Self.isNameLetter) {
      faults.append(
        "a name is made of letters, digits, `-` and `_`, and `embedded` means the engines of this machine"
      )
    }
    if kind.needsKey, key == nil {
      faults.append("`\(kind.rawValue)` answers nobody without a key: give the name of its secret")
    }
    if kind.task == .listening, voice != nil || !voices.isEmpty || instructions != nil {
      faults.append("it listens and has no voice")
    }
    if instructions != nil,
      kind != .openai || model == nil || model?.hasPrefix("tts-1") == true
    {
      faults.append("`instructions` are for models of `openai` other than `tts-1`: name one")
    }
    return faults + [endpointFault].compactMap { $0 }
  }

  private static func isNameLetter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
  }

  private var endpointFault: String? {
    guard !endpoint.isEmpty else {
      return "`\(kind.rawValue)` has no usual address: give `endpoint`"
    }
    guard let parts = URLComponents(string: endpoint), let host = parts.host, !host.isEmpty,
      parts.scheme == "https" || parts.scheme == "http", parts.user == nil, parts.password == nil,
      parts.query == nil, parts.fragment == nil
    else {
      return
        "`endpoint` is an address such as `https://api.example.org`, without credentials or query"
    }
    guard parts.scheme == "https" || !networks.isEmpty else {
      return
        "`endpoint` is not encrypted; that is for a machine in one of `networks`, such as `127.0.0.0/8`"
    }
    return nil
  }
}
