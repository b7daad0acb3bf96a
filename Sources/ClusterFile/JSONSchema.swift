/// The cluster file as a JSON Schema (2020-12), for editors: one document, indented, with a line break at its end.
///
/// It is made of the same definitions that read the file. It accepts every valid file; what one value alone cannot tell
/// (a name that is no node, a table in two sets, a password) only ``readCluster(_:file:environment:)`` finds.
public func jsonSchema() -> String {
    let head: JSON = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Polarity cluster file, version 1",
    ]
    let other = "[^$]|\\$+[^${]"
    let text = "([^$}]|\\$+[^${}])*\\$*"
    let form = "\\$+\\{[A-Za-z_][A-Za-z0-9_]*(:[-?]\(text))?\\}"
    let variable: JSON = [
        "description": "A text with ${VAR}, ${VAR:-default} or ${VAR:?message} in it; they do not nest.",
        "type": "string", "pattern": .text("^(\(other))*\(form)(\(other)|\(form))*\\$*$"),
    ]
    return (head + ClusterKeys.all.schema + ["$defs": ["variable": variable]]).description + "\n"
}
