/// Suggests what a user may have meant.
enum NameHint {
  /// The known name that differs least, when it differs little.
  static func nearest(to name: String, in known: [String]) -> String? {
    let best = known.map { (name: $0, distance: distance(name, $0)) }.min {
      ($0.distance, $0.name) < ($1.distance, $1.name)
    }
    guard let best, best.distance <= max(2, name.count / 3) else { return nil }
    return "did you mean \(best.name)?"
  }

  /// Levenshtein distance.
  private static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.utf8)
    let b = Array(b.utf8)
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let above = row[j + 1]
        row[j + 1] = a[i] == b[j] ? diagonal : min(diagonal, row[j], above) + 1
        diagonal = above
      }
    }
    return row[b.count]
  }
}
