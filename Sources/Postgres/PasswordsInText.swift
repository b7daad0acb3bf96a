// A message may quote what someone pasted in the wrong place: a connection string as a path, as a node's name, as a key.
// What can be told for a password there is not repeated. Too much is taken away rather than too little.

extension String {
    /// The text with `***` for whatever looks like the password of a connection string in it: what stands between `://`
    /// and the last `@` of the line where that holds a colon, and what follows `password=` and `sslpassword=`, percent
    /// signs in the keyword or not.
    public var withoutPasswords: String {
        guard contains("=") || contains("://") else { return self }
        let uri = #/(postgres(?:ql)?://)[^\n@]*:[^\n]*@/#.ignoresCase()
        let keyword =
            #/((?:s|%73){0,2}(?:l|%6c)?(?:p|%70)(?:a|%61)(?:s|%73){2}(?:w|%77)(?:o|%6f)(?:r|%72)(?:d|%64)\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|(?:\\.|[^\s&'"\\])+)/#
            .ignoresCase()
        return replacing(uri) { $0.output.1 + "***@" }.replacing(keyword) { $0.output.1 + "***" }
    }
}
