/// A shade of meaning; the words say the same without it.
enum Shade: String {
    case good = "32"
    case bad = "1;31"
    case warning = "33"
    case faint = "2"
    case strong = "1"
}

/// A piece of a line, already visible, with its shade.
struct Cell {
    let text: String
    let shade: Shade?

    init(_ text: String, _ shade: Shade? = nil) {
        self.text = text
        self.shade = shade
    }

    var width: Int { displayWidth(text) }

    /// The piece as it is printed.
    func painted(_ isColoured: Bool) -> String {
        guard isColoured, let shade, !text.isEmpty else { return text }
        return "\u{1b}[" + shade.rawValue + "m" + text + "\u{1b}[0m"
    }
}

/// Rows under each other, every column as wide as its widest cell; what ends a row makes no column wider.
func columns(_ rows: [[Cell]], indent: Int = 2, gap: Int = 3, isColoured: Bool) -> [String] {
    var widths: [Int] = []
    for row in rows {
        for (index, cell) in row.enumerated() {
            if index == widths.count { widths.append(0) }
            if index < row.count - 1 { widths[index] = max(widths[index], cell.width) }
        }
    }
    return rows.map { row in
        var line = blanks(indent)
        let last = row.lastIndex { !$0.text.isEmpty } ?? -1
        for (index, cell) in row.enumerated() where index <= last {
            line += cell.painted(isColoured)
            if index < last { line += blanks(widths[index] - cell.width + gap) }
        }
        return line
    }
}

/// One line with something at its right end, which goes to a line of its own where there is no room.
func spread(_ left: [Cell], right: Cell, width: Int, indent: Int, isColoured: Bool) -> [String] {
    let line = left.map { $0.painted(isColoured) }.joined()
    guard !right.text.isEmpty else { return [line] }
    let room = width - left.reduce(0) { $0 + $1.width } - right.width
    return room >= 2
        ? [line + blanks(room) + right.painted(isColoured)] : [line, blanks(indent) + right.painted(isColoured)]
}

/// A text broken at blanks into lines of at most `width` columns; a longer word stands alone, no blank within a line is lost.
func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line: String?
    for word in unbroken(text) {
        guard let begun = line else {
            line = word
            continue
        }
        if displayWidth(begun) + 1 + displayWidth(word) <= width {
            line = begun + " " + word
        } else {
            lines.append(begun)
            line = word
        }
    }
    return lines + (line.map { [$0] } ?? [])
}

/// The words of a text; `--allow A,B` is one, for it is to be copied.
private func unbroken(_ text: String) -> [String] {
    var words: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
        if words.last == "--allow" { words[words.count - 1] += " " + word } else { words.append(String(word)) }
    }
    return words
}

/// So many blanks; none for a negative number.
func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
