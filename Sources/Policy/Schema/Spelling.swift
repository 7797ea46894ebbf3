/// Finds the word that a user probably meant.
enum Spelling {
  /// The candidate nearest to `word` that is still near: at most a third of the word differs, letter case aside.
  static func nearest(to word: String, in candidates: [String]) -> String? {
    let folded = Array(word.lowercased().utf8.prefix(64))
    var best: (word: String, distance: Int)?
    for candidate in candidates.sorted() {
      let distance = distance(folded, Array(candidate.lowercased().utf8))
      if distance <= max(1, folded.count / 3), distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// Levenshtein's distance.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substitution = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
