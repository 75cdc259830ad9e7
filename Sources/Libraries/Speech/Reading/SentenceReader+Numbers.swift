extension SentenceReader {
  /// What a word with digits in it is said as; nil when it is said as written.
  mutating func number(at index: Int) -> String? {
    let core = parts[index].core
    if let text = money(at: index) { return text }
    if let text = percent(core) { return text }
    if let text = time(core, at: index) { return text }
    if let text = date(core) { return text }
    if let text = ordinal(at: index) { return text }
    if let text = decade(at: index) { return text }
    if let text = measure(core) { return text }
    if let text = fraction(core) { return text }
    if let text = range(core) { return text }
    if let text = telephone(core) { return text }
    if let text = plain(at: index) { return text }
    return counted(core) ?? mixed(core)
  }

  // MARK: Money

  private mutating func money(at index: Int) -> String? {
    let core = parts[index].core
    if let sign = core.first(where: { words.currencies[$0] != nil }) {
      let rest = core.replacing(String(sign), with: "")
      guard core.first == sign || core.last == sign || core.hasPrefix("-\(sign)") else {
        return nil
      }
      return amount(rest, of: sign, at: index)
    }
    // `12,50 €` as two words.
    guard let next = self.core(index + 1), next.count == 1, let sign = next.first,
      words.currencies[sign] != nil, parts[index].after.isEmpty,
      let text = amount(core, of: sign, at: index)
    else { return nil }
    decided[index + 1] = ""
    return text
  }

  private mutating func amount(_ text: String, of sign: Character, at index: Int) -> String? {
    guard let (whole, part) = words.currencies[sign] else { return nil }
    let letters = String(text.reversed().prefix { $0.isLetter }.reversed())
    guard let number = WrittenNumber(String(text.dropLast(letters.count)), words) else {
      return nil
    }
    if !letters.isEmpty {
      guard let scale = words.scaleLetters[letters] else { return nil }
      return "\(number.spoken(words)) \(scale) \(whole.many)"
    }
    if let next = core(index + 1), words.scales.contains(next.lowercased()) {
      decided[index + 1] = "\(words.abbreviations[next.lowercased()] ?? next) \(whole.many)"
      return number.spoken(words)
    }
    return coins(number, whole, part)
  }

  private func coins(
    _ number: WrittenNumber, _ whole: ReadingVocabulary.Noun, _ part: ReadingVocabulary.Noun
  ) -> String {
    guard let decimals = number.decimals, decimals.count == 2, let cents = Int(decimals),
      let value = number.value
    else {
      return number.isOne && !number.isNegative
        ? "\(article(1)) \(whole.one)"
        : "\(number.spoken(words)) \(number.isOne ? whole.one : whole.many)"
    }
    let sign = number.isNegative ? "\(words.minus) " : ""
    let wholes = "\(article(value)) \(value == 1 ? whole.one : whole.many)"
    let parts = "\(article(cents)) \(cents == 1 ? part.one : part.many)"
    if cents == 0 { return sign + wholes }
    if value == 0 { return sign + parts }
    // `zwölf Euro fünfzig`, `douze euros cinquante`
    let isBrief = words.numbers is GermanNumbers || words.numbers is FrenchNumbers
    return sign + wholes
      + (isBrief ? " \(words.numbers.cardinal(cents))" : " \(words.and) \(parts)")
  }

  /// Before a noun German and Spanish say one in another way.
  private func article(_ value: Int) -> String {
    guard value == 1 else { return words.numbers.cardinal(value) }
    if words.numbers is GermanNumbers { return "ein" }
    return words.numbers is SpanishNumbers ? "un" : words.numbers.cardinal(1)
  }

  // MARK: Amounts

  private func percent(_ core: String) -> String? {
    guard core.hasSuffix("%"), let number = WrittenNumber(String(core.dropLast()), words) else {
      return nil
    }
    return "\(number.spoken(words)) \(words.percent)"
  }

  /// `5km`, `20°C`, `45°`.
  private func measure(_ core: String) -> String? {
    let digits = core.prefix { $0.isNumber && $0.isASCII || ".,-−".contains($0) }
    let unit = String(core.dropFirst(digits.count))
    guard !unit.isEmpty, let number = WrittenNumber(String(digits), words) else { return nil }
    let noun = unit == "°" ? words.degrees : words.units[unit]
    guard let noun else { return nil }
    return
      "\(number.isOne ? article(1) : number.spoken(words)) \(number.isOne ? noun.one : noun.many)"
  }

  private func fraction(_ core: String) -> String? {
    guard words.numbers is EnglishNumbers else { return nil }
    let parts = core.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, WrittenNumber.isDigits(parts[0]), WrittenNumber.isDigits(parts[1]),
      let top = Int(parts[0]), let bottom = Int(parts[1]), (2...20).contains(bottom),
      (1..<bottom).contains(top)
    else { return nil }
    let name =
      bottom == 2 ? "half" : bottom == 4 ? "quarter" : words.numbers.ordinal(bottom)
    return "\(words.numbers.cardinal(top)) \(name)\(top > 1 ? "s" : "")"
  }

  private func range(_ core: String) -> String? {
    let parts = core.split(omittingEmptySubsequences: false) { "-–—".contains($0) }
    guard parts.count == 2, let from = WrittenNumber(String(parts[0]), words),
      let to = WrittenNumber(String(parts[1]), words)
    else { return nil }
    // Three digits and four are the number of a telephone.
    if core.contains("-"), parts[0].count == 3, parts[1].count == 4 { return nil }
    let isYears = isYear(from) && (isYear(to) || to.digits.count == 2)
    func spoken(_ number: WrittenNumber) -> String {
      guard isYears, let value = number.value, number.digits.count == 4 else {
        return number.spoken(words)
      }
      return words.numbers.year(value)
    }
    return "\(spoken(from)) \(words.range) \(spoken(to))"
  }

  private func telephone(_ core: String) -> String? {
    let groups = core.split(omittingEmptySubsequences: true) { "-()+".contains($0) }
    let digits = groups.reduce(0) { $0 + $1.count }
    guard groups.count > 1 || core.hasPrefix("+"), digits >= 7,
      groups.allSatisfy({ WrittenNumber.isDigits($0) })
    else { return nil }
    return groups.map { WrittenNumber.digitByDigit($0, words) }.joined(separator: ", ")
  }

  // MARK: Order and years

  private mutating func ordinal(at index: Int) -> String? {
    let core = parts[index].core
    let digits = core.prefix { $0.isNumber && $0.isASCII }
    guard let value = Int(digits), digits.count < 7 else { return nil }
    let ending = core.dropFirst(digits.count).lowercased()
    switch words.numbers {
    case is EnglishNumbers:
      guard ["st", "nd", "rd", "th"].contains(ending) else {
        return dayOfMonth(value, ending, index)
      }
      return words.numbers.ordinal(value)
    case is GermanNumbers:
      guard ending.isEmpty, parts[index].after == ".", index + 1 < parts.count, value < 1000 else {
        return nil
      }
      let before = self.core(index - 1)?.lowercased() ?? ""
      let inflected = ["am", "vom", "zum", "beim", "dem", "den", "des", "im", "seit"]
      parts[index].after = ""
      return words.numbers.ordinal(value) + (inflected.contains(before) ? "n" : "")
    case is FrenchNumbers:
      guard ["er", "re", "e", "ème", "eme", "nd", "nde"].contains(ending) else { return nil }
      return ending == "re" ? "première" : words.numbers.ordinal(value)
    case is SpanishNumbers:
      guard ["º", ".º", "°"].contains(ending), value <= 10 else { return nil }
      return words.numbers.ordinal(value)
    default: return nil
    }
  }

  /// `May 5` and `5 May`.
  private func dayOfMonth(_ value: Int, _ ending: String, _ index: Int) -> String? {
    guard ending.isEmpty, (1...31).contains(value), parts[index].core.count <= 2 else { return nil }
    if let before = core(index - 1), isMonth(before) { return words.numbers.ordinal(value) }
    if let next = core(index + 1), isMonth(next), parts[index].after.isEmpty {
      return "the \(words.numbers.ordinal(value)) of"
    }
    return nil
  }

  private func isMonth(_ word: String) -> Bool {
    guard word.first?.isUppercase == true else { return false }
    let name = word.hasSuffix(".") ? String(word.dropLast()) : word
    return words.months[name.lowercased()] != nil
  }

  /// `1990s` and `'90s`.
  private mutating func decade(at index: Int) -> String? {
    let core = parts[index].core
    guard let english = words.numbers as? EnglishNumbers, core.hasSuffix("s") else { return nil }
    let digits = core.dropLast().filter { $0 != "'" && $0 != "’" }
    guard WrittenNumber.isDigits(digits), let value = Int(digits), value % 10 == 0,
      (20...99).contains(value) || (1100...2090).contains(value)
    else { return nil }
    if ["'", "’", "‘"].contains(parts[index].before) { parts[index].before = "" }
    return english.decade(value)
  }

  private func plain(at index: Int) -> String? {
    guard let number = WrittenNumber(parts[index].core, words) else { return nil }
    if isYear(number), let value = number.value, isYear(at: index) {
      return words.numbers.year(value)
    }
    return number.spoken(words)
  }

  private func isYear(_ number: WrittenNumber) -> Bool {
    !number.isGrouped && number.decimals == nil && !number.isNegative && number.digits.count == 4
      && (1100...2099).contains(number.value ?? 0)
  }

  /// Whether what stands around makes a number a year.
  private func isYear(at index: Int) -> Bool {
    guard let before = core(index - 1) else { return false }
    if words.wordsBeforeYears.contains(before.lowercased()) {
      // `in 1500 metres` is a length.
      let next = core(index + 1) ?? ""
      return words.units[next] == nil && !words.scales.contains(next.lowercased())
    }
    if isMonth(before) { return true }
    // `May 5, 2024` and `5. Mai 1999`
    return core(index - 2).map(isMonth) == true && before.allSatisfy { $0.isNumber || $0.isLetter }
      && before.first?.isNumber == true
  }

  // MARK: Time

  /// `14:30`, `3:05pm`, `3pm`; in French `14h30`.
  private mutating func time(_ core: String, at index: Int) -> String? {
    var text = core.lowercased()
    var half = ""
    if words.numbers is EnglishNumbers {
      for (ending, name) in [("am", "a m"), ("pm", "p m")] where text.hasSuffix(ending) {
        text.removeLast(2)
        half = name
      }
    }
    let isFrench = words.numbers is FrenchNumbers
    let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || isFrench && $0 == "h" }
    guard parts.count <= 2, WrittenNumber.isDigits(parts[0]), parts[0].count <= 2,
      let hour = Int(parts[0]), hour <= 24
    else { return nil }
    if parts.count == 1 {
      return half.isEmpty || hour > 12 ? nil : "\(words.numbers.cardinal(hour)) \(half)"
    }
    if isFrench, parts[1].isEmpty { return spokenTime(hour, 0, half, index) }
    guard WrittenNumber.isDigits(parts[1]), parts[1].count == 2, let minute = Int(parts[1]),
      minute < 60
    else { return nil }
    return spokenTime(hour, minute, half, index)
  }

  private mutating func spokenTime(
    _ hour: Int, _ minute: Int, _ half: String, _ index: Int
  ) -> String {
    let hours = words.numbers.cardinal(hour)
    let minutes = minute == 0 ? "" : " \(words.numbers.cardinal(minute))"
    switch words.numbers {
    case is GermanNumbers:
      if core(index + 1)?.lowercased() == "uhr" { decided[index + 1] = "" }
      return "\(hour == 1 ? "ein" : hours) Uhr\(minutes)"
    case is FrenchNumbers: return "\(hour == 1 ? "une heure" : "\(hours) heures")\(minutes)"
    case is SpanishNumbers:
      return "\(hour == 1 ? "una" : hours)\(minute == 0 ? " en punto" : minutes)"
    default:
      let next = core(index + 1)?.lowercased() ?? ""
      let hasHalf =
        !half.isEmpty || next.hasPrefix("a.m") || next.hasPrefix("p.m") || next == "am"
        || next == "pm"
      let oh = minute > 0 && minute < 10 ? " oh" : ""
      let text: String
      if minute > 0 {
        text = "\(hours)\(oh)\(minutes)"
      } else {
        text = hasHalf ? hours : hour > 12 || hour == 0 ? "\(hours) hundred" : "\(hours) o'clock"
      }
      return half.isEmpty ? text : "\(text) \(half)"
    }
  }

  // MARK: Dates

  /// `2024-05-01`, `5/1/2024`, `01.05.2024`.
  private func date(_ core: String) -> String? {
    for separator in ["-", "/", "."] as [Character] {
      let parts = core.split(separator: separator, omittingEmptySubsequences: false)
      guard parts.count == 3, parts.allSatisfy({ WrittenNumber.isDigits($0) }) else { continue }
      let numbers = parts.compactMap { Int($0) }
      guard numbers.count == 3 else { continue }
      if parts[0].count == 4, parts[1].count == 2, parts[2].count == 2 {
        return spokenDate(numbers[0], numbers[1], numbers[2])
      }
      guard parts[2].count == 4, parts[0].count <= 2, parts[1].count <= 2, separator != "-" else {
        continue
      }
      let isMonthFirst =
        separator == "/" && isAmerican && numbers[0] <= 12 || numbers[1] > 12
      return isMonthFirst
        ? spokenDate(numbers[2], numbers[0], numbers[1])
        : spokenDate(numbers[2], numbers[1], numbers[0])
    }
    return nil
  }

  private func spokenDate(_ year: Int, _ month: Int, _ day: Int) -> String? {
    guard (1...12).contains(month), (1...31).contains(day), (1...9999).contains(year) else {
      return nil
    }
    let name = words.monthNames[month - 1]
    let yearText = words.numbers.year(year)
    switch words.numbers {
    case is GermanNumbers: return "\(words.numbers.ordinal(day)) \(name) \(yearText)"
    case is FrenchNumbers:
      return "\(day == 1 ? "premier" : words.numbers.cardinal(day)) \(name) \(yearText)"
    case is SpanishNumbers: return "\(words.numbers.cardinal(day)) de \(name) de \(yearText)"
    default: return "\(name) \(words.numbers.ordinal(day)), \(yearText)"
    }
  }

  // MARK: Others

  /// `#5`, `~20`, `10+`.
  private func counted(_ core: String) -> String? {
    guard words.numbers is EnglishNumbers else { return nil }
    if core.hasPrefix("#"), let number = WrittenNumber(String(core.dropFirst()), words) {
      return "number \(number.spoken(words))"
    }
    if core.first == "~" || core.first == "≈" {
      return WrittenNumber(String(core.dropFirst()), words).map { "about \($0.spoken(words))" }
    }
    if core.hasSuffix("+"), let number = WrittenNumber(String(core.dropLast()), words) {
      return "\(number.spoken(words)) plus"
    }
    return nil
  }

  /// `COVID-19`, `25-year-old`: the numbers of what is joined by dashes.
  private func mixed(_ core: String) -> String? {
    let parts = core.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count > 1, parts.contains(where: { $0.contains(where: \.isLetter) }) else {
      return nil
    }
    let spoken = parts.map { part in
      WrittenNumber(String(part), words).map { $0.spoken(words) } ?? String(part)
    }
    guard spoken != parts.map(String.init) else { return nil }
    return spoken.filter { !$0.isEmpty }.joined(separator: " ")
  }
}
