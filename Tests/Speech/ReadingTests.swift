import Speech
import Testing

@Suite("What is written short is read in words")
struct ReadingTests {
  private func read(_ text: String, _ language: String) -> String {
    SpokenReading(language: language).phrases(WrittenWords.split(text))
      .filter { !$0.isEmpty }.joined(separator: " ")
  }

  @Test(
    "English",
    arguments: [
      ("I have 0 of 21 items.", "I have zero of twenty one items."),
      (
        "1,234,567 people",
        "one million two hundred thirty four thousand five hundred sixty seven people"
      ),
      ("Pi is 3.14, not -5.", "Pi is three point one four, not minus five."),
      ("It has stood since 1854.", "It has stood since eighteen fifty four."),
      ("1854 people came.", "one thousand eight hundred fifty four people came."),
      ("In 2005 and in 2010", "In two thousand five and in twenty ten"),
      ("In 1900 and 1905", "In nineteen hundred and nineteen oh five"),
      ("the 1990s and the '80s", "the nineteen nineties and the eighties"),
      ("It costs $23.50 or €1.", "It costs twenty three dollars and fifty cents or one euro."),
      ("$5 million, £0.01, $2M", "five million dollars, one penny, two million dollars"),
      ("12.5% of 20°C", "twelve point five percent of twenty degrees Celsius"),
      ("5 km in 1 h at 60km/h", "five kilometres in one hour at sixty kilometres per hour"),
      ("on 2024-05-01 at 14:30", "on May first, twenty twenty four at fourteen thirty"),
      ("on 12/25/2023", "on December twenty fifth, twenty twenty three"),
      ("May 5, 2024 at 3:05pm", "May fifth, twenty twenty four at three oh five p m"),
      ("on 5 May 1999", "on the fifth of May nineteen ninety nine"),
      ("at 9:00 and 15:00", "at nine o'clock and fifteen hundred"),
      ("the 1st, 22nd and 103rd", "the first, twenty second and one hundred third"),
      ("1/2 and 3/4", "one half and three quarters"),
      ("10-20 or 1990–1995", "ten to twenty or nineteen ninety to nineteen ninety five"),
      ("Call 555-1234.", "Call five five five, one two three four."),
      ("agent 007", "agent zero zero seven"),
      (
        "Dr. Smith vs. Mrs. Jones, e.g. No. 5",
        "Doctor Smith versus Missus Jones, for example number five"
      ),
      ("St. Paul lives in Main St.", "Saint Paul lives in Main Street"),
      ("Chapter IV of World War II", "Chapter four of World War two"),
      ("I, Robot", "I, Robot"),
      ("See https://example.com/docs/v2?x=1.", "See example dot com slash docs slash v2."),
      ("Mail me@example.org", "Mail me at example dot org"),
      ("R & D, #5, COVID-19", "R and D, number five, COVID nineteen"),
      ("“$5,” he said (in 1999)!", "“five dollars,” he said (in nineteen ninety nine)!"),
      ("no numbers here", "no numbers here"), ("H.264 and MP3", "H.264 and MP3"),
      (
        "99999999999999999999",
        "nine nine nine nine nine nine nine nine nine nine nine nine nine nine nine nine nine nine nine nine"
      ),
    ])
  func english(written: String, spoken: String) {
    #expect(read(written, "en-US") == spoken)
  }

  @Test(
    "German",
    arguments: [
      ("Es sind 21 von 101.", "Es sind einundzwanzig von einhunderteins."),
      (
        "1.234.567 Leute",
        "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Leute"
      ),
      (
        "3,5 Äpfel am 3. Oktober 1990",
        "drei Komma fünf Äpfel am dritten Oktober neunzehnhundertneunzig"
      ),
      ("um 14:30 Uhr", "um vierzehn Uhr dreißig"),
      ("12,50 € und 1 €", "zwölf Euro fünfzig und ein Euro"),
      ("z. B. 5 km", "zum Beispiel fünf Kilometer"),
      ("seit 2024", "seit zweitausendvierundzwanzig"),
      ("20 % bzw. 5 °C", "zwanzig Prozent beziehungsweise fünf Grad Celsius"),
    ])
  func german(written: String, spoken: String) {
    #expect(read(written, "de") == spoken)
  }

  @Test(
    "French and Spanish",
    arguments: [
      (
        "fr", "Il y a 71, 80, 91 et 200 chats.",
        "Il y a soixante et onze, quatre-vingts, quatre-vingt-onze et deux cents chats."
      ),
      ("fr", "à 14h30, le 1er mai", "à quatorze heures trente, le premier mai"),
      ("fr", "12,50 € pour 3 km", "douze euros cinquante pour trois kilomètres"),
      (
        "es", "Hay 21, 100, 1.500 y 2.000.000", "Hay veintiuno, cien, mil quinientos y dos millones"
      ),
      ("es", "El Sr. paga 3,5 €", "El Señor paga tres coma cinco euros"),
      ("es", "31 y 16", "treinta y uno y dieciséis"),
    ])
  func romance(language: String, written: String, spoken: String) {
    #expect(read(written, language) == spoken)
  }

  @Test(
    "There is one phrase for each written word, whatever is written",
    arguments: ["en", "de", "fr", "es", "ja"])
  func onePhrasePerWord(language: String) {
    let odd =
      "$ € 5€ -- 1- -1 1,,2 1.2.3 24:99 9/9/9 #¿ ½ 5° °C h 12h ٣٤ 5/0 0/5 - +5 III IIII 1e9 @ a@b .com 3. 🙂 5🙂"
    let words = WrittenWords.split(odd)
    #expect(SpokenReading(language: language).phrases(words).count == words.count)
    for word in words {
      #expect(SpokenReading(language: language).phrases([word]).count == 1)
    }
  }
}
