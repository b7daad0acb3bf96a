/// What the acting role (the declared `role:`, else the login role) may do, and what the executor has to know of the server.
public struct NodeRights: Hashable, Sendable {
    /// The role that logged in.
    public var loginRole: Identifier
    /// Whether the login role may `SET ROLE` to the declared role; true where none is declared.
    public var mayBecomeRole: Bool
    /// Whether the login role may create a schema in the database (installing the schema `polarity` needs it).
    public var mayCreateSchema: Bool
    /// `deadlock_timeout`: an autovacuum worker gives way after it, never before.
    public var deadlockTimeout: Duration
    /// How long the first answer took, for display.
    public var roundTrip: Duration
    /// Whether the acting role exists.
    public var roleExists = true
    /// Whether the acting role has the rights of the roles it is a member of (`rolinherit`).
    public var inherits = true
    /// Whether the login role may use the language plpgsql, in which every step looks before it acts.
    public var mayUseLanguage = true
    /// Functions of `pg_catalog` that apply calls and the login role may not execute, with their argument types, sorted.
    public var closedServerFunctions: [String] = []
    /// The engine's own schema; `nil` where the engine has none or it is not there.
    public var engineSchema: EngineSchemaRights?
    /// The engine's functions that the acting role cannot make a trigger with, sorted by name.
    public var closedFunctions: [ClosedObject] = []
    /// The relations that a custom engine's evidence asks and the login role may not read, sorted by name.
    public var closedEvidence: [ClosedObject] = []

    /// Describes rights; a superuser's unless given.
    public init(
        loginRole: Identifier = "postgres", mayBecomeRole: Bool = true, mayCreateSchema: Bool = true,
        deadlockTimeout: Duration = .seconds(1), roundTrip: Duration = .zero
    ) {
        self.loginRole = loginRole
        self.mayBecomeRole = mayBecomeRole
        self.mayCreateSchema = mayCreateSchema
        self.deadlockTimeout = deadlockTimeout
        self.roundTrip = roundTrip
    }
}

/// What the login role may do in the engine's own schema: `polarity`, or Slony's.
public struct EngineSchemaRights: Hashable, Sendable {
    /// The schema's owner.
    public var owner: Identifier
    /// Whether the owner is a superuser, of whom nobody should be made a member.
    public var ownerIsSuperuser: Bool
    /// Whether the login role may `SET ROLE` to the owner, or is the owner.
    public var mayBecomeOwner: Bool
    /// Whether the login role has USAGE.
    public var mayUse: Bool
    /// The tables and sequences that are read and are not there, sorted.
    public var missing: [Identifier]
    /// The tables and sequences that the login role may not read, sorted.
    public var unreadable: [Identifier]
    /// Whether the login role may take Slony's lock on its configuration; true under another engine.
    public var mayLock: Bool
    /// Objects of another owner in the schema `polarity`, as ALTER names them, sorted.
    public var foreign: [String]
    /// Whether the owner may use the language plpgsql, in which the schema `polarity` is written.
    public var ownerMayUseLanguage: Bool
    /// False where a superuser would run the code of an ordinary role that the file does not name.
    public var isTrusted: Bool

    /// Whether every table that is read is there.
    public var isComplete: Bool { missing.isEmpty }

    /// Whether what is there may be read.
    public var isReadable: Bool { mayUse && unreadable.isEmpty && isTrusted }

    /// Describes rights; the owner's unless given.
    public init(
        owner: Identifier = "postgres", ownerIsSuperuser: Bool = true, mayBecomeOwner: Bool = true,
        mayUse: Bool = true, missing: [Identifier] = [], unreadable: [Identifier] = [], mayLock: Bool = true,
        foreign: [String] = [], ownerMayUseLanguage: Bool = true,
        isTrusted: Bool = true
    ) {
        self.owner = owner
        self.ownerIsSuperuser = ownerIsSuperuser
        self.mayBecomeOwner = mayBecomeOwner
        self.mayUse = mayUse
        self.missing = missing
        self.unreadable = unreadable
        self.mayLock = mayLock
        self.foreign = foreign
        self.ownerMayUseLanguage = ownerMayUseLanguage
        self.isTrusted = isTrusted
    }
}

/// A function that cannot be called, or a relation that cannot be read.
public struct ClosedObject: Hashable, Sendable {
    /// The object.
    public let name: QualifiedName
    /// Whether USAGE on its schema is missing.
    public let isHidden: Bool
    /// Whether the right on the object itself is missing: EXECUTE, or SELECT.
    public let isClosed: Bool

    /// Describes what is missing.
    public init(name: QualifiedName, isHidden: Bool, isClosed: Bool) {
        self.name = name
        self.isHidden = isHidden
        self.isClosed = isClosed
    }
}

/// What a table's owner has by itself and may have given away.
public enum TableRight: String, Hashable, Sendable, CaseIterable {
    /// USAGE on the table's schema.
    case usage
    /// UPDATE, DELETE or TRUNCATE, any of which LOCK TABLE asks for.
    case lock
    /// TRIGGER.
    case trigger
}

/// What the owner of a table is to the acting role.
public struct OwnerTie: Hashable, Sendable {
    /// Whether the acting role is the owner's member, with its rights or not.
    public var isMember: Bool
    /// Whether the owner is a superuser.
    public var isSuperuser: Bool

    /// Describes the tie; the acting role's own table unless given.
    public init(isMember: Bool = true, isSuperuser: Bool = false) {
        self.isMember = isMember
        self.isSuperuser = isSuperuser
    }
}
