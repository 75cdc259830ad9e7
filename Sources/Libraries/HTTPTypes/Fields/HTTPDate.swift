/// A moment to the second, as HTTP writes it (RFC 9110 section 5.6.7).
public struct HTTPDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Since 1970 began, in UTC.
  public let seconds: Int64

  /// Kept between the years 1 and 9999, which the written form can say.
  public init(seconds: Int64) {
    self.seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
  }

  /// Any of the three forms that recipients have to understand. Nil when it is none of them.
  public init?(_ text: String) {
    let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
    let isLeading = words.first.map { first in
      Self.weekdays.contains { first == $0 || Self.longWeekdays[$0] == first }
    }
    guard isLeading == true else { return nil }
    let parts: (day: String, month: String, year: String, time: String)
    if words.count == 6, words[5] == "GMT" {
      parts = (words[1], words[2], words[3], words[4])
    } else if words.count == 5 {
      parts = (words[2], words[1], words[4], words[3])
    } else {
      return nil
    }
    guard let date = Self.seconds(parts.day, parts.month, parts.year, parts.time) else {
      return nil
    }
    self.init(seconds: date)
  }

  /// For example `Sun, 06 Nov 1994 08:49:37 GMT`.
  public var description: String {
    let days = seconds.flooringDivision(by: 86_400)
    let time = Int(seconds - days * 86_400)
    let (year, month, day) = Self.civil(days)
    let weekday = Int((days + 4).flooringRemainder(by: 7))
    return "\(Self.weekdays[weekday]), \(Self.padded(day)) \(Self.months[month - 1]) "
      + "\(Self.padded(year, to: 4)) \(Self.padded(time / 3600)):\(Self.padded(time / 60 % 60)):"
      + "\(Self.padded(time % 60)) GMT"
  }

  public static func < (one: HTTPDate, other: HTTPDate) -> Bool { one.seconds < other.seconds }
}

extension HTTPDate {
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let longWeekdays = [
    "Sun": "Sunday", "Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Fri": "Friday", "Sat": "Saturday",
  ]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func padded(_ number: Int, to width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  private static func seconds(
    _ day: String, _ month: String, _ year: String, _ time: String
  ) -> Int64? {
    let clock = time.split(separator: ":", omittingEmptySubsequences: false)
    guard let month = months.firstIndex(of: month), day.utf8.count <= 2, clock.count == 3,
      let day = Characters.decimal(day), (1...31).contains(day),
      let year = fullYear(year),
      let hour = Characters.decimal(clock[0]), hour < 24, clock[0].utf8.count == 2,
      let minute = Characters.decimal(clock[1]), minute < 60, clock[1].utf8.count == 2,
      let second = Characters.decimal(clock[2]), second <= 60, clock[2].utf8.count == 2
    else { return nil }
    let days = daysBefore(year: year, month: month + 1, day: day)
    guard civil(days) == (year, month + 1, day) else { return nil }
    return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// Two digits are of the years 1970 to 2069.
  private static func fullYear(_ text: String) -> Int? {
    guard let year = Characters.decimal(text) else { return nil }
    switch text.utf8.count {
    case 4: return year >= 1 ? year : nil
    case 2: return year < 70 ? 2000 + year : 1900 + year
    default: return nil
    }
  }

  /// Days since 1970 began, in the Gregorian calendar, counted from a year that begins in March.
  private static func daysBefore(year: Int, month: Int, day: Int) -> Int64 {
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let era = shifted.flooringDivision(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.flooringDivision(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  fileprivate func flooringDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  fileprivate func flooringRemainder(by divisor: Int64) -> Int64 {
    self - flooringDivision(by: divisor) * divisor
  }
}
