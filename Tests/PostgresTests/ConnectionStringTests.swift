import Testing

@testable import Postgres

@Suite struct `connection strings` {
    @Test(arguments: [
        ("host=h password=s3cret", "password=*** host=h"),
        ("host=h password='s3 c\\'r\\\\et' user=u", "user=u password=*** host=h"),
        ("host=h password=s3\\ cret", "password=*** host=h"),
        ("host=h sslpassword=s3cret", "host=h sslpassword=***"),
        ("postgresql://u:s3cret@h:5433/shop", "user=u password=*** dbname=shop host=h port=5433"),
        ("postgres://u:s3%40cr%65t@h/shop", "user=u password=*** dbname=shop host=h"),
        ("postgresql://h/shop?password=s3cret", "password=*** dbname=shop host=h"),
        ("postgresql://h/shop?pass%77ord=s3cret", "password=*** dbname=shop host=h"),
        ("postgresql://h/shop?sslpassword=s3cret&user=u", "user=u dbname=shop host=h sslpassword=***"),
        ("postgresql://u:s3@cret@h/shop", "postgresql://***@h/shop"),
        ("postgresql://u:s3/cret@h/shop", "postgresql://***@h/shop"),
        ("dbname=postgresql://u:s3cret@h/shop", "dbname='user=u password=*** dbname=shop host=h'"),
        ("dbname='host=h password=s3cret'", "dbname='password=*** host=h'"),
    ]) func `are shown without their passwords`(text: String, redacted: String) throws {
        let address = try ConnectionString(text)
        #expect(address.containsPassword)
        #expect(address.redacted == redacted)
        #expect(address.text == text)
        var dumped = ""
        dump(address, to: &dumped)
        for shown in ["\(address)", String(reflecting: address), dumped] { #expect(!shown.contains("cret")) }
    }

    @Test(arguments: [
        "", "service=shop-berlin", "host=/tmp port=5433 dbname='my shop' user=postgres", "postgresql://u@h,i:5433/shop",
        "postgresql://h:5432/shop?application_name=a@b", "postgresql:///shop?host=/tmp", "passfile=/home/me/pass=@",
        "postgresql://u@/db", "dbname=a=b",
    ]) func `without a password are shown as they were written`(text: String) throws {
        let address = try ConnectionString(text)
        #expect(!address.containsPassword)
        #expect(address.redacted == text)
    }

    @Test func `are read as libpq reads them`() throws {
        let address = try ConnectionString("postgresql://me@berlin:5433/my%20shop?sslmode=verify-full")
        #expect(address.value(of: "host") == "berlin")
        #expect(address.value(of: "port") == "5433")
        #expect(address.value(of: "user") == "me")
        #expect(address.value(of: "dbname") == "my shop")
        #expect(address.value(of: "sslmode") == "verify-full")
        #expect(address.value(of: "service") == nil)
    }

    @Test(arguments: [
        ("shop", #"missing "=" after "shop" in connection info string"#),
        ("host=h sslmod=require", #"invalid connection option "sslmod""#),
        ("host='h", "unterminated quoted string in connection info string"),
        ("host=h\0", "holds a NUL character"),
        ("host=h password=s3 cret", #"missing "=" after "…""#),
        ("host=h password=s3 cr=et", #"invalid connection option "…""#),
        ("postgresql://u:s3%zzcret@h/shop", #"invalid percent-encoded token: "…""#),
        (
            "postgresql://u:s3cret@[h/shop",
            #"end of string reached when looking for matching "]" in IPv6 host address in URI: "…""#
        ),
        ("postgresql://h/shop?password=a=s3cret", #"extra key/value separator "=" in URI query parameter: "…""#),
    ]) func `that are wrong say so in libpq's words, less what may be a password`(text: String, message: String) {
        #expect(throws: InvalidConnectionString(message: message)) { try ConnectionString(text) }
    }

    @Test func `get defaults where they are silent, and nothing twice`() throws {
        let address = try ConnectionString("host='my host' keepalives_idle=1 client_encoding=LATIN1 user=''")
        let completed = address.completed(
            defaults: ["keepalives_idle": "15", "tcp_user_timeout": "30000"], forced: ["client_encoding": "UTF8"])
        let settings = try ConnectionString(completed).settings
        #expect(
            settings.map(\.text).sorted() == [
                "client_encoding=UTF8", "host='my host'", "keepalives_idle=1", "tcp_user_timeout=30000", "user=''",
            ])
    }
}

@Suite struct `what looks like a password` {
    @Test(arguments: [
        ("no file postgresql://u:s3cret@h/shop", "no file postgresql://***@h/shop"),
        ("POSTGRES://u:s3@cr/et@h", "POSTGRES://***@h"), ("a postgres://u:s3 cret@h here", "a postgres://***@h here"),
        ("'host=h password=s3cret'", "'host=h password=***'"), ("sslpassword = s3\\ cret x", "sslpassword = *** x"),
        ("password='s3 c\\'r et' user=u", "password=*** user=u"), ("PassWord=s3cret&x=y", "PassWord=***&x=y"),
        ("?pass%77ord=s3cret&user=u", "?pass%77ord=***&user=u"), ("password='s3cret", "password=***"),
    ]) func `is taken out of any text`(text: String, shown: String) {
        #expect(text.withoutPasswords == shown)
    }

    @Test(arguments: [
        "", "polarity.yaml: No such file or directory", "postgresql://u@h:5432/shop?application_name=a", "a = b",
        "password authentication failed for user \"clerk\"", "the password: 12", "https://h/a:b@c",
    ]) func `is not seen where there is none`(text: String) {
        #expect(text.withoutPasswords == text)
    }

    @Test(arguments: [
        ("a postgresql://h postgres://u@h", "a postgresql://***@h"),
        ("postgres://u@h postgres://u:s3cret@h", "postgres://u@h postgres://***@h"),
        ("postgresql://u@h/\nu:s3cret@h", "postgresql://u@h/\nu:s3cret@h"),
        ("postgresql://u:s3cret@h\npostgresql://u:s3cret@h", "postgresql://***@h\npostgresql://***@h"),
        ("postgresql://u:s3cret@\u{301}h", "postgresql://***@\u{301}h"),
        ("password\u{a0}= s3cret", "password\u{a0}= ***"),
        ("password=\u{301}s3cret", "password=***"), ("password=s3\u{a0}cret", "password=***"),
        ("postgres://:\r\nu@h", "postgres://:\r\nu@h"), ("password=", "password="), ("pass%7", "pass%7"),
        ("password=s3cret\\", "password=***\\"), ("password='s3cret\\\nb'", "password=***\\\nb'"),
    ]) func `is found line by line and byte by byte`(text: String, shown: String) {
        #expect(text.withoutPasswords == shown)
    }

    @Test(arguments: [
        ("", "postgres://", ""), ("postgres://", ":", ""), ("", "postgres://@", ":@"), ("", "postgres://h/a, ", "\n"),
        ("", "password", "="), ("", "password ", "="), ("", "password=& ", ""), ("", "s", "="), ("", "%70", "=@"),
    ]) func `is missed in a long text without going over it again`(start: String, piece: String, end: String) {
        let text = start + String(repeating: piece, count: 100_000) + end
        #expect(text.withoutPasswords == text)
    }

    @Test(arguments: ["x", "\\x", "postgres://u:p@h", "password=", "=", "ä"])
    func `is hidden however long it is`(piece: String) {
        let long = String(repeating: piece, count: 100_000)
        #expect("password  =  \(long) x".withoutPasswords.hasSuffix("  =  *** x"))
        #expect("password='\(long)' x".withoutPasswords.hasSuffix("=*** x"))
        #expect("postgres://u:\(long)@h".withoutPasswords == "postgres://***@h")
    }

    @Test func `is what two regular expressions take for one`() {
        let words = [
            "p", "postgres://", "postgresql://", ":", "@", "x", "\n", "/", "password=", "'", " ", "\\",
            "PASS%77ORD\t= ",
        ]
        for number in stride(from: 0, to: 62_748_517, by: 20_011) {
            var (text, rest) = ("", number)
            while rest > 0 {
                text += words[rest % words.count]
                rest /= words.count
            }
            #expect(text.withoutPasswords == replacingPasswords(in: text))
        }
    }
}

/// Says the same in two lines, in time that grows with the square of the text and worse.
private func replacingPasswords(in text: String) -> String {
    let uri = #/(postgres(?:ql)?://)[^\n@]*:[^\n]*@/#.ignoresCase()
    let keyword =
        #/((?:p|%70)(?:a|%61)(?:s|%73){2}(?:w|%77)(?:o|%6f)(?:r|%72)(?:d|%64)\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|(?:\\.|[^\s&'"\\])+)/#
        .ignoresCase()
    return text.replacing(uri) { $0.output.1 + "***@" }.replacing(keyword) { $0.output.1 + "***" }
}

@Suite struct quoting {
    @Test(arguments: [
        ("orders", #""orders""#), ("Order \"Line\"", #""Order ""Line""""#), ("", #""""#), ("a.b;--", #""a.b;--""#),
        ("\"\u{301}", "\"\"\"\u{301}\""),
    ]) func `puts every identifier in quotes`(identifier: String, text: String) {
        #expect(quoted(identifier) == text)
    }

    @Test(arguments: [
        ("it's", "'it''s'"), (#"a\b"#, #"E'a\\b'"#), (#"\'; DROP TABLE x; --"#, #"E'\\''; DROP TABLE x; --'"#),
        ("", "''"),
        ("'\u{301}", "'''\u{301}'"),
    ]) func `makes literals that end where they should`(value: String, text: String) {
        #expect(literal(value) == text)
    }
}
