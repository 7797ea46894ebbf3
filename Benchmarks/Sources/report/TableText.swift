/// The table for people.
enum TableText {
  static func text(_ lines: [Line], machine: Machine) -> String {
    let heads = ["", "MEDIAN", "BEST", "UNIT", "CILIUM", "RATIO", "FLOORS"]
    let rows = lines.map { line in
      [
        line.title, number(line.median), number(line.best), line.unit, line.cilium.map { number($0) } ?? "",
        line.ratio.map { "\(number($0))×" } ?? "", line.floors.map { "\(number($0))×" } ?? "",
      ]
    }
    let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
    var text = "\(machine.description)\n"
    var topic = ""
    for (line, row) in zip(lines, rows) {
      if line.topic != topic {
        topic = line.topic
        let comparesCilium = lines.contains { $0.topic == topic && $0.cilium != nil }
        let comparesFloor = lines.contains { $0.topic == topic && $0.floors != nil }
        let shown = heads.enumerated().map { column, head in
          column == 0
            ? topic.uppercased()
            : column == 4 || column == 5 ? comparesCilium ? head : "" : column == 6 && !comparesFloor ? "" : head
        }
        text += "\n" + aligned(shown, widths)
      }
      text += aligned(row, widths)
    }
    if lines.contains(where: { $0.floors != nil }) {
      text += """

        FLOORS: the median in times of the first floor's, measured in the same run.

        """
    }
    guard lines.contains(where: { $0.ratio != nil }) else { return text }
    return text + """

      CILIUM: the best of three runs of Cilium's own engine on an idle machine. RATIO: that, over Weir's median.
      "all" includes the pods' identities and addresses, "rules and maps" begins when these are there, on both sides.
      Of changes, Weir's time includes the identity's number and address and the list of what changed, Cilium's does not.

      """
  }

  private static func aligned(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let pad = String(repeating: " ", count: max(widths[column] - cell.count, 0))
      line += column == 0 || column == 3 ? cell + pad : pad + cell
      line += "  "
    }
    while line.hasSuffix(" ") { line.removeLast() }
    return line + "\n"
  }

  /// Three figures that count, and commas between thousands.
  static func number(_ value: Double) -> String {
    if value < 100 {
      let places = value < 10 ? 100.0 : 10.0
      let rounded = (value * places).rounded() / places
      let text = "\(rounded)"
      guard let point = text.firstIndex(of: ".") else { return text }
      let wanted = value < 10 ? 2 : 1
      let missing = wanted - text.distance(from: point, to: text.endIndex) + 1
      return text + String(repeating: "0", count: max(missing, 0))
    }
    var unit = 1.0
    while value / unit >= 1000 { unit *= 10 }
    var digits = "\(Int((value / unit).rounded() * unit))"
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
  }
}
