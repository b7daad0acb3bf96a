extension DrainQuery {
    /// Whatever stands in the queries like a name with its schema, sorted, each once: relations, functions, and columns
    /// behind an alias, which no catalog knows.
    var mentioned: [QualifiedName] {
        Set([sql, originPosition].flatMap { dottedNames(in: $0) }).sorted()
    }
}

/// Pairs of names with a dot between them, folded as the server folds them; literals are passed over.
private func dottedNames(in sql: String) -> [QualifiedName] {
    var found: [QualifiedName] = []
    var before: String?
    var isDotted = false
    var rest = Array(sql.unicodeScalars)[...]
    while let next = rest.first {
        if let name = takeName(&rest) {
            if isDotted, let schema = before { found.append(QualifiedName(Identifier(schema), Identifier(name))) }
            (before, isDotted) = (name, false)
        } else if next == "." {
            isDotted = before != nil
            rest.removeFirst()
        } else {
            (before, isDotted) = (nil, false)
            let quoted = next == "'" ? rest.dropFirst().firstIndex(of: "'") : nil
            rest = quoted.map { rest[($0 + 1)...] } ?? rest.dropFirst()
        }
    }
    return found
}

/// A name at the beginning, with or without quotes.
private func takeName(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
    var name = String.UnicodeScalarView()
    guard rest.first == "\"" else {
        while let next = rest.first, isNamePart(next, isFirst: name.isEmpty) {
            name.append(next)
            rest.removeFirst()
        }
        return name.isEmpty ? nil : String(name).lowercased()
    }
    rest.removeFirst()
    while let next = rest.popFirst() {
        if next != "\"" { name.append(next) } else if rest.first == "\"" { name.append("\"") } else { break }
        if next == "\"" { rest.removeFirst() }
    }
    return String(name)
}

private func isNamePart(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic
        || !isFirst && (scalar == "$" || scalar.properties.numericType != nil)
}
