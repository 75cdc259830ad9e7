/// What a language calls the things that are written short.
struct ReadingVocabulary: Sendable {
  /// How many there are decides the form.
  struct Noun: Sendable {
    var one: String
    var many: String
    init(_ one: String, _ many: String) {
      self.one = one
      self.many = many
    }
  }

  var numbers: any NumberWords
  var decimalMark: Character
  /// Between groups of three digits.
  var groupMarks: Set<Character>
  var point: String
  var minus: String
  var percent: String
  var degrees: Noun
  var range: String
  var and: String
  /// Of addresses.
  var dot: String
  var slash: String
  var at: String
  var dash: String
  var underscore: String
  /// By sign: the whole and its hundredth.
  var currencies: [Character: (whole: Noun, part: Noun)]
  /// Words after an amount that its currency comes after.
  var scales: Set<String>
  /// Letters after an amount: `$5M`.
  var scaleLetters: [String: String]
  /// Behind a number.
  var units: [String: Noun]
  /// With their dots, in lower case.
  var abbreviations: [String: String]
  /// Only before a number.
  var abbreviationsBeforeNumbers: [String: String]
  /// In lower case, full and short forms without a dot, with the month from 1.
  var months: [String: Int]
  var monthNames: [String]
  /// Signs that stand alone.
  var signs: [String: String]
  /// In lower case: a number of four digits after them is a year.
  var wordsBeforeYears: Set<String>

  /// Nil for a language whose voices are left to read as they do.
  static func of(_ language: String) -> ReadingVocabulary? {
    switch LanguageTag.primary(language) {
    case "en": english
    case "de": german
    case "fr": french
    case "es": spanish
    default: nil
    }
  }

  private static func months(_ names: [String], short: [String]) -> [String: Int] {
    var months: [String: Int] = [:]
    for list in [names, short] {
      for (index, name) in list.enumerated() where !name.isEmpty {
        months[name.lowercased()] = index + 1
      }
    }
    return months
  }

  static let english: ReadingVocabulary = {
    let names = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    return ReadingVocabulary(
      numbers: EnglishNumbers(), decimalMark: ".", groupMarks: [","], point: "point",
      minus: "minus", percent: "percent", degrees: Noun("degree", "degrees"), range: "to",
      and: "and", dot: "dot", slash: "slash", at: "at", dash: "dash", underscore: "underscore",
      currencies: [
        "$": (Noun("dollar", "dollars"), Noun("cent", "cents")),
        "€": (Noun("euro", "euros"), Noun("cent", "cents")),
        "£": (Noun("pound", "pounds"), Noun("penny", "pence")),
        "¥": (Noun("yen", "yen"), Noun("sen", "sen")),
        "₹": (Noun("rupee", "rupees"), Noun("paisa", "paise")),
      ],
      scales: ["hundred", "thousand", "million", "billion", "trillion"],
      scaleLetters: [
        "k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion",
        "B": "billion", "b": "billion", "T": "trillion",
      ],
      units: [
        "km": Noun("kilometre", "kilometres"), "m": Noun("metre", "metres"),
        "cm": Noun("centimetre", "centimetres"), "mm": Noun("millimetre", "millimetres"),
        "kg": Noun("kilogram", "kilograms"), "g": Noun("gram", "grams"),
        "mg": Noun("milligram", "milligrams"), "t": Noun("tonne", "tonnes"),
        "l": Noun("litre", "litres"), "L": Noun("litre", "litres"),
        "ml": Noun("millilitre", "millilitres"), "mL": Noun("millilitre", "millilitres"),
        "ft": Noun("foot", "feet"), "ft.": Noun("foot", "feet"), "in.": Noun("inch", "inches"),
        "lb": Noun("pound", "pounds"), "lbs": Noun("pound", "pounds"),
        "oz": Noun("ounce", "ounces"), "mi": Noun("mile", "miles"),
        "mph": Noun("mile per hour", "miles per hour"),
        "km/h": Noun("kilometre per hour", "kilometres per hour"),
        "m/s": Noun("metre per second", "metres per second"),
        "km²": Noun("square kilometre", "square kilometres"),
        "m²": Noun("square metre", "square metres"), "m³": Noun("cubic metre", "cubic metres"),
        "°C": Noun("degree Celsius", "degrees Celsius"),
        "°F": Noun("degree Fahrenheit", "degrees Fahrenheit"),
        "Hz": Noun("hertz", "hertz"), "kHz": Noun("kilohertz", "kilohertz"),
        "MHz": Noun("megahertz", "megahertz"), "GHz": Noun("gigahertz", "gigahertz"),
        "W": Noun("watt", "watts"), "kW": Noun("kilowatt", "kilowatts"),
        "MW": Noun("megawatt", "megawatts"), "kWh": Noun("kilowatt hour", "kilowatt hours"),
        "V": Noun("volt", "volts"), "dB": Noun("decibel", "decibels"),
        "kB": Noun("kilobyte", "kilobytes"), "KB": Noun("kilobyte", "kilobytes"),
        "MB": Noun("megabyte", "megabytes"), "GB": Noun("gigabyte", "gigabytes"),
        "TB": Noun("terabyte", "terabytes"), "ms": Noun("millisecond", "milliseconds"),
        "s": Noun("second", "seconds"), "min": Noun("minute", "minutes"),
        "h": Noun("hour", "hours"), "hr": Noun("hour", "hours"), "hrs": Noun("hour", "hours"),
        "px": Noun("pixel", "pixels"), "fps": Noun("frame per second", "frames per second"),
      ],
      abbreviations: [
        "mr.": "Mister", "mrs.": "Missus", "ms.": "Miss", "dr.": "Doctor", "prof.": "Professor",
        "jr.": "Junior", "sr.": "Senior", "gen.": "General", "gov.": "Governor",
        "sen.": "Senator", "rep.": "Representative", "capt.": "Captain", "lt.": "Lieutenant",
        "sgt.": "Sergeant", "col.": "Colonel", "rev.": "Reverend", "hon.": "Honorable",
        "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus",
        "approx.": "approximately", "dept.": "department", "est.": "established",
        "inc.": "Incorporated", "ltd.": "Limited", "co.": "Company", "corp.": "Corporation",
        "ave.": "Avenue", "blvd.": "Boulevard", "rd.": "Road", "mt.": "Mount",
        "a.m.": "a m", "p.m.": "p m", "jan.": "January", "feb.": "February", "mar.": "March",
        "apr.": "April", "jun.": "June", "jul.": "July", "aug.": "August", "sep.": "September",
        "sept.": "September", "oct.": "October", "nov.": "November", "dec.": "December",
        "w/o": "without", "w/": "with",
      ],
      abbreviationsBeforeNumbers: [
        "no.": "number", "nos.": "numbers", "fig.": "figure", "p.": "page", "pp.": "pages",
        "vol.": "volume", "ch.": "chapter", "sec.": "section", "eq.": "equation",
      ],
      months: months(
        names,
        short: [
          "Jan", "Feb", "Mar", "Apr", "", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]),
      monthNames: names,
      signs: ["&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at"],
      wordsBeforeYears: [
        "in", "since", "by", "from", "until", "till", "to", "year", "after", "before", "during",
        "early", "late", "mid", "circa", "around", "of", "spring", "summer", "autumn", "fall",
        "winter", "between", "and", "through", "©",
      ])
  }()

  static let german: ReadingVocabulary = {
    let names = [
      "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
      "Oktober", "November", "Dezember",
    ]
    return ReadingVocabulary(
      numbers: GermanNumbers(), decimalMark: ",", groupMarks: [".", " ", "\u{202F}"],
      point: "Komma", minus: "minus", percent: "Prozent", degrees: Noun("Grad", "Grad"),
      range: "bis", and: "und", dot: "Punkt", slash: "Schrägstrich", at: "at",
      dash: "Bindestrich", underscore: "Unterstrich",
      currencies: [
        "€": (Noun("Euro", "Euro"), Noun("Cent", "Cent")),
        "$": (Noun("Dollar", "Dollar"), Noun("Cent", "Cent")),
        "£": (Noun("Pfund", "Pfund"), Noun("Penny", "Pence")),
      ],
      scales: ["tausend", "million", "millionen", "milliarde", "milliarden", "mio.", "mrd."],
      scaleLetters: [:],
      units: [
        "km": Noun("Kilometer", "Kilometer"), "m": Noun("Meter", "Meter"),
        "cm": Noun("Zentimeter", "Zentimeter"), "mm": Noun("Millimeter", "Millimeter"),
        "kg": Noun("Kilogramm", "Kilogramm"), "g": Noun("Gramm", "Gramm"),
        "l": Noun("Liter", "Liter"), "ml": Noun("Milliliter", "Milliliter"),
        "km/h": Noun("Kilometer pro Stunde", "Kilometer pro Stunde"),
        "m²": Noun("Quadratmeter", "Quadratmeter"), "m³": Noun("Kubikmeter", "Kubikmeter"),
        "km²": Noun("Quadratkilometer", "Quadratkilometer"),
        "°C": Noun("Grad Celsius", "Grad Celsius"), "h": Noun("Stunde", "Stunden"),
        "min": Noun("Minute", "Minuten"), "s": Noun("Sekunde", "Sekunden"),
        "GB": Noun("Gigabyte", "Gigabyte"), "MB": Noun("Megabyte", "Megabyte"),
        "kW": Noun("Kilowatt", "Kilowatt"), "kWh": Noun("Kilowattstunde", "Kilowattstunden"),
        "W": Noun("Watt", "Watt"), "Hz": Noun("Hertz", "Hertz"),
      ],
      abbreviations: [
        "z.b.": "zum Beispiel", "d.h.": "das heißt", "u.a.": "unter anderem",
        "usw.": "und so weiter", "bzw.": "beziehungsweise", "ca.": "circa",
        "dr.": "Doktor", "prof.": "Professor", "hr.": "Herr", "fr.": "Frau",
        "str.": "Straße", "mio.": "Millionen", "mrd.": "Milliarden", "inkl.": "inklusive",
        "evtl.": "eventuell", "ggf.": "gegebenenfalls", "vgl.": "vergleiche", "jh.": "Jahrhundert",
        "st.": "Sankt", "tel.": "Telefon",
      ],
      abbreviationsBeforeNumbers: [
        "nr.": "Nummer", "s.": "Seite", "abb.": "Abbildung", "bd.": "Band", "abs.": "Absatz",
      ],
      months: months(
        names,
        short: ["Jan", "Feb", "Mrz", "Apr", "", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]),
      monthNames: names,
      signs: ["&": "und", "+": "plus", "=": "gleich", "%": "Prozent", "@": "at"],
      wordsBeforeYears: [
        "im", "in", "seit", "jahr", "jahre", "bis", "ab", "von", "um", "vor", "nach", "anno",
        "sommer", "winter", "frühjahr", "herbst", "zwischen", "und",
      ])
  }()

  static let french: ReadingVocabulary = {
    let names = [
      "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
      "octobre", "novembre", "décembre",
    ]
    return ReadingVocabulary(
      numbers: FrenchNumbers(), decimalMark: ",", groupMarks: [" ", "\u{202F}", "\u{00A0}"],
      point: "virgule", minus: "moins", percent: "pour cent",
      degrees: Noun("degré", "degrés"), range: "à", and: "et", dot: "point", slash: "barre",
      at: "arobase", dash: "tiret", underscore: "tiret bas",
      currencies: [
        "€": (Noun("euro", "euros"), Noun("centime", "centimes")),
        "$": (Noun("dollar", "dollars"), Noun("cent", "cents")),
        "£": (Noun("livre", "livres"), Noun("penny", "pence")),
      ],
      scales: ["mille", "million", "millions", "milliard", "milliards"], scaleLetters: [:],
      units: [
        "km": Noun("kilomètre", "kilomètres"), "m": Noun("mètre", "mètres"),
        "cm": Noun("centimètre", "centimètres"), "mm": Noun("millimètre", "millimètres"),
        "kg": Noun("kilogramme", "kilogrammes"), "g": Noun("gramme", "grammes"),
        "l": Noun("litre", "litres"), "km/h": Noun("kilomètre heure", "kilomètres heure"),
        "m²": Noun("mètre carré", "mètres carrés"),
        "°C": Noun("degré Celsius", "degrés Celsius"), "h": Noun("heure", "heures"),
        "min": Noun("minute", "minutes"), "s": Noun("seconde", "secondes"),
        "Go": Noun("gigaoctet", "gigaoctets"), "Mo": Noun("mégaoctet", "mégaoctets"),
      ],
      abbreviations: [
        "m.": "Monsieur", "mme": "Madame", "mlle": "Mademoiselle", "mm.": "Messieurs",
        "dr": "Docteur", "etc.": "et cetera", "p.ex.": "par exemple", "av.": "avenue",
        "bd": "boulevard", "st": "Saint", "ste": "Sainte", "env.": "environ",
      ],
      abbreviationsBeforeNumbers: ["n°": "numéro", "no": "numéro", "p.": "page"],
      months: months(
        names, short: ["janv", "févr", "", "avr", "", "", "juil", "", "sept", "oct", "nov", "déc"]),
      monthNames: names,
      signs: ["&": "et", "+": "plus", "=": "égale", "%": "pour cent", "@": "arobase"],
      wordsBeforeYears: [])
  }()

  static let spanish: ReadingVocabulary = {
    let names = [
      "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
      "octubre", "noviembre", "diciembre",
    ]
    return ReadingVocabulary(
      numbers: SpanishNumbers(), decimalMark: ",", groupMarks: [".", " ", "\u{202F}"],
      point: "coma", minus: "menos", percent: "por ciento", degrees: Noun("grado", "grados"),
      range: "a", and: "y", dot: "punto", slash: "barra", at: "arroba", dash: "guion",
      underscore: "guion bajo",
      currencies: [
        "€": (Noun("euro", "euros"), Noun("céntimo", "céntimos")),
        "$": (Noun("dólar", "dólares"), Noun("centavo", "centavos")),
        "£": (Noun("libra", "libras"), Noun("penique", "peniques")),
      ],
      scales: ["mil"], scaleLetters: [:],
      units: [
        "km": Noun("kilómetro", "kilómetros"), "m": Noun("metro", "metros"),
        "cm": Noun("centímetro", "centímetros"), "mm": Noun("milímetro", "milímetros"),
        "kg": Noun("kilogramo", "kilogramos"), "g": Noun("gramo", "gramos"),
        "l": Noun("litro", "litros"),
        "km/h": Noun("kilómetro por hora", "kilómetros por hora"),
        "m²": Noun("metro cuadrado", "metros cuadrados"),
        "°C": Noun("grado Celsius", "grados Celsius"), "h": Noun("hora", "horas"),
        "min": Noun("minuto", "minutos"), "s": Noun("segundo", "segundos"),
        "GB": Noun("gigabyte", "gigabytes"), "MB": Noun("megabyte", "megabytes"),
      ],
      abbreviations: [
        "sr.": "Señor", "sra.": "Señora", "srta.": "Señorita", "dr.": "Doctor",
        "dra.": "Doctora", "etc.": "etcétera", "p.ej.": "por ejemplo", "ud.": "usted",
        "uds.": "ustedes", "av.": "avenida", "ee.uu.": "Estados Unidos",
      ],
      abbreviationsBeforeNumbers: ["núm.": "número", "n.º": "número", "pág.": "página"],
      months: months(
        names,
        short: ["ene", "feb", "", "abr", "", "jun", "jul", "ago", "sept", "oct", "nov", "dic"]),
      monthNames: names,
      signs: ["&": "y", "+": "más", "=": "igual a", "%": "por ciento", "@": "arroba"],
      wordsBeforeYears: [])
  }()
}
