//! The table: role × kind × path.
//!
//! What isn't in it is refused. The table is data so that a person can read it and a test can try every cell.

use docket_domain::{
    Kind, Role,
    limits::{BODY, MEANING, NAME, REASON, TITLE},
};

/// What a rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// To write a value.
    Put,
    /// To make an entry.
    Make,
    /// To take an entry out.
    Delete,
    /// To insert into a text and delete from it.
    Splice,
}

/// What a key in the place of `*` looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The path has no `*`.
    Fixed,
    /// The key of an entry.
    Entry,
    /// One line of text.
    Line,
    /// A person of another tracker: `jira:jdoe`, told from a member by the colon.
    External,
    /// An organisation's id.
    Organisation,
    /// A document's URL.
    Document,
    /// `agreed` or an organisation's id.
    List,
    /// A quarter: `2026-Q1`.
    Quarter,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing is written.
    Nothing,
    /// Text of at most so many bytes.
    Text(usize),
    /// The same, or null.
    TextOrNull(usize),
    /// The text of some scalar of an import.
    Any(usize),
    /// A severity or null.
    Severity,
    /// A priority or null.
    Priority,
    /// A status.
    Status,
    /// A resolution or null.
    Resolution,
    /// A field whose changes are events.
    Field,
    /// An organisation's id or null.
    OrganisationOrNull,
    /// The id of the organisation whose list this is.
    ListOwner,
    /// The URL of the list that belongs under the key.
    ListUrl,
    /// The quarter whose report this is.
    ReportQuarter,
    /// The URL of the report that belongs under the key.
    ReportUrl,
    /// A member's id, or null.
    MemberOrNull,
    /// A time.
    Time,
    /// A time or null.
    TimeOrNull,
    /// The member who writes it.
    Myself,
    /// `true`.
    True,
    /// A rank.
    Rank,
    /// A whole number from 0.
    Size,
    /// The characters of a text that is at most so long, in UTF-16 units.
    Characters(usize),
}

/// What else must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Nothing else.
    Always,
    /// It was never set.
    Unset,
    /// The entry is the writer's own.
    OwnEntry,
    /// The entry is the writer's own, or the writer is an admin.
    OwnEntryOrAdmin,
    /// The entry is the writer's own, and this was never set.
    OwnEntryUnset,
    /// The list is the group's or that of the writer's organisation, or the writer is an admin.
    OurList,
    /// The list is that of the writer's organisation, or the writer is an admin.
    OwnList,
    /// An import writes it.
    Import,
    /// It says who the writer is, or takes that back; or the writer is an admin. Else a member could bring an import in
    /// which somebody else says what they never said.
    Myself,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// In documents of this kind,
    pub kind: Kind,
    /// at this path (`*` for any one key),
    pub path: &'static [&'static str],
    /// this
    pub act: Act,
    /// may be done by these.
    pub roles: &'static [Role],
    pub(super) name: Name,
    pub(super) value: Value,
    pub(super) when: When,
}

const ADMIN: &[Role] = &[Role::Admin];
const MEMBERS: &[Role] = &[Role::Admin, Role::Member];
const WRITERS: &[Role] = &[Role::Admin, Role::Member, Role::Vendor];

/// A report's figures.
const FIGURES: usize = 200_000;
/// A field of an import's own.
const IMPORTED: usize = 400_000;

macro_rules! rules {
    ($($kind:ident $act:ident $roles:ident [$($path:literal),+] $name:ident $value:ident $(($max:ident))? $when:ident;)+) => {
        &[$(Rule {
            kind: Kind::$kind,
            path: &[$($path),+],
            act: Act::$act,
            roles: $roles,
            name: Name::$name,
            value: Value::$value $(($max))?,
            when: When::$when,
        }),+]
    };
}

/// All that may be written.
#[rustfmt::skip]
pub static RULES: &[Rule] = rules![
    Workspace Put    ADMIN   ["name"]                          Fixed        Text(NAME)          Always;
    Workspace Put    ADMIN   ["prefix"]                        Fixed        Text(NAME)          Always;
    Workspace Put    ADMIN   ["lists", "*"]                    List         ListUrl             Always;
    Workspace Put    ADMIN   ["organisations", "*"]            Organisation Text(NAME)          Always;
    Workspace Put    ADMIN   ["components", "*"]               Line         True                Always;
    Workspace Delete ADMIN   ["components", "*"]               Line         Nothing             Always;
    Workspace Put    MEMBERS ["mappings", "*"]                 Line         TextOrNull(MEANING) Always;
    Workspace Put    WRITERS ["people", "*"]                   External     MemberOrNull        Myself;
    Workspace Put    MEMBERS ["reports", "*"]                  Quarter      ReportUrl           Always;

    List      Put    MEMBERS ["name"]                          Fixed        Text(NAME)          OwnList;
    List      Put    MEMBERS ["organisation"]                  Fixed        ListOwner           Unset;
    List      Put    MEMBERS ["ranks", "*"]                    Document     Rank                OurList;
    List      Delete MEMBERS ["ranks", "*"]                    Document     Nothing             OurList;

    Issue     Put    WRITERS ["title"]                         Fixed        Text(TITLE)         Always;
    Issue     Put    MEMBERS ["severity"]                      Fixed        Severity            Always;
    Issue     Put    MEMBERS ["priority"]                      Fixed        Priority            Always;
    Issue     Put    WRITERS ["status"]                        Fixed        Status              Always;
    Issue     Put    WRITERS ["resolution"]                    Fixed        Resolution          Always;
    Issue     Put    WRITERS ["component"]                     Fixed        TextOrNull(NAME)    Always;
    Issue     Put    WRITERS ["assignee"]                      Fixed        TextOrNull(NAME)    Always;
    Issue     Put    MEMBERS ["organisation"]                  Fixed        OrganisationOrNull  Always;
    Issue     Put    WRITERS ["reporter"]                      Fixed        Myself              Unset;
    Issue     Put    WRITERS ["created_at"]                    Fixed        Time                Unset;
    Issue     Put    WRITERS ["created_by"]                    Fixed        Myself              Unset;
    Issue     Put    MEMBERS ["deleted_at"]                    Fixed        TimeOrNull          Always;
    Issue     Put    MEMBERS ["deleted_by"]                    Fixed        Myself              Always;
    Issue     Splice WRITERS ["description"]                   Fixed        Characters(BODY)    Always;

    Issue     Put    WRITERS ["labels", "*"]                   Line         True                Always;
    Issue     Delete WRITERS ["labels", "*"]                   Line         Nothing             Always;
    Issue     Put    WRITERS ["affects", "*"]                  Line         True                Always;
    Issue     Delete WRITERS ["affects", "*"]                  Line         Nothing             Always;

    Issue     Make   WRITERS ["comments", "*"]                 Entry        Nothing             Unset;
    Issue     Put    WRITERS ["comments", "*", "at"]           Entry        Time                OwnEntryUnset;
    Issue     Put    WRITERS ["comments", "*", "by"]           Entry        Myself              OwnEntryUnset;
    Issue     Put    WRITERS ["comments", "*", "body"]         Entry        Text(BODY)          OwnEntry;
    Issue     Put    WRITERS ["comments", "*", "edited_at"]    Entry        Time                OwnEntry;
    Issue     Put    WRITERS ["comments", "*", "deleted_at"]   Entry        TimeOrNull          OwnEntryOrAdmin;

    Issue     Make   WRITERS ["events", "*"]                   Entry        Nothing             Unset;
    Issue     Put    WRITERS ["events", "*", "at"]             Entry        Time                OwnEntryUnset;
    Issue     Put    WRITERS ["events", "*", "by"]             Entry        Myself              OwnEntryUnset;
    Issue     Put    WRITERS ["events", "*", "field"]          Entry        Field               OwnEntryUnset;
    Issue     Put    WRITERS ["events", "*", "from"]           Entry        TextOrNull(TITLE)   OwnEntryUnset;
    Issue     Put    WRITERS ["events", "*", "to"]             Entry        TextOrNull(TITLE)   OwnEntryUnset;
    Issue     Put    WRITERS ["events", "*", "reason"]         Entry        Text(REASON)        OwnEntryUnset;
    Issue     Put    WRITERS ["events", "*", "resolution"]     Entry        Resolution          OwnEntryUnset;

    Issue     Make   WRITERS ["attention", "*"]                Entry        Nothing             Unset;
    Issue     Put    WRITERS ["attention", "*", "at"]          Entry        Time                OwnEntryUnset;
    Issue     Put    WRITERS ["attention", "*", "by"]          Entry        Myself              OwnEntryUnset;
    Issue     Put    WRITERS ["attention", "*", "reason"]      Entry        Text(REASON)        OwnEntryUnset;
    Issue     Put    WRITERS ["attention", "*", "cleared_at"]  Entry        Time                Always;
    Issue     Put    WRITERS ["attention", "*", "cleared_by"]  Entry        Myself              Always;

    Issue     Make   WRITERS ["links", "*"]                    Entry        Nothing             Unset;
    Issue     Delete WRITERS ["links", "*"]                    Entry        Nothing             Always;
    Issue     Put    WRITERS ["links", "*", "at"]              Entry        Time                OwnEntryUnset;
    Issue     Put    WRITERS ["links", "*", "by"]              Entry        Myself              OwnEntryUnset;
    Issue     Put    WRITERS ["links", "*", "relation"]        Entry        Text(NAME)          OwnEntryUnset;
    Issue     Put    WRITERS ["links", "*", "target"]          Entry        Text(NAME)          OwnEntryUnset;

    Issue     Make   WRITERS ["attachments", "*"]              Entry        Nothing             Unset;
    Issue     Put    WRITERS ["attachments", "*", "at"]        Entry        Time                OwnEntryUnset;
    Issue     Put    WRITERS ["attachments", "*", "by"]        Entry        Myself              OwnEntryUnset;
    Issue     Put    WRITERS ["attachments", "*", "name"]      Entry        Text(TITLE)         OwnEntryUnset;
    Issue     Put    WRITERS ["attachments", "*", "size"]      Entry        Size                OwnEntryUnset;
    Issue     Put    WRITERS ["attachments", "*", "type"]      Entry        Text(NAME)          OwnEntryUnset;

    Issue     Put    MEMBERS ["people", "*"]                   Line         Text(NAME)          Import;
    Issue     Put    MEMBERS ["source", "*"]                   Line         Any(IMPORTED)       Import;

    Report    Put    MEMBERS ["quarter"]                       Fixed        ReportQuarter       Always;
    Report    Splice MEMBERS ["outlook"]                       Fixed        Characters(BODY)    Always;
    Report    Splice MEMBERS ["problems"]                      Fixed        Characters(BODY)    Always;
    Report    Splice MEMBERS ["progress"]                      Fixed        Characters(BODY)    Always;
    Report    Splice MEMBERS ["summary"]                       Fixed        Characters(BODY)    Always;
    Report    Make   MEMBERS ["figures", "*"]                  Entry        Nothing             Unset;
    Report    Put    MEMBERS ["figures", "*", "at"]            Entry        Time                OwnEntryUnset;
    Report    Put    MEMBERS ["figures", "*", "by"]            Entry        Myself              OwnEntryUnset;
    Report    Put    MEMBERS ["figures", "*", "data"]          Entry        Text(FIGURES)       OwnEntryUnset;
];

impl Rule {
    /// The rule for that path and act.
    pub(super) fn find(kind: Kind, path: &[&str], act: Act) -> Option<&'static Self> {
        RULES
            .iter()
            .find(|rule| rule.kind == kind && rule.act == act && rule.is_for(path))
    }

    fn is_for(&self, path: &[&str]) -> bool {
        let fits = |(pattern, key): (&&str, &&str)| *pattern == "*" || pattern == key;
        self.path.len() == path.len() && self.path.iter().zip(path).all(fits)
    }

    /// Does something lie below that path, or is it a text?
    pub(super) fn is_container(kind: Kind, path: &[&str]) -> bool {
        RULES.iter().any(|rule| {
            let below = rule
                .path
                .get(..path.len())
                .filter(|_| rule.path.len() > path.len());
            let same = (rule.act == Act::Splice).then_some(rule.path);
            let fits = |pattern: &[&str]| {
                pattern.len() == path.len() && pattern.iter().zip(path).all(|(a, b)| *a == "*" || a == b)
            };
            rule.kind == kind && (below.is_some_and(fits) || same.is_some_and(fits))
        })
    }

    /// The key in the place of `*`.
    pub(super) fn name_in<'p>(&self, path: &[&'p str]) -> Option<&'p str> {
        let place = self.path.iter().position(|pattern| *pattern == "*")?;
        path.get(place).copied()
    }
}
