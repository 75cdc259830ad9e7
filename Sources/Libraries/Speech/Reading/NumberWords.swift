/// How a language says whole numbers. All take 0 to 999 999 999 999 999.
protocol NumberWords: Sendable {
  func cardinal(_ number: Int) -> String
  func ordinal(_ number: Int) -> String
  /// Of the common era, 1 to 9999.
  func year(_ number: Int) -> String
}

extension NumberWords {
  func year(_ number: Int) -> String { cardinal(number) }
  static var largest: Int { 999_999_999_999_999 }

  /// Groups of three digits with the power of a thousand that each stands for, the largest first; none for 0.
  func groups(_ number: Int) -> [(value: Int, power: Int)] {
    var groups: [(Int, Int)] = []
    var rest = number
    var power = 0
    while rest > 0 {
      if rest % 1000 > 0 { groups.append((rest % 1000, power)) }
      rest /= 1000
      power += 1
    }
    return groups.reversed()
  }
}

struct EnglishNumbers: NumberWords {
  private static let small = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
  ]
  private static let tens = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
  ]
  private static let powers = ["", " thousand", " million", " billion", " trillion"]
  private static let ordinals = [
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
  ]

  func cardinal(_ number: Int) -> String {
    guard number > 0 else { return Self.small[0] }
    return groups(number).map { hundreds($0.value) + Self.powers[$0.power] }.joined(separator: " ")
  }

  private func hundreds(_ number: Int) -> String {
    var words: [String] = []
    if number >= 100 { words.append("\(Self.small[number / 100]) hundred") }
    if number % 100 > 0 { words.append(belowHundred(number % 100)) }
    return words.joined(separator: " ")
  }

  private func belowHundred(_ number: Int) -> String {
    if number < 20 { return Self.small[number] }
    return Self.tens[number / 10] + (number % 10 > 0 ? " \(Self.small[number % 10])" : "")
  }

  func ordinal(_ number: Int) -> String {
    var words = cardinal(number).split(separator: " ").map(String.init)
    let last = words.removeLast()
    let ordinal =
      Self.ordinals[last] ?? (last.hasSuffix("y") ? "\(last.dropLast())ieth" : "\(last)th")
    return (words + [ordinal]).joined(separator: " ")
  }

  func year(_ number: Int) -> String {
    let (century, rest) = (number / 100, number % 100)
    guard (1100...2099).contains(number), century % 10 != 0 || rest >= 10 else {
      return cardinal(number)
    }
    if rest == 0 { return "\(belowHundred(century)) hundred" }
    return "\(belowHundred(century)) \(rest < 10 ? "oh " : "")\(belowHundred(rest))"
  }

  /// `nineteen nineties` for 1990, `twenties` for 20.
  func decade(_ number: Int) -> String {
    let words = number > 99 ? year(number) : belowHundred(number)
    return words.hasSuffix("y") ? "\(words.dropLast())ies" : "\(words)s"
  }
}

struct GermanNumbers: NumberWords {
  private static let small = [
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn",
    "neunzehn",
  ]
  private static let tens = [
    "", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig",
    "neunzig",
  ]
  private static let powers = [
    ("", ""), ("", ""), ("Million", "Millionen"), ("Milliarde", "Milliarden"),
    ("Billion", "Billionen"),
  ]

  func cardinal(_ number: Int) -> String {
    guard number > 0 else { return Self.small[0] }
    var words: [String] = []
    for group in groups(number) where group.power >= 2 {
      let (one, many) = Self.powers[group.power]
      words.append(
        group.value == 1 ? "eine \(one)" : "\(hundreds(group.value, isLast: true)) \(many)")
    }
    let low = number % 1_000_000
    if low > 0 {
      let thousands = low >= 1000 ? "\(hundreds(low / 1000, isLast: false))tausend" : ""
      words.append(thousands + (low % 1000 > 0 ? hundreds(low % 1000, isLast: true) : ""))
    }
    return words.joined(separator: " ")
  }

  private func hundreds(_ number: Int, isLast: Bool) -> String {
    var text = ""
    if number >= 100 { text = "\(number / 100 == 1 ? "ein" : Self.small[number / 100])hundert" }
    let rest = number % 100
    if rest > 0 { text += belowHundred(rest, isLast: isLast) }
    return text
  }

  private func belowHundred(_ number: Int, isLast: Bool) -> String {
    if number == 1 { return isLast ? "eins" : "ein" }
    if number < 20 { return Self.small[number] }
    let one = number % 10
    if one == 0 { return Self.tens[number / 10] }
    return "\(one == 1 ? "ein" : Self.small[one])und\(Self.tens[number / 10])"
  }

  /// In the form after `der`: `dritte`.
  func ordinal(_ number: Int) -> String {
    let words = cardinal(number)
    let last = number % 100
    for (value, ending, ordinal) in [
      (1, "eins", "erste"), (3, "drei", "dritte"), (7, "sieben", "siebte"), (8, "acht", "achte"),
    ] where last == value {
      return "\(words.dropLast(ending.count))\(ordinal)"
    }
    return words + (last > 0 && last < 20 ? "te" : "ste")
  }

  func year(_ number: Int) -> String {
    guard (1100...1999).contains(number) else { return cardinal(number) }
    let rest = number % 100
    return Self.small[number / 100] + "hundert"
      + (rest > 0 ? belowHundred(rest, isLast: true) : "")
  }
}

struct FrenchNumbers: NumberWords {
  private static let small = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
  ]
  private static let tens = [
    "", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt",
    "quatre-vingt",
  ]
  private static let powers = ["", "mille", "million", "milliard", "billion"]

  func cardinal(_ number: Int) -> String {
    guard number > 0 else { return Self.small[0] }
    return groups(number).map { group in
      if group.power == 0 { return hundreds(group.value, isLast: true) }
      if group.power == 1 {
        return group.value == 1 ? "mille" : "\(hundreds(group.value, isLast: false)) mille"
      }
      let name = Self.powers[group.power]
      return "\(hundreds(group.value, isLast: true)) \(name)\(group.value > 1 ? "s" : "")"
    }.joined(separator: " ")
  }

  private func hundreds(_ number: Int, isLast: Bool) -> String {
    let (hundred, rest) = (number / 100, number % 100)
    var words: [String] = []
    if hundred == 1 { words.append("cent") }
    if hundred > 1 { words.append("\(Self.small[hundred]) cent\(rest == 0 && isLast ? "s" : "")") }
    if rest > 0 { words.append(belowHundred(rest, isLast: isLast)) }
    return words.joined(separator: " ")
  }

  private func belowHundred(_ number: Int, isLast: Bool) -> String {
    if number < 20 { return Self.small[number] }
    let ten = number / 10
    // 70 and 90 are 60 and 80 with eleven to nineteen.
    let rest = number - (ten == 7 || ten == 9 ? ten - 1 : ten) * 10
    if rest == 0 { return Self.tens[ten] + (ten == 8 && isLast ? "s" : "") }
    let joint = (rest == 1 || rest == 11) && ten < 8 ? " et " : "-"
    return Self.tens[ten] + joint + Self.small[rest]
  }

  func ordinal(_ number: Int) -> String {
    if number == 1 { return "premier" }
    var words = cardinal(number)
    if words.hasSuffix("cents") || words.hasSuffix("vingts") { words.removeLast() }
    if words.hasSuffix("cinq") { return "\(words)uième" }
    if words.hasSuffix("neuf") { return "\(words.dropLast())vième" }
    return (words.hasSuffix("e") ? String(words.dropLast()) : words) + "ième"
  }
}

struct SpanishNumbers: NumberWords {
  private static let small = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
    "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho",
    "diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro",
    "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
  ]
  private static let tens = [
    "", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa",
  ]
  private static let hundreds = [
    "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos",
    "setecientos", "ochocientos", "novecientos",
  ]
  private static let ordinals = [
    "", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo",
    "noveno", "décimo",
  ]

  func cardinal(_ number: Int) -> String {
    guard number > 0 else { return Self.small[0] }
    var words: [String] = []
    for (unit, one, many) in [
      (1_000_000_000_000, "un billón", "billones"), (1_000_000, "un millón", "millones"),
    ] {
      let count = number / unit % 1_000_000
      if count == 1 { words.append(one) }
      if count > 1 { words.append("\(belowMillion(count, isLast: false)) \(many)") }
    }
    if number % 1_000_000 > 0 { words.append(belowMillion(number % 1_000_000, isLast: true)) }
    return words.joined(separator: " ")
  }

  private func belowMillion(_ number: Int, isLast: Bool) -> String {
    var words: [String] = []
    let thousands = number / 1000
    if thousands == 1 { words.append("mil") }
    if thousands > 1 { words.append("\(belowThousand(thousands, isLast: false)) mil") }
    if number % 1000 > 0 { words.append(belowThousand(number % 1000, isLast: isLast)) }
    return words.joined(separator: " ")
  }

  private func belowThousand(_ number: Int, isLast: Bool) -> String {
    if number == 100 { return "cien" }
    let rest = number % 100
    var words = number >= 100 ? [Self.hundreds[number / 100]] : []
    if rest > 0 { words.append(belowHundred(rest, isLast: isLast)) }
    return words.joined(separator: " ")
  }

  /// Before a noun `uno` is `un`.
  private func belowHundred(_ number: Int, isLast: Bool) -> String {
    let ending = number % 10 == 1 && number != 11 && !isLast
    if number < 30 { return ending ? (number == 1 ? "un" : "veintiún") : Self.small[number] }
    let one = number % 10
    return Self.tens[number / 10] + (one > 0 ? " y \(ending ? "un" : Self.small[one])" : "")
  }

  func ordinal(_ number: Int) -> String {
    number < Self.ordinals.count && number > 0 ? Self.ordinals[number] : cardinal(number)
  }
}
